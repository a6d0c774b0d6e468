/** A request record: one request to the data plane, what was decided about it, and what became of it. */

import { type Decision, NO_FAULT } from './decision.ts'

/** How a request ended. `injected` and `overload` are the doing of the failure model; `aborted` is a client that left. */
export type Outcome = 'success' | 'injected' | 'overload' | 'clientError' | 'serverError' | 'aborted'

export const OUTCOMES: readonly Outcome[] = ['success', 'injected', 'overload', 'clientError', 'serverError', 'aborted']

/** Characters of a product code that a record remembers. */
export const MAX_CODE_LENGTH = 128

/** One request. The request's own part is fixed when it arrives; `decision`, `outcome`, `status` and `endedAt` follow. */
export interface RequestRecord {
  readonly session: string
  /** The key that the client gave, or null: the arrival number is the key then. */
  readonly key: string | null
  /** The session's arrival number, from 0, or -1: only requests without a key of their own are counted. */
  readonly arrival: number
  /** 0 for the first try (`X-Chaos-Attempt`). */
  readonly attempt: number
  readonly method: string
  /** `/catalogs` or `/catalogs/{code}`. */
  readonly route: string
  /** The product code, or an empty string. */
  readonly code: string
  /** Monotonic milliseconds of the server's clock. */
  readonly startedAt: number
  /** Milliseconds of the session's clock. */
  readonly atMs: number
  decision: Decision
  outcome: Outcome | null
  /** The fault that was really performed, or an empty string. */
  fault: string
  /** A fault was due, but too many requests were being held already: it was served instead. */
  overflow: boolean
  /** HTTP status that was sent, 0 where none was. */
  status: number
  endedAt: number
}

/** What is known of a request when it arrives. */
export type RequestFacts = Pick<RequestRecord, 'key' | 'attempt' | 'method' | 'route' | 'code'>

/** What rules and buckets may ask of a request beside its record. */
export interface RequestContext {
  /** A header by its name in small letters; undefined where it was not sent. */
  header(name: string): string | undefined
  /** The address of the client, or an empty string. */
  readonly client: string
}

/** The record of a request that has just arrived. `startedAt` and `atMs` are its moment on the server's and the session's clock. */
export function recordOf(
  session: string,
  { key, attempt, method, route, code }: RequestFacts,
  arrival: number,
  startedAt: number,
  atMs: number,
): RequestRecord {
  return {
    session,
    key,
    arrival,
    attempt,
    method,
    route,
    code,
    startedAt,
    atMs,
    decision: NO_FAULT,
    outcome: null,
    fault: '',
    overflow: false,
    status: 0,
    endedAt: startedAt,
  }
}

/** Hears of every request of a session while somebody wants to know more than its log keeps. Null where nobody does. */
export interface RequestObserver {
  /** A request arrived. `connection` tells one connection from another. */
  arrived(record: RequestRecord, connection: object): void
  /** It ended; `outcome` and `endedAt` are known. `left`: its client gave it up while it waited. */
  ended(record: RequestRecord, left: boolean): void
}

/** Where the requests of one session are written down: counts and journal. Somebody else's work: chaos only reports. */
export interface SessionLog {
  /** A request arrived and is being answered. */
  started(record: RequestRecord): void
  /** The request ended; `outcome` and `endedAt` are known. */
  ended(record: RequestRecord): void
  /** The counts of this session as JSON; `nowMs` is the session's clock. */
  stats(nowMs: number): object
  /** The newest records first, narrowed by key or outcome. */
  records(query: RecordQuery): readonly RequestRecord[]
  /** Sets every count to zero and forgets the records. Requests in flight stay in flight. */
  clear(): void
}

export interface RecordQuery {
  readonly limit: number
  readonly key?: string
  readonly outcome?: Outcome
}
