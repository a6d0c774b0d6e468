/** The task of a challenge: what a client that wants to be judged is asked to do. */

export interface Task {
  /** The product codes that are fetched in turn, again and again. */
  readonly codes: readonly string[]
  /** Starts a second, whatever became of earlier ones; retries come on top. */
  readonly perSecond: number
  /** Most requests in flight at once. */
  readonly maxInFlight: number
}

export const TASK: Task = {
  codes: ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400', '043817200', '120983500'],
  perSecond: 20,
  maxInFlight: 32,
}

/** In an open loop every request has its moment, whatever became of the one before; in a closed one the next waits for an answer. */
export const LOOPS = ['open', 'closed'] as const
export type Loop = (typeof LOOPS)[number]

/** What a client must be like while all is well, or nothing that follows can be told from it. */
export const STEADY = {
  /** Requests a second, as shares of those that are asked for. */
  minPace: 0.9,
  maxPace: 1.1,
  /** Share of the requests that are not answered well. */
  maxFailed: 0.02,
  /** Share of the requests that ask for another code than the next. Two clients in one session reach 0.44. */
  maxOutOfTurn: 0.1,
} as const

/** Why a stretch of traffic while all was well cannot be judged. */
export type Unsteady = 'pace' | 'failures' | 'turn'

/** What is measured of a stretch of traffic while all is well. */
export interface CalmMeasures {
  /** Requests a second. */
  readonly pace: number
  /** Share of the requests that were not answered well. */
  readonly failed: number
  /** Share of the requests that asked for another code than the next. */
  readonly outOfTurn: number
}

/** The first thing for which a client is not steady, or null for one that is. */
export function unsteadiness({ pace, failed, outOfTurn }: CalmMeasures, { perSecond }: Task): Unsteady | null {
  if (pace < STEADY.minPace * perSecond || pace > STEADY.maxPace * perSecond) return 'pace'
  if (failed > STEADY.maxFailed) return 'failures'
  return outOfTurn > STEADY.maxOutOfTurn ? 'turn' : null
}
