/** How much of everything the server bears: beyond it a client gets an answer that says so, and the others go on. */

export interface Limits {
  /** Bytes of the headers of a request, its first line among them; 431 beyond. */
  readonly headerBytes: number
  /** Bytes of a body that any route reads; 413 beyond. Routes that need less read less. */
  readonly bodyBytes: number
  /** Milliseconds until the headers of a request are there; 408 then. */
  readonly headersMs: number
  /** Milliseconds until a request is there as a whole; 408 then. */
  readonly requestMs: number
  /** Connections at once; 503 beyond. */
  readonly connections: number
  /** Requests to the catalog that are answered at once, those held or delayed among them; 503 beyond. */
  readonly requests: number
  /** Sessions beside the default one; 429 beyond, where none of those made on demand was left alone for a minute. */
  readonly sessions: number
  /** Requests that the journal of a session remembers; the oldest makes room. */
  readonly journal: number
  /** Runs that are kept; the oldest makes room. */
  readonly runs: number
  /** Listeners of events; 429 beyond. */
  readonly listeners: number
  /** Listeners of events at one address; 429 beyond. A room behind one router is one address. */
  readonly listenersPerClient: number
  /** Faulted requests that are held open at once; beyond it they are served, and counted as overflow. */
  readonly held: number
}

export const LIMITS: Limits = {
  headerBytes: 16_384,
  bodyBytes: 1_048_576,
  headersMs: 10_000,
  requestMs: 30_000,
  connections: 5_000,
  requests: 20_000,
  sessions: 200,
  journal: 1_000,
  runs: 100,
  listeners: 256,
  listenersPerClient: 100,
  held: 500,
}

/** Arms of a run at the most: what has more is neither made nor kept. */
export const MOST_ARMS = 32
