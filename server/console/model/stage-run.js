/** A run as the stage plays it: what each arm came to at any moment, the states of its circuit, what was wrong, and the dots. */

/** @import { Circuit, Counts, Edge, Model, Run } from './types.js' */
/** @import { Trouble } from './trouble.js' */

import { hasCircuit } from './arm-names.js'
import { DotStore, requestsPerDot } from './flow.js'
import { addCounts, COUNTERS, firstMs, noCounts, plannedMs } from './run.js'
import { troublesOf } from './trouble.js'

/** @typedef {{ fromMs: number, toMs: number, arms: Counts[] }} Slice what each arm came to in a stretch of time */

/**
 * @typedef {object} StageRun
 * @property {string} id
 * @property {string[]} names
 * @property {boolean[]} guarded which arms have a circuit
 * @property {number} lengthMs
 * @property {number} lastMs how far it is known
 * @property {boolean} over
 * @property {boolean} kept it is replayed, not heard
 * @property {Slice[]} slices in the order of time
 * @property {Counts[]} before what the arms came to before the first slice
 * @property {Edge[][]} edges
 * @property {Trouble[]} troubles
 * @property {DotStore} dots
 * @property {number} perSecond requests of an arm
 */

/** Shorter than this no time axis is drawn, in milliseconds. */
const MIN_LENGTH_MS = 250

/**
 * A run that is heard, or was heard until its end.
 * @param {Run} run
 * @param {Model} model
 * @returns {StageRun}
 */
export function stageRunOf(run, model) {
  const known = run.names.map(name => run.totals[name] ?? noCounts())
  let fromMs = firstMs(run)
  const slices = run.steps.map(step => {
    const arms = run.names.map(name => step.arms.find(arm => arm.name === name) ?? noCounts())
    const slice = { fromMs: Math.min(fromMs, step.atMs), toMs: step.atMs, arms }
    fromMs = step.atMs
    return slice
  })
  const before = known.map((totals, arm) => lessSlices(totals, slices, arm))
  const planned = plannedMs(run)
  const over = run.status !== 'running'
  const lengthMs = Math.max(MIN_LENGTH_MS, over ? run.lastMs : Math.max(planned, run.lastMs))
  const edges = run.names.map(name => run.edges[name] ?? [])
  const perSecond = perSecondOf(run.load.requests, planned, slices)
  return {
    id: run.id,
    names: run.names,
    guarded: run.names.map((name, arm) => hasCircuit(name) || (edges[arm]?.length ?? 0) > 0),
    lengthMs,
    lastMs: run.lastMs,
    over,
    kept: false,
    slices,
    before,
    edges,
    troubles: troublesOf(conditionsDuring(run, model)),
    dots: run.dots.source === 'flow' ? run.dots : dotsOfCounts({ slices, edges, names: run.names, perSecond }),
    perSecond,
  }
}

/**
 * A run that was kept.
 * @param {string} id
 * @param {any} result as the server keeps it
 * @returns {StageRun}
 */
export function stageRunOfKept(id, result) {
  const names = result.arms.map((/** @type {any} */ arm) => arm.name)
  /** @type {Map<number, Slice>} */
  const slices = new Map()
  result.arms.forEach((/** @type {any} */ arm, /** @type {number} */ index) => {
    for (const { atMs, ...counts } of arm.series) {
      const slice = slices.get(atMs) ?? { fromMs: atMs, toMs: atMs + 250, arms: names.map(noCounts) }
      slice.arms[index] = counts
      slices.set(atMs, slice)
    }
  })
  const sorted = [...slices.values()].sort((a, b) => a.fromMs - b.fromMs)
  const lengthMs = Math.max(MIN_LENGTH_MS, result.load.durationMs)
  const edges = result.arms.map((/** @type {any} */ arm) => arm.states)
  const perSecond = perSecondOf(result.load.requests, lengthMs, sorted)
  const dots = new DotStore(names.length)
  if (result.flow) dots.add(result.flow)
  return {
    id,
    names,
    guarded: names.map(
      (/** @type {string} */ name, /** @type {number} */ arm) => hasCircuit(name) || edges[arm].length > 0,
    ),
    lengthMs,
    lastMs: lengthMs,
    over: true,
    kept: true,
    slices: sorted,
    before: names.map(noCounts),
    edges,
    troubles: troublesOf(conditionsKept(result, lengthMs)),
    dots: result.flow ? dots : dotsOfCounts({ slices: sorted, edges, names, perSecond }),
    perSecond,
  }
}

/**
 * What an arm came to until a moment.
 * @param {StageRun} run
 * @param {number} arm
 * @param {number} atMs
 * @param {number} [sinceMs]
 * @returns {Counts}
 */
