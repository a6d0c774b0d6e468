/** The column of charts: the server's answers, or the arms of a run, over fail rate and outages, calls and latency. */

/** @import { Model, Run } from '../model/types.js' */

import { armPerSecond, conditionsOf, OUTCOMES, outageSpans, stacked, timeAxis } from '../model/series.js'
import { chartedRun } from '../model/shown-run.js'
import { roundAbove } from './chart.js'
import { h } from './dom.js'
import { createCalls, createFailRate, createLatency } from './line-charts.js'
import { createAnswers, createArm } from './stacked-charts.js'

const REDUCED_MOTION_S = 5

/**
 * What the charts share.
 * @typedef {object} SharedData
 * @property {import('../model/series.js').Conditions[]} conditions
 * @property {[number, number][]} outages when the catalog was down, in seconds
 * @property {import('../model/series.js').TimeAxis} axis
 * @property {number} tallest all arms share one scale, or the eye compares heights that mean different things
 */

/** @typedef {{ element: HTMLElement, update(model: Model, now: number, run: Run | null): void, repaint(): void, close(): void }} Chart */

/** @param {import('./page.js').Context} context */
export function createCharts(context) {
  const element = h('div', { class: 'charts' })
  /** @type {SharedData} */
  const shared = { conditions: [], outages: [], axis: { from: 0, to: 1, start: null }, tallest: 4 }
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
      const run = chartedRun(model, now)
      const timed = run?.steps.some(step => step.arms.some(arm => typeof arm.p50 === 'number')) ?? false
      shared.axis = timeAxis(model, run, now)
      shared.conditions = conditionsOf(model, run)
      shared.outages = outageSpans(shared.conditions)
      shared.tallest = run ? roundAbove(highest(run, model.epoch, shared.axis)) : 4
      const wanted = `${run ? `${run.id} ${run.names.join(' ')} ${timed}` : 'server'}`
      // Charts that slide are motion: who wants less of it gets a step every few seconds.
      if (wanted === shape && context.reducedMotion() && Math.abs(now - drawnAt) < REDUCED_MOTION_S) return
      drawnAt = now
      if (wanted !== shape) {
        close()
        shape = wanted
        const names = run?.names ?? []
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
 * @param {import('../model/series.js').TimeAxis} axis
 */
function highest(run, epoch, axis) {
  const heights = run.names.flatMap(name => {
    const { rows } = armPerSecond(run, name, epoch, axis)
    return stacked(OUTCOMES.map(outcome => rows[outcome])).at(-1) ?? []
  })
  return Math.max(0, ...heights)
}
