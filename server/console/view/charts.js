/** The column of charts: the server's answers, or the arms of a run, over fail rate and outages, calls and latency. */

/** @import { Model, Run } from '../model/types.js' */

import { armPerSecond, conditionsOf, OUTCOMES, outageSpans, stacked } from '../model/series.js'
import { roundAbove } from './chart.js'
import { h } from './dom.js'
import { createCalls, createFailRate, createLatency } from './line-charts.js'
import { createAnswers, createArm } from './stacked-charts.js'

/** More arms than this do not fit on a projector; the table beside still shows them all. */
const MAX_ARMS = 3
/** A run stays on the charts this long after its end, in seconds: as long as it is on the time axis. */
const STAYS_S = 110
const REDUCED_MOTION_S = 5

/**
 * What the charts share.
 * @typedef {object} SharedData
 * @property {import('../model/series.js').Conditions[]} conditions
 * @property {[number, number][]} outages when the catalog was down, in seconds
 * @property {number} tallest all arms share one scale, or the eye compares heights that mean different things
 */

/** @typedef {{ element: HTMLElement, update(model: Model, now: number, run: Run | null): void, repaint(): void, close(): void }} Chart */

/**
 * The run that the charts show at a moment: the newest that is still on the time axis.
 * @param {Model} model
 * @param {number} now seconds
 * @returns {Run | null}
 */
export function shownRun(model, now) {
  const run = model.runs.at(-1)
  if (!run) return null
  const end = (model.epoch + run.startedAtMs + run.lastMs) / 1000
  return run.status === 'running' || end > now - STAYS_S ? run : null
}

/** @param {import('./page.js').Context} context */
export function createCharts(context) {
  const element = h('div', { class: 'charts' })
  /** @type {SharedData} */
  const shared = { conditions: [], outages: [], tallest: 4 }
  /** @type {Chart[]} */
  let charts = []
  let shape = ''
  let drawnAt = 0

  const close = () => {
    for (const chart of charts) chart.close()
  }

  return {
    element,
    /** @param {Model} model @param {number} now seconds */
    update(model, now) {
      const run = shownRun(model, now)
      const timed = run?.steps.some(step => step.arms.some(arm => typeof arm.p50 === 'number')) ?? false
      shared.conditions = conditionsOf(model, run)
      shared.outages = outageSpans(shared.conditions)
      shared.tallest = run ? roundAbove(highest(run, model.epoch, now)) : 4
      const wanted = `${run ? `${run.id} ${run.names.join(' ')} ${timed}` : 'server'}`
      // Charts that slide are motion: who wants less of it gets a step every few seconds.
      if (wanted === shape && context.reducedMotion() && Math.abs(now - drawnAt) < REDUCED_MOTION_S) return
      drawnAt = now
      if (wanted !== shape) {
        close()
        shape = wanted
        const names = run?.names.slice(0, MAX_ARMS) ?? []
        const tops = run ? names.map(name => createArm(context, shared, run, name)) : [createAnswers(context, shared)]
        const below = [
          createFailRate(context, shared),
          createCalls(context, shared, names),
          createLatency(context, shared, timed ? names : [], timed && run?.sessions.length === 0),
        ]
        charts = [...tops, ...below]
        element.replaceChildren(...charts.map(chart => chart.element))
      }
      for (const chart of charts) chart.update(model, now, run)
    },
    repaint() {
      for (const chart of charts) chart.repaint()
    },
    close,
  }
}

/**
 * The most answers that any arm gave in one second of the time axis.
 * @param {Run} run
 * @param {number} epoch
 * @param {number} now
 */
function highest(run, epoch, now) {
  const heights = run.names.flatMap(name => {
    const { rows } = armPerSecond(run, name, epoch, now)
    return stacked(OUTCOMES.map(outcome => rows[outcome])).at(-1) ?? []
  })
  return Math.max(0, ...heights)
}
