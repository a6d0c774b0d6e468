/** The column of charts: the server's answers, or both arms of a run, over fail rate and outages, calls and latency. */

/** @import { Model, Run, Tally } from '../model/types.js' */

import {
  ANSWERS,
  answersPerSecond,
  armLatency,
  armPerSecond,
  lines,
  OUTCOMES,
  outageSpans,
  skyOf,
  stacked,
} from '../model/series.js'
import { createChart, roomy } from './chart.js'
import { h } from './dom.js'
import { paintStrip, STRIP } from './strip.js'
import { paintOutages } from './weather.js'

/** More arms than this do not fit on a projector; the table beside still shows them all. */
const MOST_ARMS = 3
/** A run stays on the charts this long after its end, in seconds: as long as it is on the time axis. */
const STAYS_S = 110
/** Colours mean outcomes, so the arms differ by weight and dash. */
/** @type {('line' | 'dash')[]} */
const STROKES = ['dash', 'line', 'line']
/** @type {(keyof import('./palette.js').Palette)[]} */
const ARM_COLOURS = ['soft', 'ink', 'shortCircuited']

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
  const { t, maybe, count, ms, rate, percent } = context.speech
  const element = h('div', { class: 'charts' })
  /** @type {{ update(model: Model, now: number, run: Run | null): void, repaint(): void, close(): void, element: HTMLElement }[]} */
  let charts = []
  let shape = ''
  /** @type {import('../model/series.js').Sky[]} */
  let sky = []
  /** @type {[number, number][]} */
  let spans = []
  /** All arms share one scale, or the eye compares heights that mean different things. */
  let tallest = 4
  const whole = (/** @type {number | null} */ value) => (value === null ? '–' : count(value))
  const behind = (/** @type {string} */ word) => (/** @type {any} */ plot) => paintOutages(plot, context, spans, word)

  const serverAnswers = () => {
    const chart = createChart({
      context,
      name: 'answers',
      title: t('chart.answers'),
      axis: count,
      behind: behind(''),
      lines: ANSWERS.map(name => ({ label: t(`answer.${name}`), colour: name, draw: 'bar', format: whole })),
    })
    return {
      ...chart,
      update(/** @type {Model} */ model, /** @type {number} */ now) {
        const { times, rows } = answersPerSecond(model.points, now)
        chart.update([times, ...ANSWERS.map(name => rows[name])], now)
      },
    }
  }

  const armAnswers = (/** @type {Run} */ first, /** @type {string} */ name) => {
    const latest = { run: first, epoch: 0 }
    const state = (/** @type {string} */ word) => maybe(`circuit.${word}`, word)
    const chart = createChart({
      context,
      name: 'arm',
      title: t('chart.arm', { arm: name }),
      axis: count,
      below: STRIP.height + STRIP.gap,
      top: () => tallest,
      behind: behind(''),
      over: plot =>
        paintStrip(plot, context, {
          edges: latest.run.edges[name] ?? [],
          originMs: latest.epoch + latest.run.startedAtMs,
          endMs: latest.run.status === 'running' ? Number.POSITIVE_INFINITY : latest.run.lastMs,
          name: state,
        }),
      lines: OUTCOMES.map(outcome => ({
        label: t(`outcome.${outcome}`),
        colour: colourOf(outcome),
        draw: 'bar',
        format: whole,
      })),
      extra: [
        {
          label: t('chart.state'),
          read: time => {
            const at = time * 1000 - latest.epoch - latest.run.startedAtMs
            const edge = (latest.run.edges[name] ?? []).findLast(other => other.atMs <= at)
            return edge ? state(edge.state) : t('unit.none')
          },
        },
      ],
    })
    return {
      ...chart,
      update(/** @type {Model} */ model, /** @type {number} */ now, /** @type {Run | null} */ run) {
        latest.run = run ?? latest.run
        latest.epoch = model.epoch
        const { times, rows } = armPerSecond(latest.run, name, model.epoch, now)
        chart.update([times, ...OUTCOMES.map(outcome => rows[outcome])], now)
      },
    }
  }

  const weather = () => {
    const chart = createChart({
      context,
      name: 'weather',
      title: t('chart.weather'),
      axis: value => percent(value),
      top: () => 100,
      // Presenter mode shows no chart below this one.
      time: context.presenting(),
      behind: behind(t('chart.outage')),
      lines: [
        { label: t('chart.rate'), colour: 'ink', draw: 'step', format: value => (value === null ? '–' : rate(value)) },
      ],
      extra: [
        {
          label: t('chart.outage'),
          read: time => (spans.some(([a, b]) => time >= a && time <= b) ? t('chart.yes') : t('chart.no')),
        },
      ],
    })
    return {
      ...chart,
      update: (/** @type {Model} */ model, /** @type {number} */ now) =>
        chart.update(
          lines(sky, point => [point.failRate], 1),
          now,
        ),
    }
  }

  const calls = (/** @type {Run | null} */ run) => {
    const names = (run?.names ?? []).slice(0, MOST_ARMS)
    const chart = createChart({
      context,
      name: 'calls',
      title: t('chart.calls'),
      axis: count,
      behind: behind(''),
      lines: run
        ? names.map((name, index) => ({
            label: name,
            colour: ARM_COLOURS[index] ?? 'ink',
            draw: STROKES[index] ?? 'line',
            format: whole,
          }))
        : [{ label: t('outcome.calls'), colour: 'ink', draw: 'step', format: whole }],
    })
    return {
      ...chart,
      update(/** @type {Model} */ model, /** @type {number} */ now, /** @type {Run | null} */ latest) {
        if (!latest || names.length === 0) {
          return chart.update(
            lines(model.points, point => [point.arrivals * 4], 1),
            now,
          )
        }
        const columns = names.map(name => armPerSecond(latest, name, model.epoch, now))
        // The second that is still growing would make every line dive at its end.
        const cut = (/** @type {number[]} */ row) => row.slice(0, -1)
        chart.update([cut(columns[0]?.times ?? []), ...columns.map(column => cut(column.rows.calls))], now)
      },
    }
  }

  const latency = (/** @type {Run | null} */ run) => {
    const told = run?.steps.some(step => step.arms.some(arm => typeof arm.p50 === 'number')) ?? false
    const names = told && run ? run.names.slice(0, 2) : []
    const format = (/** @type {number | null} */ value) => ms(value)
    const chart = createChart({
      context,
      name: 'latency',
      title: t('chart.latency'),
      axis: value => ms(value),
      time: true,
      behind: behind(''),
      lines: told
        ? names.flatMap(
            (name, index) =>
              /** @type {import('./chart.js').Line[]} */ ([
                {
                  label: `${name} p50`,
                  colour: ARM_COLOURS[index] ?? 'ink',
                  draw: index === 0 ? 'dots' : 'thin',
                  format,
                },
                { label: `${name} p95`, colour: ARM_COLOURS[index] ?? 'ink', draw: STROKES[index] ?? 'line', format },
              ]),
          )
        : [
            { label: t('chart.p50'), colour: 'ink', draw: 'thin', format },
            { label: t('chart.p95'), colour: 'ink', draw: 'line', format },
          ],
    })
    return {
      ...chart,
      update(/** @type {Model} */ model, /** @type {number} */ now, /** @type {Run | null} */ latest) {
        if (told && latest) chart.update(armLatency(latest, model.epoch).slice(0, 1 + 2 * names.length), now)
        else
          chart.update(
            lines(model.points, point => [point.p50, point.p95], 2),
            now,
          )
      },
    }
  }

  const close = () => {
    for (const chart of charts) chart.close()
  }

  return {
    element,
    /** @param {Model} model @param {number} now seconds */
    update(model, now) {
      const run = shownRun(model, now)
      const told = run?.steps.some(step => step.arms.some(arm => typeof arm.p50 === 'number')) ?? false
      const wanted = `${run ? `${run.id} ${run.names.join(' ')} ${told}` : 'server'}${context.presenting()}`
      sky = skyOf(model, run)
      spans = outageSpans(sky)
      if (wanted !== shape) {
        close()
        shape = wanted
        const tops = run ? run.names.slice(0, MOST_ARMS).map(name => armAnswers(run, name)) : [serverAnswers()]
        charts = [...tops, weather(), calls(run), latency(run)]
        element.replaceChildren(...charts.map(chart => chart.element))
      }
      tallest = run ? roomy(highest(run, model.epoch, now)) : 4
      for (const chart of charts) chart.update(model, now, run)
    },
    repaint() {
      for (const chart of charts) chart.repaint()
    },
    close,
  }
}

/**
 * @param {keyof Tally} outcome
 * @returns {keyof import('./palette.js').Palette}
 */
function colourOf(outcome) {
  return outcome === 'calls' || outcome === 'wasted' ? 'ink' : outcome
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
