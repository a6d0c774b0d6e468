/** A circuit as plain data: everything it knows, with durations where the circuit has times, so that any clock can go on. */

import { STATES, type State } from './circuit.ts'
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
  /** The same for failed calls of the window: how many calls or buckets ago, and for how much longer. Missing in older snapshots. */
  readonly rests?: readonly { readonly age: number; readonly leftMs: number }[]
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

/**
 * The same value, once it is sure to be a snapshot: it may have lain in a file or come over a wire.
 * @throws {TypeError} naming the first member that cannot be.
 */
export function checkSnapshot(value: unknown): CircuitSnapshot {
  const snapshot = record(value, 'the snapshot')
  if (snapshot.version !== 1) throw wrong('version', snapshot.version, '1')
  if (!STATES.some(state => state === snapshot.state))
    throw wrong('state', snapshot.state, `one of ${STATES.join(', ')}`)
  for (const name of ['generation', 'openLeftMs', 'closedForMs', 'restLeftMs', 'level', 'streak'])
    number(snapshot, name)
  for (const rest of list(snapshot.rests ?? [], 'rests'))
    for (const name of ['age', 'leftMs']) number(record(rest, 'a rest'), name)
  const probes = record(snapshot.probes, 'probes')
  for (const name of ['last', 'counted', 'failed', 'slow']) number(probes, name)
  for (const lease of list(probes.leases, 'leases'))
    for (const name of ['probe', 'leftMs']) number(record(lease, 'a lease'), name)
  checkWindow(record(snapshot.window, 'window'))
  return value as CircuitSnapshot
}

function checkWindow(window: Readonly<Record<string, unknown>>): void {
  if (window.kind === 'calls') {
    for (const [at, mark] of list(window.marks, 'marks').entries()) number({ [`marks[${at}]`]: mark }, `marks[${at}]`)
  } else if (window.kind === 'time') {
    number(window, 'bucketMs')
    number(window, 'ageMs')
    for (const [at, bucket] of list(window.buckets, 'buckets').entries()) {
      for (const count of list(bucket, `buckets[${at}]`)) number({ [`buckets[${at}]`]: count }, `buckets[${at}]`)
    }
  } else throw wrong('window.kind', window.kind, 'calls or time')
}

function record(value: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof value === 'object' && value !== null) return value as Readonly<Record<string, unknown>>
  throw wrong(name, value, 'an object')
}

function list(value: unknown, name: string): readonly unknown[] {
  if (Array.isArray(value)) return value
  throw wrong(name, value, 'a list')
}

function number(parent: Readonly<Record<string, unknown>>, name: string): void {
  const value = parent[name]
  if (typeof value !== 'number' || !Number.isFinite(value) || value < 0) throw wrong(name, value, 'a number from 0 on')
}

function wrong(name: string, value: unknown, wanted: string): TypeError {
  return new TypeError(`no snapshot of a circuit: ${name} is ${String(value)}, it must be ${wanted}`)
}
