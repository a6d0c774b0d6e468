/** What if: sliders for the breaker and for what goes wrong, and at once what a simulator says of it, beside the last live run. */

/** @import { Model } from '../model/types.js' */
/** @import { Figures, KnobId, Knobs, Simulated, Span } from '../model/what-if.js' */

import { currentRun } from '../model/shown-run.js'
import { armsBeside, commandOf, DAYS, KNOB_IDS, KNOBS, simulatedArms, specOf } from '../model/what-if.js'
import { h, mark, say } from './dom.js'

/** What stands in the table, and where its track ends: percent, calls of a hundred requests and their retries, milliseconds. */
const MEASURES = /** @type {const} */ (['useful', 'wasted', 'recoveryMs'])
const RECOVERY_ENDS_MS = 5_000
/** Refusals that say that the simulator is at work for others. */
const BUSY = [409, 429]

/** @param {import('./page.js').Context} context */
export function createWhatIf(context) {
  const { t, tenth, share, seconds, axisMs, rate } = context.i18n
  /** @type {Model | null} */
  let model = null
  /** @type {Knobs} */
  const knobs = /** @type {Knobs} */ (Object.fromEntries(KNOB_IDS.map(id => [id, KNOBS[id].standard])))
  /** @type {Simulated[]} */
  let arms = []
  /** @type {(Figures | null)[]} */
  let beside = [null, null]
  let besideKey = ''
  /** @type {{ id: string, result: any } | null} */
  let kept = null
  let keptAsked = ''

  /** @type {Record<KnobId, (value: number) => string>} */
  const written = {
    threshold: rate,
    openFor: axisMs,
    probes: String,
    retries: String,
    failRate: rate,
    outage: value => (value === 0 ? t('whatIf.noOutage') : axisMs(value)),
  }
  /** @type {Record<string, HTMLInputElement>} */
  const sliders = {}
  const fields = KNOB_IDS.map(id => {
    const { min, max, step } = KNOBS[id]
    const output = h('output', { for: `what-${id}`, class: 'num' })
    const slider = h('input', { type: 'range', id: `what-${id}`, min, max, step })
    slider.addEventListener('input', () => {
      knobs[id] = Number(slider.value)
      show()
      ask()
    })
    sliders[id] = slider
    const show = () => {
      say(output, written[id](knobs[id]))
      mark(slider, 'aria-valuetext', written[id](knobs[id]))
      slider.value = String(knobs[id])
    }
    show()
    return {
      element: h('p', { class: 'what-knob' }, h('label', { for: `what-${id}` }, t(`whatIf.${id}`)), output, slider),
      show,
    }
  })

  const rows = MEASURES.flatMap(measure => [0, 1].map(arm => createRow(measure, arm)))
  const table = h(
    'table',
    { class: 'what-table' },
    h(
      'thead',
      null,
      h(
        'tr',
        null,
        h('td', null),
        h('td', { class: 'what-track' }),
        h('th', { scope: 'col' }, symbol('tick'), t('whatIf.simulated')),
        h('th', { scope: 'col' }, symbol('band'), t('whatIf.days')),
        h('th', { scope: 'col' }, symbol('past'), t('whatIf.live')),
      ),
    ),
    ...MEASURES.map((measure, index) =>
      h(
        'tbody',
        { 'data-measure': measure },
        h('tr', { class: 'what-measure' }, h('th', { scope: 'rowgroup', colspan: '5' }, t(`whatIf.${measure}`))),
        ...rows.slice(2 * index, 2 * index + 2).map(row => row.element),
      ),
    ),
  )
  const state = h('p', { class: 'what-state by', role: 'status' })
  const command = h('code', { class: 'what-command', tabindex: '0' })
  const reset = h('button', { type: 'button', class: 'quiet', onclick: () => begin() }, t('whatIf.reset'))
  const close = h('button', { type: 'button', class: 'quiet', onclick: () => hide() }, t('help.close'))
  const element = h(
    'dialog',
    { class: 'what-if', 'aria-labelledby': 'what-title' },
    h(
      'header',
      null,
      h('h2', { id: 'what-title' }, t('whatIf.title')),
      h('p', { class: 'by' }, t('whatIf.text')),
      reset,
      close,
    ),
    h('div', { class: 'what-knobs' }, ...fields.map(({ element }) => element)),
    table,
    state,
    h('p', { class: 'what-terminal by' }, t('whatIf.terminal'), ' ', command),
  )
  element.addEventListener('keydown', event => {
    if (event.key !== 'Escape') return
    event.preventDefault()
    hide()
  })
  const opener = h(
    'button',
    {
      type: 'button',
      class: 'host-what',
      'aria-expanded': 'false',
      'aria-keyshortcuts': 'w',
      onclick: () => (element.open ? hide() : open()),
    },
    t('whatIf.title'),
  )

  const simulations = context.api.simulations({
    days: DAYS,
    onResult: (/** @type {any} */ result) => {
      arms = simulatedArms(result)
      draw()
      mark(element, 'data-whole', result.otherDays !== undefined)
      say(state, result.otherDays ? summary() : t('whatIf.working'))
    },
    onProblem: error => {
      const { status = 0 } = /** @type {{ status?: number }} */ (error)
      say(state, t(status === 401 ? 'whatIf.locked' : BUSY.includes(status) ? 'whatIf.busy' : 'whatIf.none'))
    },
  })

  const ask = () => {
    mark(element, 'data-whole', null)
    simulations.ask(specOf(knobs))
  }
  /** The sliders begin with the circuit as it is, and with the fail rate of the session. */
  const begin = () => {
    for (const id of KNOB_IDS) knobs[id] = KNOBS[id].standard
    const current = model?.points.at(-1)?.failRate ?? 0
    if (current > 0) Object.assign(knobs, { failRate: Math.round(current), outage: 0 })
    for (const field of fields) field.show()
    ask()
  }
  const open = () => {
    element.show()
    mark(opener, 'aria-expanded', 'true')
    begin()
    sliders.threshold?.focus()
  }
  const hide = () => {
    element.close()
    mark(opener, 'aria-expanded', 'false')
    simulations.stop()
    opener.focus()
  }

  const draw = () => {
    const ends = { useful: 100, wasted: 100 * (1 + knobs.retries), recoveryMs: RECOVERY_ENDS_MS }
    for (const row of rows) row.draw(arms[row.arm] ?? null, beside[row.arm] ?? null, ends[row.measure])
    mark(command.parentElement ?? command, 'hidden', model?.session !== 'default')
    say(command, commandOf(knobs, context.origin))
  }

  /** The figures in one sentence, for who does not see the table change. */
  const summary = () => {
    const [without, guarded] = arms
    const usefulOf = (/** @type {Simulated | undefined} */ arm) => share(arm?.useful ?? 0)
    const wastedOf = (/** @type {Simulated | undefined} */ arm) => tenth(arm?.wasted ?? 0)
    return t('whatIf.summary', {
      useful: usefulOf(without),
      usefulWith: usefulOf(guarded),
      wasted: wastedOf(without),
      wastedWith: wastedOf(guarded),
      days: DAYS,
    })
  }

  /** The kept result of the last run, asked for once: it alone knows of recovery. @param {string | null} id */
  const keptOf = id => {
    if (id === null) return null
    if (kept?.id === id) return kept.result
    if (keptAsked !== id) {
      keptAsked = id
      context.api.keptRun(id).then(
        result => {
          kept = { id, result }
        },
        () => {},
      )
    }
    return null
  }

  return {
    element,
    opener,
    toggle: () => (element.open ? hide() : open()),
    /** Closes it where it is open; whether it was. */
    hide() {
      const was = element.open
      if (was) hide()
      return was
    },
    /** @param {Model} current */
    update(current) {
      model = current
      if (!element.open) return
      const run = currentRun(model)
      const result = run?.status === 'running' ? null : keptOf(run?.kept ?? null)
      const key = `${run?.id} ${run?.lastMs} ${result !== null}`
      if (key === besideKey) return
      besideKey = key
      beside = armsBeside(run, result)
      draw()
    },
  }

  /** @param {typeof MEASURES[number]} measure @param {number} arm */
  function createRow(measure, arm) {
    const value = h('td', { class: 'what-value num' })
    const days = h('td', { class: 'num' })
    const live = h('td', { class: 'num' })
    const band = h('span', { class: 'what-band' })
    const tick = h('span', { class: 'what-tick' })
    const past = h('span', { class: 'what-past' })
    const element = h(
      'tr',
      { 'data-arm': arm === 0 ? 'without' : 'with' },
      h('th', { scope: 'row' }, t(arm === 0 ? 'arm.without' : 'arm.with')),
      h('td', { class: 'what-track' }, h('span', { class: 'what-line', 'aria-hidden': 'true' }, band, tick, past)),
      value,
      days,
      live,
    )
    const write = (/** @type {number} */ number) =>
      measure === 'useful' ? share(number) : measure === 'wasted' ? tenth(number) : tenth(number / 1_000)
    const whole = (/** @type {Figures | null} */ figures) => {
      if (!figures) return t('unit.none')
      if (measure === 'recoveryMs' && figures.recovered === false) return t('whatIf.notBack')
      const number = figures[measure]
      if (number === null) return t('unit.none')
      return measure === 'useful'
        ? t('unit.percent', { value: share(number) })
        : measure === 'wasted'
          ? tenth(number)
          : seconds(number)
    }
    return {
      ...{ element, measure, arm },
      /** @param {Simulated | null} simulated @param {Figures | null} before @param {number} end */
      draw(simulated, before, end) {
        /** @param {HTMLElement} part @param {number | null | undefined} from @param {number | null | undefined} [to] */
        const place = (part, from, to = from) => {
          part.hidden = from === null || from === undefined
          if (from === null || from === undefined || to === null || to === undefined) return
          const [low, high] = [Math.min(1, from / end), Math.min(1, to / end)]
          part.style.setProperty('--from', String(low))
          part.style.setProperty('--width', String(high - low))
        }
        const span = /** @type {Span} */ (simulated?.spans[measure] ?? null)
        place(band, span?.low, span?.high)
        place(tick, simulated?.[measure])
        place(past, before?.[measure])
        say(value, whole(simulated))
        const word = measure === 'recoveryMs' ? 'whatIf.spanSeconds' : 'whatIf.span'
        say(days, span ? t(word, { low: write(span.low), high: write(span.high) }) : t('unit.none'))
        say(live, whole(before))
      },
    }
  }
}

/** How a column of the table is drawn on the tracks. @param {'tick' | 'band' | 'past'} part */
function symbol(part) {
  return h('span', { class: `what-key what-${part}`, 'aria-hidden': 'true' })
}
