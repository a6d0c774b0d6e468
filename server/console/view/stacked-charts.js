/** The stacked charts: the server's answers a second, or one arm's outcomes with the strip of its breaker below. */

/** @import { Model, Run, Counts } from '../model/types.js' */
/** @import { SharedData } from './charts.js' */

import { ANSWERS, answersPerSecond, armPerSecond, OUTCOMES } from '../model/series.js'
import { createChart } from './chart.js'
import { paintStrip, STRIP } from './circuit-strip.js'
import { paintOutages } from './outage-spans.js'

/** @param {import('./page.js').Context} context @param {SharedData} shared */
export function createAnswers(context, shared) {
  const { t, count } = context.i18n
  const chart = createChart({
    context,
    name: 'answers',
    title: t('chart.answers'),
    axis: count,
    behind: plot => paintOutages(plot, context, shared.outages, ''),
    lines: ANSWERS.map(name => ({ label: t(`answer.${name}`), colour: name, draw: 'bar', format: context.whole })),
  })
  return {
    ...chart,
    /** @param {Model} model @param {number} now */
    update(model, now) {
      const { times, rows } = answersPerSecond(model.points, now)
      chart.update([times, ...ANSWERS.map(name => rows[name])], shared.axis, now)
    },
  }
}

/**
 * @param {import('./page.js').Context} context
 * @param {SharedData} shared
 * @param {Run} first
 * @param {string} name of the arm
 */
export function createArm(context, shared, first, name) {
  const { t, count, maybe } = context.i18n
  const latest = { run: first, epoch: 0 }
  const state = (/** @type {string} */ word) => maybe(`circuit.${word}`, word)
  const edges = () => latest.run.edges[name] ?? []
  const chart = createChart({
    context,
    name: 'arm',
    title: t('chart.arm', { arm: name }),
    axis: count,
    below: STRIP.height + STRIP.gap,
    top: () => shared.tallest,
    behind: plot => paintOutages(plot, context, shared.outages, ''),
    over: plot =>
      paintStrip(plot, context, {
        edges: edges(),
        originMs: latest.epoch + latest.run.startedAtMs,
        endMs: latest.run.lastMs,
        name: state,
        label: t('stage.breaker'),
      }),
    lines: OUTCOMES.map(outcome => ({
      label: t(`outcome.${outcome}`),
      colour: colourOf(outcome),
      draw: 'bar',
      format: context.whole,
    })),
    extra: [
      {
        label: t('chart.state'),
        read: time => {
          const at = time * 1000 - latest.epoch - latest.run.startedAtMs
          const edge = edges().findLast(other => other.atMs <= at)
          return edge ? state(edge.state) : t('unit.none')
        },
      },
    ],
  })
  return {
    ...chart,
    /** @param {Model} model @param {number} now @param {Run | null} run */
    update(model, now, run) {
      latest.run = run ?? latest.run
      latest.epoch = model.epoch
      const { times, rows } = armPerSecond(latest.run, name, model.epoch, shared.axis)
      chart.update([times, ...OUTCOMES.map(outcome => rows[outcome])], shared.axis, now)
    },
  }
}

/** @param {keyof Counts} outcome @returns {keyof import('./palette.js').Palette} */
function colourOf(outcome) {
  return outcome === 'calls' || outcome === 'wasted' ? 'ink' : outcome
}
