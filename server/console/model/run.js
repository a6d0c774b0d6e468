/** What a published run came to so far: steps in, totals and breaker edges out. */

/** @import { ArmStep, Circuit, Counts, Run, Step } from './types.js' */

import { DotStore } from './flow.js'

/** The share of time that the charts show, and a little more, in milliseconds. */
export const KEPT_MS = 125_000
/** As many steps as come in that time from whoever publishes four times a second. */
const MAX_STEPS = 500
const MAX_EDGES = 400

/** The six counters, in the order in which they come where names are left out. @type {readonly (keyof Counts)[]} */
export const COUNTERS = ['success', 'failed', 'shortCircuited', 'fromCache', 'calls', 'wasted']

/** @returns {Counts} */
export const noCounts = () => /** @type {Counts} */ (Object.fromEntries(COUNTERS.map(counter => [counter, 0])))

/**
 * A run as the server describes it (at its start, or in the middle to a page that comes late).
 * @param {any} described
 * @returns {Run}
 */
export function runFrom(described) {
  const names = described.arms.map((/** @type {any} */ arm) => arm.name)
  const dots = new DotStore(names.length)
  if (described.flow) dots.add(described.flow)
  return {
    id: described.id,
    title: described.title ?? '',
    names,
    sessions: described.arms.flatMap((/** @type {any} */ arm) => arm.session ?? []),
    session: described.session ?? null,
    load: described.load ?? {},
    startedAtMs: described.startedAtMs ?? 0,
    status: described.status ?? 'running',
    lastMs: described.lastMs ?? 0,
    steps: (described.steps ?? []).map((/** @type {KeptStep} */ step) => stepFrom(step, names)),
    totals: Object.fromEntries(
      names.map((/** @type {string} */ name) => [name, described.totals?.[name] ?? noCounts()]),
    ),
    edges: Object.fromEntries(names.map((/** @type {string} */ name) => [name, described.edges?.[name] ?? []])),
    changes: described.changes ?? [],
    verdict: described.verdict ?? null,
    coded: described.coded ?? null,
    kept: described.kept ?? null,
    dots,
  }
}

/** @typedef {Omit<Step, 'arms'> & { arms: ((number | null)[] | null)[] }} KeptStep of each arm in order its counts, p50 and p95; null where the step left it out */

/** @param {KeptStep} kept @param {string[]} names @returns {Step} */
function stepFrom(kept, names) {
  const arms = names.flatMap((name, index) => {
    const figures = kept.arms[index]
    if (!figures) return []
    const counts = noCounts()
    COUNTERS.forEach((counter, place) => {
      counts[counter] = figures[place] ?? 0
    })
    const [p50 = null, p95 = null] = figures.slice(COUNTERS.length)
    return [{ name, ...counts, p50, p95 }]
  })
  return { ...kept, arms }
}

/** A step that is the first a page knows of stands for so long, in milliseconds, unless the run began with it. */
const STEP_MS = 250

/** Since when the steps that are known tell a run, in milliseconds since its start. @param {Run} run */
export function firstMs({ steps, totals }) {
  const told = steps.reduce((sum, { arms }) => sum + arms.reduce((calls, arm) => calls + endedIn(arm), 0), 0)
  const all = Object.values(totals).reduce((sum, counts) => sum + endedIn(counts), 0)
  return told >= all ? 0 : Math.max(0, (steps[0]?.atMs ?? 0) - STEP_MS)
}

/** @param {Counts} counts */
function endedIn({ success, failed, shortCircuited, fromCache }) {
  return success + failed + shortCircuited + fromCache
}

/** How long a run is to last, in milliseconds; 0 where nobody knows. @param {Run} run */
export function plannedMs({ load: { lengthMs } }) {
  return typeof lengthMs === 'number' ? lengthMs : 0
}

/**
 * The run after one more step.
 * @param {Run} run
 * @param {Step} step
 * @returns {Run}
 */
export function advance(run, step) {
  const totals = { ...run.totals }
  const edges = { ...run.edges }
  for (const arm of step.arms) {
    if (!run.names.includes(arm.name)) continue
    totals[arm.name] = arm.totals ?? addCounts({ ...(totals[arm.name] ?? noCounts()) }, arm)
    edges[arm.name] = withEdges(edges[arm.name] ?? [], arm, step.atMs)
  }
  if (step.flow) run.dots.add(step.flow)
  const steps = [...run.steps, step].filter(other => other.atMs > step.atMs - KEPT_MS).slice(-MAX_STEPS)
  return { ...run, totals, edges, steps, lastMs: step.atMs, changes: step.changes ?? run.changes }
}

/**
 * Percent of an arm's requests that ended usefully, or null before the first.
 * @param {Counts} counts
 */
export function usefulShare(counts) {
  const all = endedIn(counts)
  return all === 0 ? null : (100 * (counts.success + counts.fromCache)) / all
}

/** Adds to `counts` in place. @param {Counts} counts @param {Partial<Counts>} more @returns {Counts} */
export function addCounts(counts, more) {
  for (const counter of COUNTERS) counts[counter] += more[counter] ?? 0
  return counts
}

/** @param {{ atMs: number, state: Circuit }[]} edges @param {ArmStep} arm @param {number} atMs */
function withEdges(edges, arm, atMs) {
  let next = edges
  for (const edge of arm.states ?? []) {
    if (edge.state !== next.at(-1)?.state) next = [...next, edge]
  }
  if (arm.state && arm.state !== next.at(-1)?.state) next = [...next, { atMs, state: arm.state }]
  return next.length > MAX_EDGES ? next.slice(-MAX_EDGES) : next
}
