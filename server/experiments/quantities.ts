/**
 * The quantities of an experiment: the range of each, and what it is unless told otherwise. Read by the schema and by the
 * options of the command line. Durations are milliseconds.
 */

const MINUTE_MS = 60_000
const HOUR_MS = 60 * MINUTE_MS

export const QUANTITIES = {
  requests: { min: 1, max: 100_000_000 },
  concurrency: { min: 1, max: 1_000_000 },
  everyMs: { min: 0, max: HOUR_MS, standard: 100 },
  /** Instead of a number of requests. */
  forMs: { min: 1, max: 24 * HOUR_MS },
  timeoutMs: { min: 1, max: 10 * MINUTE_MS, standard: 2_000 },
  answerMs: { min: 1, max: 10 * MINUTE_MS },
  /** Of an arm: one for each request in flight, up to the standard. */
  connections: { min: 1, max: 10_000, standard: 1_000 },
  /** Of an arm, each with a circuit of its own. */
  clients: { min: 1, max: 100_000 },
  warmup: { min: 0, max: 10_000, standard: 0 },
  repeat: { min: 1, max: 100, standard: 1 },
  /** Of a simulation; usually from 127.0.0.1 to itself, by the way of Node's HTTP on both sides. */
  roundTripMs: { min: 0.001, max: MINUTE_MS, standard: 1.5 },
  days: { min: 39, max: 10_000 },
} as const

/** Requests a second, above 0. */
export const MAX_PER_SECOND = 1_000_000

/** Products of the seed data. */
export const DEFAULT_CODES = ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400']

/** A seed or the name of a session: what may stand in a header. */
export const WORD = /^[A-Za-z0-9._-]{1,64}$/

/** A token of HTTP: a method, or the name of a header. */
export const TOKEN = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/

/** The value of a header. */
export const HEADER_VALUE = /^[\x20-\x7e\t]*$/
