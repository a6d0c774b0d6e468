/** The failure model as one part of the server: faults for the data plane, routes for the control plane. */

import type { ServerResponse } from 'node:http'
import type { RequestHandler, Router } from 'express'
import { countOperations } from './api/counts.ts'
import { journalOperations } from './api/journal.ts'
import type { Operation } from './api/operation.ts'
import { outageOperations } from './api/outages.ts'
import { routes } from './api/routes.ts'
import { scenarioOperations } from './api/scenarios.ts'
import { sessionOperations } from './api/sessions.ts'
import { settingsOperations } from './api/settings.ts'
import { ChaosControl, type ChaosControlOptions } from './control.ts'
import { release } from './inject/capture.ts'
import { Injector } from './inject/inject.ts'
import { withFaults } from './inject/middleware.ts'
import { Interceptor } from './intercept/interceptor.ts'
import { ScenarioRunner } from './scenario/runner.ts'
import type { Scenario } from './scenario/schema.ts'
import type { ChaosListener } from './session/events.ts'
import type { Change, Source } from './settings/layers.ts'
import type { Settings } from './settings/schema.ts'

export interface ChaosOptions extends ChaosControlOptions {
  /** Hides every marker of an injected fault. */
  readonly stealth?: boolean
  /** The scenarios that are offered. */
  readonly scenarios?: readonly Scenario[]
  /** A new id of a session each time, which cannot be guessed. */
  readonly drawId: () => string
  /** Faulted requests that may be held open at once; beyond it they are served and counted as overflow. */
  readonly maxHeld: number
  /** The same for the requests of one address; as many unless given. */
  readonly maxHeldPerClient?: number | undefined
}

export interface Chaos {
  /** A handler of the data plane with faults before it. */
  readonly withFaults: (handler: RequestHandler) => RequestHandler
  /** Lets an answer through as it is: a bug of the server must not look like an injected fault. */
  readonly spare: (res: ServerResponse) => void
  /** The control plane, to be mounted at `/chaos`. */
  readonly routes: Router
  /** What `routes` does, for the OpenAPI document. */
  readonly operations: readonly Operation[]
  /** Plays scenarios in sessions. */
  readonly scenarios: ScenarioRunner
  /** The sessions and everything in them, for telemetry. */
  readonly control: ChaosControl
  /** Changes the default session by a merge patch. @throws {SettingsError} naming every problem; nothing is changed then. */
  change(patch: unknown, source: Source): Change
  /** The settings of the default session. */
  settings(): Settings
  /** Calls `listener` at every event until the returned function is called. */
  on(listener: ChaosListener): () => void
  /** Ends every request that is held or delayed, and every timer. */
  close(): void
}

export function createChaos(options: ChaosOptions): Chaos {
  const control = new ChaosControl(options)
  const injector = new Injector({ wall: options.wall, stealth: options.stealth ?? false })
  const scenarios = new ScenarioRunner(control, options.scenarios ?? [])
  const operations = [
    ...settingsOperations,
    ...countOperations,
    ...journalOperations,
    ...outageOperations,
    ...scenarioOperations(scenarios),
    ...sessionOperations(options.drawId),
  ]
  const interceptor = new Interceptor(control, injector, options.maxHeld, options.maxHeldPerClient)
  return {
    withFaults: handler => withFaults(interceptor, handler),
    spare: release,
    routes: routes(control, operations),
    operations,
    scenarios,
    control,
    change: (patch, source) => control.change(control.sessions.first, { patch }, { source }),
    settings: () => control.sessions.first.layers.effective(),
    on: listener => control.on(listener),
    close: () => control.close(),
  }
}
