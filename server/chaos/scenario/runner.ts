/** The scenario runner: the scenarios that are known, and their runs in all sessions. */

import type { ChaosControl } from '../control.ts'
import type { Session } from '../session/session.ts'
import { ScenarioRun } from './run.ts'
import type { Scenario } from './schema.ts'
import { compileTimeline } from './timeline.ts'

export class ScenarioRunner {
  readonly #control: ChaosControl
  readonly #scenarios: ReadonlyMap<string, Scenario>
  readonly #runs = new Map<string, ScenarioRun>()

  constructor(control: ChaosControl, scenarios: readonly Scenario[]) {
    this.#control = control
    this.#scenarios = new Map(scenarios.map(scenario => [scenario.name, scenario]))
  }

  scenarios(): Scenario[] {
    return [...this.#scenarios.values()]
  }

  scenario(name: string): Scenario | undefined {
    return this.#scenarios.get(name)
  }

  /** The runs that have not ended. */
  runs(): ScenarioRun[] {
    return [...this.#runs.values()]
  }

  run(id: string): ScenarioRun | undefined {
    return this.#runs.get(id)
  }

  /**
   * Runs a scenario in a session, in place of the one that runs there. Null where the session has too many declared outages.
   * @throws {SettingsError} where the scenario sets what is not valid; nothing is changed then.
   */
  start(scenario: Scenario, session: Session): ScenarioRun | null {
    const timeline = compileTimeline(scenario, session.layers.effective())
    session.scenarioRun?.stop('interrupted')
    const run = new ScenarioRun(this.#control, session, scenario.name, timeline, () => this.#runs.delete(run.id))
    this.#runs.set(run.id, run)
    return run.start() ? run : null
  }
}
