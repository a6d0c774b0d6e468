/** The requests of everybody as the stage plays them while no run does: one lane, made of the samples of the page's session. */

/** @import { Counts, Model, Point } from './types.js' */
/** @import { StageRun } from './stage-run.js' */

import { noCounts } from './run.js'
import { dotsOfCounts } from './stage-run.js'
import { troublesOf } from './trouble.js'

/** The lane of all who ask; the page has a word for it. */
const NAME = 'everybody'
/** So long after the last request there is nothing to show, in milliseconds. */
const QUIET_MS = 10_000
/** The time axis is not longer than this, and begins anew with the last part of it. */
const MAX_MS = 120_000
const KEPT_MS = 30_000

/** Follows the samples of one page. */
export class StageTraffic {
  #startMs = Number.NaN
  #seen = ''
  /** @type {StageRun | null} */
  #run = null

  /** The lane of everybody, or null where nobody asked lately. @param {Model} model @returns {StageRun | null} */
  of(model) {
    const points = model.points.filter(({ boot }) => boot === model.boot)
    const last = points.at(-1)
    const busy = points.findLast(isBusy)
    if (!last || !busy || busy.atMs < last.atMs - QUIET_MS) {
      this.#startMs = Number.NaN
      this.#run = null
      return null
    }
    const seen = `${model.session} ${model.boot} ${last.atMs}`
    if (seen === this.#seen && this.#run) return this.#run
    this.#seen = seen
    if (!(last.atMs - this.#startMs <= MAX_MS) || last.atMs < this.#startMs) {
      const first = points.find(point => isBusy(point) && point.atMs > last.atMs - KEPT_MS) ?? busy
      this.#startMs = (points[points.indexOf(first) - 1] ?? first).atMs
    }
    this.#run = runOf(
      points.filter(({ atMs }) => atMs >= this.#startMs),
      this.#startMs,
      `${model.boot} ${model.session} ${this.#startMs}`,
    )
    return this.#run
  }
}

/** @param {readonly Point[]} points @param {number} startMs @param {string} id @returns {StageRun} */
function runOf(points, startMs, id) {
  let fromMs = 0
  let requests = 0
  const slices = points.map(point => {
    const toMs = point.atMs - startMs
    const counts = countsOf(point)
    requests += counts.calls
    const slice = { fromMs, toMs, arms: [counts] }
    fromMs = toMs
    return slice
  })
  const lastMs = Math.max(1, fromMs)
  const [names, edges] = [[NAME], [[]]]
  const perSecond = Math.max(1, (1_000 * requests) / Math.max(1_000, lastMs))
  return {
    ...{ id, names, edges, slices, perSecond, lastMs },
    guarded: [false],
    lengthMs: Math.max(KEPT_MS, lastMs),
    over: false,
    kept: false,
    before: [noCounts()],
    troubles: troublesOf(points.map(point => ({ ...point, atMs: point.atMs - startMs }))),
    dots: dotsOfCounts({ slices, edges, names, perSecond }),
  }
}

/** @param {Point} point @returns {Counts} */
function countsOf({ counts }) {
  const { success = 0 } = counts
  const failed = ended(counts) - success
  return { ...noCounts(), success, failed, calls: success + failed, wasted: failed }
}

/** @param {Point} point */
function isBusy({ counts }) {
  return ended(counts) > 0
}

/** @param {Point['counts']} counts */
function ended(counts) {
  let all = 0
  for (const count of Object.values(counts)) all += count
  return all
}
