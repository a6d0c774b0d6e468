/** A visit: one request to the data plane, what was decided about it, and what became of it. */

import type { Fate } from './decision.ts'

/** How a visit ended. `injected` and `overload` are the doing of the failure model; `aborted` is a client that left. */
export type Outcome = 'success' | 'injected' | 'overload' | 'clientError' | 'serverError' | 'aborted'

export const OUTCOMES: readonly Outcome[] = ['success', 'injected', 'overload', 'clientError', 'serverError', 'aborted']

/** One request. The request's own part is fixed when it arrives; `fate`, `outcome`, `status` and `endedAt` follow. */
export interface Visit {
  readonly session: string
  /** The key that the client gave, or null: the arrival number is the key then. */
  readonly key: string | null
  /** The session's arrival number, from 0, or -1: only requests without a key of their own are counted. */
  readonly arrival: number
  /** 0 for the first try (`X-Chaos-Attempt`). */
  readonly attempt: number
  readonly method: string
  /** `/catalogs`, `/catalogs/{code}` or `other`. */
  readonly route: string
  /** The product code, or an empty string. */
  readonly code: string
  /** Monotonic milliseconds of the server's clock. */
  readonly startedAt: number
  /** Milliseconds of the session's clock. */
  readonly atMs: number
  fate: Fate
  outcome: Outcome | null
  /** The fault that was really performed, or an empty string. */
  fault: string
  /** A fault was due, but too many requests were being held already: it was served instead. */
  overflow: boolean
  /** HTTP status that was sent, 0 where none was. */
  status: number
  endedAt: number
}

/** Where the visits of one session are written down: counts and journal. Somebody else's work: chaos only reports. */
export interface SessionLog {
  /** A request arrived and is being answered. */
  started(visit: Visit): void
  /** The request ended; `outcome` and `endedAt` are known. */
  ended(visit: Visit): void
  /** The counts of this session as JSON; `nowMs` is the session's clock. */
  stats(nowMs: number): object
  /** The newest visits first, narrowed by key or outcome. */
  visits(query: VisitQuery): readonly Visit[]
  /** Sets every count to zero and forgets the visits. Requests in flight stay in flight. */
  clear(): void
}

export interface VisitQuery {
  readonly limit: number
  readonly key?: string
  readonly outcome?: Outcome
}
