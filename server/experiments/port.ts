/**
 * What a server needs to run experiments at itself, as a port: whoever starts the server hands it something that keeps to this.
 * The load and the simulator belong to the command line, and the server knows neither.
 */

import type { Scenario } from '../chaos/scenario/schema.ts'
import type { Settings } from '../chaos/settings/schema.ts'
import type { CompareRuns } from '../runs/diff.ts'
import type { JudgeRun } from '../runs/expectations.ts'
import type { Result } from '../runs/result.ts'
import type { ExperimentSpec } from './spec.ts'

/** An experiment that is to be fired at this server. */
export interface ExperimentOrder {
  /** Names the experiment; the run that pages hear of has it, and its sessions begin with it. */
  readonly id: string
  readonly spec: ExperimentSpec
  /** Where the server is reached from this machine. */
  readonly url: string
  /** What changes must carry; null for nothing. */
  readonly token: string | null
}

export interface ExperimentWatcher {
  /** Hears now and then the share that is done, 0 to 1. */
  onProgress(share: number): void
  /** Keeps what was measured, with its page where one was drawn; answers the id that it is kept under, or null. */
  keep(result: Result, html: string | null): Promise<string | null>
}

export interface ExperimentEnd {
  /** Whether it came to its end, was stopped before, or never began. */
  readonly state: 'done' | 'interrupted' | 'failed'
  /** Why it did not come to its end where nobody stopped it, in a sentence. */
  readonly problem?: string
}

export interface ExperimentUnderway {
  /** Resolves when it is over, and what was measured is kept; never rejects. */
  readonly ended: Promise<ExperimentEnd>
  /** Sends nothing more; what was measured by then is kept as interrupted. */
  stop(): void
  /** Ends it at once, as a crash would; what was told of it by then is kept as interrupted. */
  kill(): void
}

/** An experiment that is to be worked out without sending anything. */
export interface SimulationOrder {
  readonly spec: ExperimentSpec
  /** Of the session that it stands for, as they are now. */
  readonly settings: Settings
  readonly scenarios: readonly Scenario[]
  /** Milliseconds since 1970. */
  readonly startedAtWallMs: number
  /** How many other days are simulated too; undefined for none. */
  readonly days: number | undefined
}

/** What cannot be run, and where in the document that stands: a JSON pointer and a sentence. */
export interface SpecFlaw {
  readonly pointer: string
  readonly detail: string
}

export interface ExperimentPort {
  /** What is wrong with the expressions of a document; null where nothing is. */
  flawOf(spec: ExperimentSpec, simulated: boolean): SpecFlaw | null
  start(order: ExperimentOrder, watcher: ExperimentWatcher): ExperimentUnderway
  /** Makes ready for simulations, so that the first is as fast as the others. */
  prepare(): void
  /** Rejects with the reason of the signal where that aborts first. */
  simulate(order: SimulationOrder, signal: AbortSignal): Promise<Result>
  /** Compares two kept runs, as `chaos diff` does. */
  readonly compare: CompareRuns
  /** Holds expectations against a kept run, as `--expect` does. */
  readonly judge: JudgeRun
  /** Lets go of all threads. */
  close(): Promise<void>
}
