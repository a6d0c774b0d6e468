/** A circuit as plain data: everything it knows, with durations where the circuit has times, so that any clock can go on. */

import type { State } from './circuit.ts'
import type { WindowSnapshot } from './window.ts'

/** What `snapshot` gives and `restore` takes; it survives JSON. All times are milliseconds. */
export interface CircuitSnapshot {
  readonly version: 1
  readonly state: State
  readonly generation: number
  /** What remains of the open time; 0 in every other state. */
  readonly openLeftMs: number
  /** For how long the circuit has been closed; 0 in every other state. */
  readonly closedForMs: number
  /** For how long failed calls have asked to be left alone. */
  readonly restLeftMs: number
  /** How many steps the open time has grown. */
  readonly level: number
  /** Failures in a row. */
  readonly streak: number
  readonly window: WindowSnapshot
  readonly probes: {
    /** The number of the last probe given. */
    readonly last: number
    readonly counted: number
    readonly failed: number
    readonly slow: number
    readonly leases: readonly { readonly probe: number; readonly leftMs: number }[]
  }
}