export function totalsAt(run, arm, atMs, sinceMs = Number.NEGATIVE_INFINITY) {
  const totals = sinceMs === Number.NEGATIVE_INFINITY ? { ...(run.before[arm] ?? noCounts()) } : noCounts()
  for (const slice of run.slices) {
    if (slice.toMs > atMs && !(run.over && atMs >= run.lengthMs)) break
    const counts = slice.arms[arm]
    if (counts && slice.toMs > sinceMs) addCounts(totals, counts)
  }
  return totals
}

/**
 * The state of a circuit at a moment; half-open stays long enough to be seen.
 * @param {readonly Edge[]} edges
 * @param {number} atMs
 * @param {number} [heldMs] how long half-open is shown at least
 * @returns {Circuit | null} null without a circuit
 */
export function stateAt(edges, atMs, heldMs = 0) {
  /** @type {Circuit | null} */
  let state = edges.length > 0 ? 'closed' : null
  for (const edge of edges) {
    if (edge.atMs > atMs) break
    state = edge.state
    if (edge.state === 'half-open' && edge.atMs > atMs - heldMs) return state
  }
  return state
}

/** @param {Counts} totals @param {readonly Slice[]} slices @param {number} arm */
function lessSlices(totals, slices, arm) {
  const rest = { ...totals }
  for (const slice of slices) for (const counter of COUNTERS) rest[counter] -= slice.arms[arm]?.[counter] ?? 0
  for (const counter of COUNTERS) rest[counter] = Math.max(0, rest[counter])
  return rest
}

/** Dots for a run that tells no single requests. @param {Pick<StageRun, 'slices' | 'edges' | 'names' | 'perSecond'>} run */
export function dotsOfCounts({ slices, edges, names, perSecond }) {
  const dots = new DotStore(names.length, requestsPerDot(perSecond, names.length, 1))
  names.forEach((_, arm) => {
    for (const { fromMs, toMs, arms } of slices) {
      const counts = arms[arm]
      const probing = stateAt(edges[arm] ?? [], toMs) === 'half-open' && (counts?.calls ?? 0) <= 3
      if (counts) dots.addCounts(arm, fromMs, toMs, counts, { tookMs: 0, probing })
    }
  })
  dots.source = 'counts'
  return dots
}

/** @param {unknown} requests @param {number} lengthMs @param {readonly Slice[]} slices */
function perSecondOf(requests, lengthMs, slices) {
  if (typeof requests === 'number' && lengthMs > 0) return (1_000 * requests) / lengthMs
  const [first, last] = [slices[0], slices.at(-1)]
  if (!first || !last) return 1
  const all = slices.reduce((sum, { arms }) => {
    const { success = 0, failed = 0, shortCircuited = 0, fromCache = 0 } = arms[0] ?? {}
    return sum + success + failed + shortCircuited + fromCache
  }, 0)
  return (1_000 * all) / Math.max(MIN_LENGTH_MS, last.toMs - first.fromMs)
}

/**
 * What the arms met: the conditions of the sessions that they play in, else those of the page's session.
 * @param {Run} run
 * @param {Model} model
 */
function conditionsDuring(run, model) {
  const own = run.steps.flatMap(step => (step.weather ? [{ atMs: step.atMs, ...step.weather }] : []))
  if (own.length > 0) return own
  const all = model.points.map(point => ({ ...point, atMs: point.atMs - run.startedAtMs }))
  const met = all.filter(({ atMs }) => atMs > 0 && atMs <= run.lastMs)
  // What was known last holds until something else is known.
  const last = met.at(-1) ?? all.findLast(({ atMs }) => atMs <= 0) ?? conditionsNow(model)
  return [...met, { ...last, atMs: run.lastMs }]
}

/** By the settings, where no sample has come yet. @param {Model} model */
function conditionsNow({ chaos, outage }) {
  const { failRate = 0, capacity } = chaos?.settings ?? {}
  return { failRate, outage: outage.on, slow: capacity?.slow ?? 1 }
}

/** Of a kept run: the changes that were seen, else the spells that were known before. @param {any} result @param {number} lengthMs */
function conditionsKept(result, lengthMs) {
  let conditions = { failRate: result.conditions?.failRate ?? result.failRate?.atStart ?? 0, outage: false, slow: 1 }
  /** @type {{ atMs: number, failRate: number, outage: boolean, slow: number }[]} */
  const moments = []
  const events = [...(result.events ?? [])].filter(event => !event.arm || event.arm === result.arms[0].name)
  for (const { atMs, what, figures } of events) {
    const next = { ...conditions }
    if (what === 'fail-rate') next.failRate = figures.to
    else if (what === 'outage-began') next.outage = true
    else if (what === 'outage-ended') next.outage = false
    else if (what === 'slower') next.slow = figures.to
    else continue
    moments.push({ atMs: Math.min(lengthMs, Math.max(0, atMs)), ...conditions })
    conditions = next
  }
  moments.push({ atMs: lengthMs, ...conditions })
  return moments
}
