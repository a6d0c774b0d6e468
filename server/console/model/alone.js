/** Whether a scenario plays before nobody: then there is nothing to see on the charts but its weather. */

/** @import { Model } from './types.js' */

/** Who fires with a scenario begins with it, or a moment later; in seconds. */
const PATIENCE_S = 1.5

/**
 * Whether a scenario has been playing for a while, and nobody has asked for anything since it began.
 * @param {Model} model
 * @param {number} now seconds
 */
export function playsAlone(model, now) {
  if (!model.scenario) return false
  const { startedAtMs } = model.scenario
  // The arms of a run may play in labs of their own, and then this one hears nothing of them.
  if (model.runs.some(run => run.status === 'running' || run.startedAtMs + run.lastMs > startedAtMs)) return false
  const begin = (model.epoch + startedAtMs) / 1000
  if (now < begin + PATIENCE_S) return false
  return model.points.every(
    point =>
      point.t <= begin || (point.arrivals === 0 && point.inFlight === 0 && Object.keys(point.counts).length === 0),
  )
}
