/**
 * Days made of parts of a run, where nobody knows why requests fail there: blocks of its send time, put together anew (H. R.
 * Künsch, Annals of Statistics 17 (1989) 1217-1241, on a circle). It knows no more of other days than the run does.
 */

import { drawNumber, streamSeed } from '../../../server/chaos/decision/draw.ts'
import type { ArmResult } from '../result.ts'
import { total, useful } from './figures.ts'
import type { ArmDay, Day } from './other-days.ts'
import { QUARTER_MS } from './recovery.ts'

/** Fewer blocks say nothing of another day. */
export const MIN_BLOCKS = 10
/** What happens within a second belongs together, and so does what a circuit does until it closes again. */
const MIN_BLOCK_MS = 1_000

/** Whole quarter seconds that hold a second, and the longest open time of a circuit. */
export function blockMs(openForMs: readonly number[]): number {
  return Math.ceil(Math.max(MIN_BLOCK_MS, ...openForMs) / QUARTER_MS) * QUARTER_MS
}

/**
 * So many days, the same for the same seed; null for a run of fewer than `MIN_BLOCKS` blocks. A day differs from the run as
 * two selections of its blocks differ from each other, so that what one run alone shows by chance counts twice.
 */
export function blockDays(arms: readonly ArmResult[], lengthMs: number, count: number, seed: string): Day[] | null {
  const length = lengthMs / QUARTER_MS
  const all = arms.map(arm => new Blocks(arm, length))
  if (all.some(({ quarters }) => quarters < MIN_BLOCKS * length)) return null
  return Array.from({ length: count }, (_, day) => all.map(blocks => blocks.day(`${seed}/blocks-${day}`)))
}

/** Sums up to each quarter second, twice around, so that a block is a difference of two. */
class Blocks {
  readonly quarters: number
  readonly #arm: ArmResult
  readonly #length: number
  readonly #requests: Float64Array
  readonly #useful: Float64Array
  readonly #wasted: Float64Array

  constructor(arm: ArmResult, length: number) {
    const { sent = [], series } = arm
    this.#arm = arm
    this.#length = length
    this.quarters = sent.length
    // A call that failed counts where it ended, and those that ended after the last request left count with that.
    const wasted = new Float64Array(sent.length)
    for (const quarter of series) {
      const index = Math.min(sent.length - 1, Math.floor(quarter.atMs / QUARTER_MS))
      wasted[index] = (wasted[index] ?? 0) + quarter.wasted
    }
    this.#requests = aroundTwice(sent.map(({ requests }) => requests))
    this.#useful = aroundTwice(sent.map(({ useful }) => useful))
    this.#wasted = aroundTwice([...wasted])
  }

  day(seed: string): ArmDay {
    const requests = total(this.#arm.outcomes)
    const [one, other] = [this.#selection(`${seed}a`), this.#selection(`${seed}b`)]
    const moved = (mine: number, of: 'useful' | 'wasted') => Math.round(mine + requests * (one[of] - other[of]))
    return {
      requests,
      useful: Math.min(requests, Math.max(0, moved(useful(this.#arm.outcomes), 'useful'))),
      wasted: Math.max(0, moved(this.#arm.upstream.wasted, 'wasted')),
      recoveryMs: null,
    }
  }

  /** Useful answers and wasted calls for each request of a selection of blocks; the same moments in every arm. */
  #selection(seed: string): { useful: number; wasted: number } {
    const stream = streamSeed(seed, 'latency')
    let [requests, useful, wasted] = [0, 0, 0]
    for (let block = 0; block * this.#length < this.quarters; block++) {
      const from = Math.floor(drawNumber(stream, block, 0) * this.quarters)
      const to = from + Math.min(this.#length, this.quarters - block * this.#length)
      requests += (this.#requests[to] ?? 0) - (this.#requests[from] ?? 0)
      useful += (this.#useful[to] ?? 0) - (this.#useful[from] ?? 0)
      wasted += (this.#wasted[to] ?? 0) - (this.#wasted[from] ?? 0)
    }
    const all = Math.max(1, requests)
    return { useful: useful / all, wasted: wasted / all }
  }
}

function aroundTwice(counts: readonly number[]): Float64Array {
  const sums = new Float64Array(2 * counts.length + 1)
  for (let index = 0; index < 2 * counts.length; index++) {
    sums[index + 1] = (sums[index] ?? 0) + (counts[index % counts.length] ?? 0)
  }
  return sums
}
