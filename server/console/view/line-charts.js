/** The line charts: fail rate and outages, upstream calls, latency. */

/** @import { Model, Run } from '../model/types.js' */
/** @import { SharedData } from './charts.js' */

import { armLatency, armPerSecond, held, lines } from '../model/series.js'
import { createChart } from './chart.js'
import { paintOutages } from './outage-spans.js'

/** Colours mean outcomes, so the arms differ by weight and dash. */
const STYLES = /** @type {const} */ ([
  { colour: 'soft', line: 'dash', thin: 'dots' },
  { colour: 'ink', line: 'line', thin: 'thin' },
  { colour: 'shortCircuited', line: 'line', thin: 'thin' },
])
/** More arms' latencies than this do not fit into one chart. */
const MAX_LATENCIES = 2

/** @param {import('./page.js').Context} context @param {SharedData} shared */
export function createFailRate(context, shared) {
  const { t, percent, rate } = context.i18n
  const isDown = (/** @type {number} */ time) => shared.outages.some(([from, to]) => time >= from && time <= to)
  const chart = createChart({
    context,
    name: 'fail-rate',
    title: t('chart.weather'),
    axis: value => percent(value),
    top: () => 100,
    behind: plot => paintOutages(plot, context, shared.outages, t('chart.outage')),
    lines: [
      { label: t('chart.rate'), colour: 'ink', draw: 'step', format: value => (value === null ? '–' : rate(value)) },
    ],
    extra: [{ label: t('chart.outage'), read: time => t(isDown(time) ? 'chart.yes' : 'chart.no') }],
  })
  return {
    ...chart,
    /** @param {Model} _model @param {number} now */
    update(_model, now) {
      chart.update(
        lines(shared.conditions, point => [point.failRate], 1),
        shared.axis,
        now,
      )
    },
  }
}

/**
 * @param {import('./page.js').Context} context
 * @param {SharedData} shared
 * @param {string[]} names the arms, or none for the server's own
 */
export function createCalls(context, shared, names) {
  const { t, count } = context.i18n
  const format = context.whole
  const chart = createChart({
    context,
    name: 'calls',
    title: t('chart.calls'),
    axis: count,
    behind: plot => paintOutages(plot, context, shared.outages, ''),
    lines:
      names.length === 0
        ? [{ label: t('outcome.calls'), colour: 'ink', draw: 'step', format }]
        : names.map((name, index) => ({ label: name, ...styled(index), draw: styled(index).line, format })),
  })
  return {
    ...chart,
    /** @param {Model} model @param {number} now @param {Run | null} run */
    update(model, now, run) {
      if (!run || names.length === 0) {
        const calls = lines(model.points, point => [point.arrivals * 4], 1)
        chart.update(calls, shared.axis, now)
        return
      }
      const columns = names.map(name => armPerSecond(run, name, model.epoch, shared.axis))
      // The second that is still growing would make every line dive at its end.
      const past = (columns[0]?.times ?? []).filter(time => time < now).length - 1
      const whole = (/** @type {number[]} */ row) => row.slice(0, Math.max(0, past))
      chart.update(
        [whole(columns[0]?.times ?? []), ...columns.map(column => whole(column.rows.calls))],
        shared.axis,
        now,
      )
    },
  }
}

/**
 * @param {import('./page.js').Context} context
 * @param {SharedData} shared
 * @param {string[]} arms whose latencies are known, or none for the server's own
 * @param {boolean} atClient who fires has measured them
 */
export function createLatency(context, shared, arms, atClient) {
  const { t, ms, axisMs } = context.i18n
  const names = arms.slice(0, MAX_LATENCIES)
  const format = (/** @type {number | null} */ value) => ms(value)
  /** @type {import('./chart.js').Line[]} */
  const own = [
    { label: t('chart.p50'), colour: 'ink', draw: 'thin', format },
    { label: t('chart.p95'), colour: 'ink', draw: 'line', format },
  ]
  const chart = createChart({
    context,
    name: 'latency',
    title: t(atClient ? 'chart.latencyClient' : 'chart.latency'),
    axis: axisMs,
    time: true,
    behind: plot => paintOutages(plot, context, shared.outages, ''),
    lines:
      names.length === 0
        ? own
        : names.flatMap((name, index) => [
            { label: `${name} p50`, colour: styled(index).colour, draw: styled(index).thin, format },
            { label: `${name} p95`, short: 'p95', colour: styled(index).colour, draw: styled(index).line, format },
          ]),
  })
  return {
    ...chart,
    /** @param {Model} model @param {number} now @param {Run | null} run */
    update(model, now, run) {
      const columns =
        run && names.length > 0
          ? armLatency(run, model.epoch).slice(0, 1 + 2 * names.length)
          : lines(model.points, point => [point.p50, point.p95], 2)
      chart.update(held(columns), shared.axis, now)
    },
  }
}

/** @param {number} index of the arm */
function styled(index) {
  return STYLES[index] ?? STYLES[0]
}
