/** Columns for the charts: whole seconds out of quarter-second samples and steps, on one time axis. */

/** @import { Counts, Model, Run } from './types.js' */

import { SPAN_S } from './model.js'
import { COUNTERS, firstMs, plannedMs } from './run.js'

/** @typedef {'success' | 'injected' | 'overload' | 'other'} Answer */

/** The four kinds of answers that the server's chart stacks, from the bottom up. */
/** @type {readonly Answer[]} */
export const ANSWERS = ['success', 'injected', 'overload', 'other']

/** The four outcomes that an arm's chart stacks, from the bottom up. */
/** @type {readonly (keyof Counts)[]} */
export const OUTCOMES = ['success', 'fromCache', 'shortCircuited', 'failed']

/**
 * Answers a second by kind. The newest second is still growing and is left to grow.
 * @param {Model['points']} points
 * @param {number} now seconds
 * @returns {{ times: number[], rows: Record<Answer, number[]> }}
 */
export function answersPerSecond(points, now) {
  const { from, size, times } = seconds(now)
  const rows = { success: zeros(size), injected: zeros(size), overload: zeros(size), other: zeros(size) }
  for (const point of points) {
    const slot = Math.ceil(point.t) - 1 - from
    if (slot < 0 || slot >= size) continue
    const { success = 0, injected = 0, overload = 0, clientError = 0, serverError = 0, aborted = 0 } = point.counts
    put(rows.success, slot, success)
    put(rows.injected, slot, injected)
    put(rows.overload, slot, overload)
    put(rows.other, slot, clientError + serverError + aborted)
  }
  return { times, rows }
}

/** @typedef {{ from: number, to: number, start: number | null }} TimeAxis seconds of the wall clock; `start` of a run that fills the axis, null for the last two minutes */

/** Runs that are shorter than this are drawn in quarter seconds, in seconds. */
const FINE_S = 30
/** Shorter than this no run is drawn, in seconds. */
const MIN_RUN_S = 1

/**
 * The time axis of the charts: a run's own, from its start to its planned end, or the last two minutes.
 * @param {Model} model
 * @param {Run | null} run
 * @param {number} now seconds
 * @returns {TimeAxis}
 */
export function timeAxis(model, run, now) {
  if (!run) return { from: now - SPAN_S, to: now, start: null }
  const start = (model.epoch + run.startedAtMs) / 1000
  const length = Math.max(MIN_RUN_S, run.lastMs / 1000, run.status === 'running' ? plannedMs(run) / 1000 : 0)
  return { from: start + Math.max(0, length - SPAN_S), to: start + length, start }
}

/**
 * One arm's outcomes and calls a second; of a short run, as if each quarter second went on for a second.
 * @param {Run} run
 * @param {string} name
 * @param {number} epoch wall-clock milliseconds of the server's zero
 * @param {TimeAxis} axis
 * @returns {{ times: number[], rows: Record<keyof Counts, number[]>, binS: number }}
 */
export function armPerSecond(run, name, epoch, axis) {
  const { from, size, times, binS } = bins(axis)
  const rows = /** @type {Record<keyof Counts, number[]>} */ (
    Object.fromEntries(COUNTERS.map(counter => [counter, zeros(size)]))
  )
  let before = firstMs(run)
  for (const step of run.steps) {
    const arm = step.arms.find(other => other.name === name)
    const [begin, end] = [before, step.atMs].map(ms => ((epoch + run.startedAtMs + ms) / 1000 - from) / binS)
    before = step.atMs
    if (!arm || begin === undefined || end === undefined) continue
    spread(begin, end, size, (slot, part) => {
      for (const counter of COUNTERS) put(rows[counter], slot, ((arm[counter] ?? 0) * part) / binS)
    })
  }
  return { times, rows, binS }
}

/**
 * Hands out what happened between two places on a row of bins: each bin gets the part of the time that lies in it.
 * @param {number} begin in bins
 * @param {number} end
 * @param {number} size
 * @param {(slot: number, part: number) => void} put
 */
function spread(begin, end, size, put) {
  const first = Math.floor(begin)
  for (let slot = first; slot <= Math.max(first, Math.ceil(end) - 1); slot += 1) {
    const part = end > begin ? (Math.min(end, slot + 1) - Math.max(begin, slot)) / (end - begin) : 1
    if (slot >= 0 && slot < size && part > 0) put(slot, part)
  }
}

/**
 * Lines that are drawn at every sample: fail rate, percentiles, requests in flight. A silence longer than two seconds is a gap.
 * @template {{ t: number }} P
 * @param {P[]} points
 * @param {(point: P) => (number | null)[]} read
 * @param {number} width how many lines `read` gives
 * @returns {(number | null)[][]} the times, then a column for each line
 */
