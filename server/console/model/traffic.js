/** What the recent traffic says: its figures of the last few seconds, and whether a scenario plays without any. */

/** @import { Model } from './types.js' */

/** How many seconds count as recent. */
const RECENT_S = 3

/**
 * @param {Model['points']} points
 * @param {number} now seconds
 * @returns {{ perSecond: number, useful: number | null, p95: number | null, inFlight: number }}
 */
export function recentFigures(points, now) {
  const recent = points.filter(point => point.t > now - RECENT_S && point.t <= now)
  let all = 0
  let success = 0
  for (const point of recent) {
    for (const count of Object.values(point.counts)) all += count
    success += point.counts.success ?? 0
  }
  return {
    perSecond: recent.length === 0 ? 0 : all / Math.min(RECENT_S, recent.length / 4),
    useful: all === 0 ? null : (100 * success) / all,
    p95: recent.findLast(point => point.p95 !== null)?.p95 ?? null,
    inFlight: recent.at(-1)?.inFlight ?? 0,
  }
}

/** Who fires with a scenario begins with it, or a moment later; in seconds. */
const PATIENCE_S = 1.5

/**
 * Whether a scenario has been playing for a while, and nobody has asked for anything since it began.
 * @param {Model} model
 * @param {number} now seconds
 */
export function hasIdleScenario(model, now) {
  if (!model.scenario) return false
  const { startedAtMs } = model.scenario
  // The arms of a run may play in sessions of their own, and then this one sees nothing of it.
  if (model.runs.some(run => run.status === 'running' || run.startedAtMs + run.lastMs > startedAtMs)) return false
  const begin = (model.epoch + startedAtMs) / 1000
  if (now < begin + PATIENCE_S) return false
  return model.points.every(
    point =>
      point.t <= begin || (point.arrivals === 0 && point.inFlight === 0 && Object.keys(point.counts).length === 0),
  )
}
