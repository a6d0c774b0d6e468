/** The dots of a run: real requests where a run tells them, else as many as its counts say. */

/** @import { Counts } from './types.js' */

/** How a request ended, in the numbers of a run's `flow`; minus one while it is under way. */
export const DOT = { underWay: -1, success: 0, failed: 1, shortCircuited: 2, fromCache: 3, other: 4 }

/**
 * A request: when it left and how long it took, in milliseconds; `tookMs` is negative while it is under way.
 * @typedef {{ index: number, sentMs: number, tookMs: number, outcome: number, attempts: number, probe: boolean }} Dot
 */

/** @typedef {[arm: number, index: number, sentMs: number, tookMs: number, outcome: number, attempts: number, probe: number]} ReportedDot */
/** @typedef {{ every: number, dots: readonly ReportedDot[] }} Flow every how manyth request is told */

/** More than these are not remembered of an arm: the oldest go. */
const MAX_DOTS = 20_000

/** The dots of each arm, in the order in which they left. They grow in place: a run of a minute has thousands. */
export class DotStore {
  /** Where the dots come from: nowhere yet, the run's own flow, or its counts. @type {'none' | 'flow' | 'counts'} */
  source = 'none'
  /** Every how manyth request is a dot. */
  every
  /** @type {Dot[][]} */
  arms
  /** @type {Map<number, Dot>[]} */
  #known
  /** Of each arm and ending, the part of a dot that its counts still owe. @type {number[][]} */
  #owed

  /** @param {number} arms @param {number} [every] how many requests a dot stands for that is made of counts */
  constructor(arms, every = 1) {
    this.every = every
    this.arms = Array.from({ length: arms }, () => [])
    this.#known = Array.from({ length: arms }, () => new Map())
    this.#owed = Array.from({ length: arms }, () => [0, 0, 0, 0])
  }

  /** Takes what a run told; a request that is known already ended meanwhile. @param {Flow} flow */
  add({ every, dots }) {
    this.source = 'flow'
    this.every = every
    for (const [arm, index, sentMs, tookMs, outcome, attempts, probe] of dots) {
      const [all, known] = [this.arms[arm], this.#known[arm]]
      if (!all || !known) continue
      const dot = known.get(index)
      if (dot) Object.assign(dot, { tookMs, outcome, attempts, probe: probe === 1 })
      else this.#insert(all, known, { index, sentMs, tookMs, outcome, attempts, probe: probe === 1 })
    }
  }

  /**
   * Takes what an arm came to between two moments, spread evenly over the time.
   * @param {number} arm
   * @param {number} fromMs
   * @param {number} toMs
   * @param {Counts} counts
   * @param {{ tookMs: number, probing: boolean }} more how long a call took, and whether the circuit was trying
   */
  addCounts(arm, fromMs, toMs, counts, { tookMs, probing }) {
    this.source = 'counts'
    const all = this.arms[arm]
    const known = this.#known[arm]
    const owed = this.#owed[arm]
    if (!all || !known || !owed) return
    const { success, failed, shortCircuited, fromCache } = counts
    const endings = interleaved(
      [success, failed, shortCircuited, fromCache].map((count, ending) => {
        const due = (owed[ending] ?? 0) + count / this.every
        owed[ending] = due - Math.floor(due)
        return Math.floor(due)
      }),
    )
    const spareCalls = Math.max(0, counts.calls - success - failed)
    const attempts = failed + success > 0 ? 1 + Math.round(spareCalls / (failed + success)) : 1
    endings.forEach((outcome, place) => {
      const refused = outcome === DOT.shortCircuited || outcome === DOT.fromCache
      const index = this.every * known.size
      const sentMs = fromMs + ((toMs - fromMs) * (place + 0.5)) / endings.length - (refused ? 0 : tookMs)
      const dot = { index, sentMs, tookMs: refused ? 0 : tookMs, outcome, attempts: refused ? 0 : attempts }
      this.#insert(all, known, { ...dot, probe: probing && !refused })
    })
  }

  /** @param {Dot[]} all @param {Map<number, Dot>} known @param {Dot} dot */
  #insert(all, known, dot) {
    known.set(dot.index, dot)
    let place = all.length
    while (place > 0 && (all[place - 1]?.sentMs ?? 0) > dot.sentMs) place -= 1
    all.splice(place, 0, dot)
    if (all.length <= MAX_DOTS) return
    for (const old of all.splice(0, MAX_DOTS / 10)) known.delete(old.index)
  }
}

/**
 * Where the dots of some time begin, among dots in the order in which they left.
 * @param {readonly Dot[]} dots
 * @param {number} fromMs
 */
export function firstSince(dots, fromMs) {
  let [low, high] = [0, dots.length]
  while (low < high) {
    const middle = (low + high) >> 1
    if ((dots[middle]?.sentMs ?? 0) < fromMs) low = middle + 1
    else high = middle
  }
  return low
}

/** Dots a second on the whole stage, and in one lane. */
const MAX_ON_STAGE = 60
const MAX_IN_LANE = 30
const STEPS = [1, 2, 3, 4, 5, 6, 8, 10, 15, 20, 30, 40, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000]

/**
 * How many requests one dot stands for, so that the eye can follow: a multiple of what the run tells.
 * @param {number} perSecond requests of an arm
 * @param {number} arms
 * @param {number} every
 */
export function requestsPerDot(perSecond, arms, every) {
  const needed = Math.max((perSecond * arms) / MAX_ON_STAGE, perSecond / MAX_IN_LANE) / every
  return every * (STEPS.find(step => step >= needed - 0.05) ?? Math.ceil(needed))
}

/** Endings in the shares that the counts have, mixed evenly. @param {readonly number[]} counts */
function interleaved(counts) {
  const total = counts.reduce((sum, count) => sum + count, 0)
  const given = counts.map(() => 0)
  return Array.from({ length: total }, (_, place) => {
    let most = 0
    let behind = Number.NEGATIVE_INFINITY
    counts.forEach((count, index) => {
      const lag = ((place + 1) * count) / total - (given[index] ?? 0)
      if (count > (given[index] ?? 0) && lag > behind) [most, behind] = [index, lag]
    })
    given[most] = (given[most] ?? 0) + 1
    return most
  })
}
