/** What the recent traffic says: its figures of the last few seconds, and whether a scenario plays without any. */

/** @import { Model } from './types.js' */

/**
 * @param {Model['points']} points
 * @param {number} now seconds
 * @param {number} [over] how many seconds count
 * @returns {{ perSecond: number, useful: number | null, p50: number | null, p95: number | null, inFlight: number }}
 */
export function recentFigures(points, now, over = 3) {
  const recent = points.filter(point => point.t > now - over && point.t <= now)
  let all = 0
  let success = 0
  for (const point of recent) {
    for (const count of Object.values(point.counts)) all += count
    success += point.counts.success ?? 0
  }
  return {
    perSecond: recent.length === 0 ? 0 : all / Math.min(over, recent.length / 4),
    useful: all === 0 ? null : (100 * success) / all,
    p50: last(recent, point => point.p50),
    p95: last(recent, point => point.p95),
    inFlight: recent.at(-1)?.inFlight ?? 0,
  }
}

/**
 * @param {Model['points']} points
 * @param {(point: Model['points'][number]) => number | null} read
 */
function last(points, read) {
  for (let index = points.length - 1; index >= 0; index--) {
    const point = points[index]
    const value = point ? read(point) : null
    if (value !== null && value !== undefined) return value
  }
  return null
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