export function lines(points, read, width) {
  /** @type {(number | null)[][]} */
  const columns = Array.from({ length: width + 1 }, () => [])
  let last = Number.NEGATIVE_INFINITY
  for (const point of points) {
    if (point.t - last > 2 && last > 0) push(columns, last + 0.01, new Array(width).fill(null))
    push(columns, point.t, read(point))
    last = point.t
  }
  return columns
}

/**
 * The percentile lines of an arm's steps, where its publisher measures them.
 * @param {Run} run
 * @param {number} epoch
 * @returns {(number | null)[][]} times, then p50 and p95 of each arm in turn
 */
export function armLatency(run, epoch) {
  /** @type {(number | null)[][]} */
  const columns = Array.from({ length: 1 + 2 * run.names.length }, () => [])
  for (const step of run.steps) {
    const values = run.names.flatMap(name => {
      const arm = step.arms.find(other => other.name === name)
      return [arm?.p50 ?? null, arm?.p95 ?? null]
    })
    push(columns, (epoch + run.startedAtMs + step.atMs) / 1000, values)
  }
  return columns
}

/** How long a percentile holds, in seconds, while nothing ends that could have another. */
const HOLDS_S = 1

/**
 * Columns whose short silences hold the value before: at a few requests a second a line would be dots otherwise.
 * @param {(number | null)[][]} columns times, then the lines
 * @returns {(number | null)[][]}
 */
export function held([times = [], ...rows]) {
  return [
    times,
    ...rows.map(row => {
      let last = { value: /** @type {number | null} */ (null), time: Number.NEGATIVE_INFINITY }
      return row.map((value, index) => {
        const time = times[index] ?? 0
        if (value !== null) last = { value, time }
        return time - last.time <= HOLDS_S ? last.value : null
      })
    }),
  ]
}

/** @typedef {{ t: number, failRate: number, outage: boolean }} Conditions at a moment */

/**
 * The conditions that the charts show: those of the session, but during a run those of the sessions which its arms play in.
 * @param {Model} model
 * @param {Run | null} run
 * @returns {Conditions[]}
 */
export function conditionsOf(model, run) {
  const own = run?.steps.filter(step => step.weather) ?? []
  if (!run || own.length === 0) return model.points
  const begin = (model.epoch + run.startedAtMs) / 1000
  const met = own.map(step => ({ t: begin + step.atMs / 1000, failRate: 0, outage: false, ...step.weather }))
  const end = met.at(-1)?.t ?? begin
  return [...model.points.filter(point => point.t < begin), ...met, ...model.points.filter(point => point.t > end)]
}

/**
 * When the catalog was down, as pairs of seconds.
 * @param {Conditions[]} points
 * @returns {[from: number, to: number][]}
 */
export function outageSpans(points) {
  /** @type {[number, number][]} */
  const spans = []
  let last = 0
  for (const point of points) {
    if (point.outage || point.failRate >= 100) {
      const open = spans.at(-1)
      if (open && open[1] === last) open[1] = point.t
      else spans.push([point.t - 0.25, point.t])
    }
    last = point.t
  }
  return spans
}

/**
 * Turns rows into running sums, for a stack drawn from the top row down.
 * @param {number[][]} rows from the bottom up
 * @returns {number[][]} the same order, each row on top of those before
 */
export function stacked(rows) {
  let below = zeros(rows[0]?.length ?? 0)
  return rows.map(row => {
    below = row.map((value, index) => value + (below[index] ?? 0))
    return below
  })
}

/** @param {number} now */
function seconds(now) {
  const to = Math.ceil(now)
  const size = SPAN_S + 1
  const from = to - size
  return { from, size, times: Array.from({ length: size }, (_, index) => from + index + 0.5) }
}

/** @param {TimeAxis} axis */
function bins({ to, start, from }) {
  if (start === null) return { ...seconds(to), binS: 1 }
  const binS = to - from <= FINE_S ? 0.25 : 1
  const size = Math.max(1, Math.ceil((to - from) / binS - 0.001))
  return { from, size, binS, times: Array.from({ length: size }, (_, index) => from + (index + 0.5) * binS) }
}

/** @param {number} size */
const zeros = size => new Array(size).fill(0)

/** @param {number[]} row @param {number} slot @param {number} more */
function put(row, slot, more) {
  row[slot] = (row[slot] ?? 0) + more
}

/** @param {(number | null)[][]} columns @param {number} time @param {(number | null)[]} values */
function push(columns, time, values) {
  columns[0]?.push(time)
  values.forEach((value, index) => {
    columns[index + 1]?.push(value)
  })
}
