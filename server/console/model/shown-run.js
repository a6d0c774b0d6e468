/** Which run a page shows: the pinned one, a running comparison, another that runs, or the one that ended last. */

/** @import { Model, Run } from './types.js' */

/** The session that a run belongs to: the one it names, else the one that all its arms share, else the default one. @param {Run} run */
export function sessionOfRun(run) {
  if (run.session !== null) return run.session
  const [first, ...others] = new Set(run.sessions)
  return first !== undefined && others.length === 0 && run.sessions.length === run.names.length && run.names.length > 1
    ? first
    : 'default'
}

/** The runs that the page of a session shows, the oldest first. @param {Model} model */
export function runsOfPage(model) {
  return model.runs.filter(run => sessionOfRun(run) === model.session)
}

/**
 * A burst never displaces a comparison that is still running.
 * @param {Model} model
 * @returns {Run | null}
 */
export function currentRun(model) {
  const runs = runsOfPage(model)
  const pinned = runs.find(({ id }) => id === model.pinned)
  const running = runs.filter(({ status }) => status === 'running')
  const ended = runs.toSorted((a, b) => a.startedAtMs + a.lastMs - b.startedAtMs - b.lastMs)
  return pinned ?? running.findLast(({ names }) => names.length > 1) ?? running.at(-1) ?? ended.at(-1) ?? null
}

/** A run stays on the charts this long after its end, in seconds. */
const STAYS_S = 110

/**
 * The run that the charts show at a moment: one that is running, or pinned, or has just ended.
 * @param {Model} model
 * @param {number} now seconds
 * @returns {Run | null}
 */
export function chartedRun(model, now) {
  const run = currentRun(model)
  if (!run) return null
  const end = (model.epoch + run.startedAtMs + run.lastMs) / 1000
  return run.status === 'running' || run.id === model.pinned || end > now - STAYS_S ? run : null
}
