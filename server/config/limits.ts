/**
 * How much of everything the server bears, in one table: beyond it a client gets an answer that says so, and the others go on.
 * Variables, flags, help, `.env.example` and the documents come from it or are tested against it.
 */

/** In the order of the help; with the value unless told otherwise, and the least and the greatest that can be told. */
export const LIMIT_TABLE = {
  connections: count('MAX_CONNECTIONS', 5_000, [1, 60_000], 'connections at once; 503 beyond'),
  requests: count(
    'MAX_REQUESTS',
    20_000,
    [1, 1_000_000],
    'requests to the catalog at once, delayed ones among them; 503 beyond',
  ),
  headerBytes: count('MAX_HEADER_BYTES', 16_384, [1_024, 1_048_576], 'bytes of the headers of a request; 431 beyond'),
  bodyBytes: count(
    'MAX_BODY_BYTES',
    1_048_576,
    [1_024, 16_777_216],
    'bytes of a body that any route reads; 413 beyond',
  ),
  headersMs: time('HEADERS_TIMEOUT', 10_000, [100, 600_000], 'time until the headers of a request are there; 408 then'),
  requestMs: time('REQUEST_TIMEOUT', 30_000, [100, 600_000], 'time until a request is there as a whole; 408 then'),
  sessions: count(
    'MAX_SESSIONS',
    200,
    [1, 10_000],
    'sessions beside the default one; 429 beyond, where none was left alone for a minute',
  ),
  journal: count(
    'MAX_JOURNAL',
    1_000,
    [1, 100_000],
    'requests that the journal of a session remembers; the oldest makes room',
  ),
  runs: count('MAX_RUNS', 100, [1, 10_000], 'runs that are kept; the oldest makes room'),
  listeners: count('MAX_LISTENERS', 256, [1, 10_000], 'listeners of events; 429 beyond'),
  listenersPerClient: count(
    'MAX_LISTENERS_PER_CLIENT',
    100,
    [1, 10_000],
    'listeners of events at one address; 429 beyond; a room behind one router is one address',
  ),
  held: count('MAX_HELD', 500, [0, 60_000], 'faulted requests that are held open at once; beyond it they are served'),
}

/** The limits by name; times in milliseconds. */
export type Limits = Readonly<Record<keyof typeof LIMIT_TABLE, number>>

/** What holds unless told otherwise. */
export const LIMITS = Object.fromEntries(
  Object.entries(LIMIT_TABLE).map(([name, { standard }]) => [name, standard]),
) as Limits

/** Arms of a run at the most: what has more is neither made, nor shown while it plays, nor kept. */
export const MAX_ARMS = 32
/** Characters of an arm's name. One with every word and every parameter has some 700. */
export const MAX_ARM_NAME = 1_000
/** Characters of the title of a run that is published while it plays, and of what it came to. */
export const MAX_LIVE_TITLE = 120
export const MAX_LIVE_VERDICT = 1_000
/** Changes of a circuit's state that one step of a published run tells of an arm, and that are remembered of it. */
export const MAX_LIVE_EDGES = 200

interface Limit<Variable, Unit> {
  readonly variable: Variable
  /** Milliseconds are read and printed as durations, such as `10s`. */
  readonly unit: Unit
  readonly standard: number
  readonly range: readonly [min: number, max: number]
  readonly meaning: string
}

function count<const V extends string>(
  variable: V,
  standard: number,
  range: readonly [number, number],
  meaning: string,
): Limit<V, 'count'> {
  return { variable, unit: 'count', standard, range, meaning }
}

function time<const V extends string>(
  variable: V,
  standard: number,
  range: readonly [number, number],
  meaning: string,
): Limit<V, 'ms'> {
  return { variable, unit: 'ms', standard, range, meaning }
}
