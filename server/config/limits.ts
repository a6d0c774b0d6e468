/**
 * How much of everything the server bears, in one table: beyond it a client gets an answer that says so, and the others go on.
 * Variables, flags, help, `.env.example` and the documents come from it or are tested against it.
 */

const limit = <const V extends string>(
  variable: V,
  standard: number,
  range: readonly [min: number, max: number],
  meaning: string,
) => ({ variable, standard, range, meaning })

/** In the order of the help. `standard` holds unless told otherwise, and `range` can be told; the words are those of the help. */
export const LIMIT_TABLE = {
  connections: limit('MAX_CONNECTIONS', 5_000, [1, 60_000], 'connections at once; 503 beyond'),
  requests: limit(
    'MAX_REQUESTS',
    20_000,
    [1, 1_000_000],
    'requests at once, delayed ones among them; 503 beyond, for the control plane beyond a tenth more, and for pipelined ones when a half waits',
  ),
  requestsInLine: limit(
    'MAX_REQUESTS_IN_LINE',
    2_500,
    [1, 10_000],
    'requests that a connection sends before their predecessors are answered; 429 beyond',
  ),
  headerBytes: limit('MAX_HEADER_BYTES', 16_384, [1_024, 1_048_576], 'bytes of the headers of a request; 431 beyond'),
  bodyBytes: limit(
    'MAX_BODY_BYTES',
    1_048_576,
    [1_024, 16_777_216],
    'bytes of a body that any route reads; 413 beyond',
  ),
  headersMs: limit(
    'HEADERS_TIMEOUT',
    10_000,
    [100, 600_000],
    'time until the headers of a request are there; 408 then',
  ),
  requestMs: limit('REQUEST_TIMEOUT', 30_000, [100, 600_000], 'time until a request is there as a whole; 408 then'),
  sessions: limit(
    'MAX_SESSIONS',
    200,
    [1, 10_000],
    'sessions beside the default one; 429 beyond, where none was left alone for a minute',
  ),
  journal: limit(
    'MAX_JOURNAL',
    1_000,
    [1, 100_000],
    'requests that the journal of a session remembers; the oldest makes room',
  ),
  runs: limit('MAX_RUNS', 100, [1, 10_000], 'runs that are kept; the oldest makes room'),
  listeners: limit('MAX_LISTENERS', 256, [1, 10_000], 'listeners of events; 429 beyond'),
  listenersPerClient: limit(
    'MAX_LISTENERS_PER_CLIENT',
    100,
    [1, 10_000],
    'listeners of events at one address; 429 beyond; a room behind one router is one address',
  ),
  held: limit('MAX_HELD', 500, [0, 60_000], 'faulted requests that are held open at once; beyond it they are served'),
  experimentRequests: limit(
    'MAX_EXPERIMENT_REQUESTS',
    100_000,
    [1, 10_000_000],
    'requests of an experiment that a page starts, of all arms together; 422 beyond',
  ),
  experimentArms: limit('MAX_EXPERIMENT_ARMS', 8, [1, 32], 'arms of an experiment that a page starts; 422 beyond'),
  experimentMs: limit(
    'EXPERIMENT_TIMEOUT',
    600_000,
    [1_000, 3_600_000],
    'time that an experiment of a page may take; it is stopped then',
  ),
}

/** Whether a limit is a time: milliseconds, read and printed as durations, such as `10s`. The others are counts. */
export function isTime(variable: string): boolean {
  return variable.endsWith('_TIMEOUT')
}

/** The limits by name; times in milliseconds. */
export type Limits = Readonly<Record<keyof typeof LIMIT_TABLE, number>>

/** What holds unless told otherwise. */
export const LIMITS = Object.fromEntries(
  Object.entries(LIMIT_TABLE).map(([name, { standard }]) => [name, standard]),
) as Limits

/** What those who have not the token get of a limit where other machines reach the server. The rest is kept for who has it. */
export interface Shares {
  /** One attendee. */
  readonly owner: number
  /** One address, behind which a whole room may be. */
  readonly client: number
  /** All of them. */
  readonly strangers: number
}

/** A half, three quarters and nine tenths; one of each at least. */
export function sharesOf(max: number): Shares {
  return {
    owner: Math.ceil(max / 2),
    client: Math.ceil((max * 3) / 4),
    strangers: max > 1 ? max - Math.ceil(max / 10) : max,
  }
}

/** Arms of a run at the most: what has more is neither made, nor shown while it plays, nor kept. */
export const MAX_ARMS = 32
/** Characters of an arm's name. One with every word and every parameter has some 700. */
export const MAX_ARM_NAME = 1_000
/** Characters of the title of a run that is published while it plays, and of what it came to. */
export const MAX_LIVE_TITLE = 120
export const MAX_LIVE_VERDICT = 1_000
/** Characters of JSON of the same before it is put into words: four times what a verdict of three arms has. */
export const MAX_LIVE_CODED = 8_000
/** Changes of a circuit's state that one step of a published run tells of an arm, and that are remembered of it. */
export const MAX_LIVE_EDGES = 200
/** Requests that one step of a published run tells one by one, of all its arms together. */
export const MAX_LIVE_DOTS = 600
/** Requests that a kept run tells one by one, of all its arms together: some 200 KB of JSON. */
export const MAX_FLOW_DOTS = 6_000
/** Requests a second of an arm that are told one by one; of more, each so many-th. */
export const MAX_DOTS_PER_SECOND = 60
/** Polls that are remembered, votes that one counts, the choices of one, and characters of each text of it. */
export const MAX_POLLS = 20
export const MAX_VOTES = 5_000
export const MAX_POLL_CHOICES = 6
export const MAX_POLL_TEXT = 300
/** Challenges that are on at once, and results of them that are kept; the oldest makes room. */
export const MAX_CHALLENGES = 200
export const MAX_CHALLENGE_RESULTS = 500
