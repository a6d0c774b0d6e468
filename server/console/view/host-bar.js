/** The bar of the host: fires a comparison at this server, or a burst, stops it, and says with which arms and which load. */

/** @import { Model } from '../model/types.js' */

import { h, icon, mark, say } from './dom.js'
import { createRunChips } from './run-chips.js'
import { createWhatIf } from './what-if.js'

/** @typedef {'coin-flips' | 'outage' | 'retry-storm'} PresetId */
/** @typedef {{ id: PresetId, spec: Record<string, unknown> }} Preset */

/** @type {Record<PresetId, Record<string, Record<string, string>[]>>} */
const ICONS = {
  'coin-flips': {
    circle: [{ cx: '9', cy: '12', r: '7.6' }],
    path: [{ d: 'M9 8.4v7.2M15.5 5.2a7.6 7.6 0 0 1 0 13.6' }],
  },
  outage: {
    path: [{ d: 'M9 3v5M15 3v5M6.5 8h11v3.5a5.5 5.5 0 0 1-11 0zM12 17v4' }, { d: 'M3 21L21 3', class: 'broken-line' }],
  },
  'retry-storm': { path: [{ d: 'M19.5 8.5A8.5 8.5 0 1 0 20.5 13M20 3.5v5h-5' }, { d: 'M12 7.5V12l3 2' }] },
}
const PRESET_IDS = /** @type {const} */ (['coin-flips', 'outage', 'retry-storm'])
const ARMS = [
  'none,breaker',
  'retry,retry+breaker',
  'none,breaker,breaker+cache',
  'none,breaker,breaker+cache,retry+breaker',
]
const DEFAULT = { arms: ARMS[0] ?? 'none', perSecond: 30, seconds: 10 }
/** Requests of a burst, in batches a tenth of a second apart. */
const BURST = { requests: 100, schedule: { kind: 'batches', concurrency: 10, everyMs: 100 } }
/** How long a run that was asked for may take to appear, in milliseconds. */
const APPEARS_MS = 8_000

/** @param {import('./page.js').Context} context */
export function createHostBar(context) {
  const { t } = context.i18n
  /** @type {Preset[]} */
  let presets = []
  let loadedFor = ''
  /** The experiment of which this page knows that it runs, and since when it waits for its run to appear. */
  let running = ''
  let askedAt = Number.NEGATIVE_INFINITY
  /** @type {PresetId | null} */
  let fired = null

  const cards = PRESET_IDS.map(id =>
    h(
      'button',
      { type: 'button', class: 'host-card', 'data-preset': id, onclick: () => firePreset(id) },
      icon('host-icon', ICONS[id]),
      h('b', null, t(`host.${id}`)),
      h('span', null, t(`hostAbout.${id}`)),
    ),
  )
  const burst = h(
    'button',
    { type: 'button', class: 'host-burst', 'aria-keyshortcuts': 'b', onclick: () => fireBurst() },
    t('host.burst'),
  )
  const go = h('button', { type: 'button', class: 'host-go', 'aria-keyshortcuts': 'Enter', onclick: () => toggle() })
  const arms = h('input', {
    type: 'text',
    id: 'host-arms',
    list: 'host-arm-list',
    autocomplete: 'off',
    spellcheck: 'false',
    value: DEFAULT.arms,
  })
  const perSecond = h('input', {
    type: 'number',
    id: 'host-rate',
    min: '1',
    max: '500',
    step: '1',
    value: String(DEFAULT.perSecond),
  })
  const seconds = h('input', {
    type: 'number',
    id: 'host-seconds',
    min: '1',
    max: '60',
    step: '1',
    value: String(DEFAULT.seconds),
  })
  const chips = createRunChips(context)
  const panel = h(
    'div',
    { class: 'host-panel' },
    h(
      'p',
      null,
      h('label', { for: 'host-arms' }, t('host.arms')),
      arms,
      h('datalist', { id: 'host-arm-list' }, ...ARMS.map(value => h('option', { value }))),
    ),
    h('p', null, h('label', { for: 'host-rate' }, t('host.perSecond')), perSecond),
    h('p', null, h('label', { for: 'host-seconds' }, t('host.seconds')), seconds),
  )
  const more = h('details', { class: 'host-more' }, h('summary', null, t('host.more')), panel)
  more.addEventListener('keydown', event => {
    if (event.key !== 'Escape' || !more.open) return
    event.preventDefault()
    more.open = false
    more.querySelector('summary')?.focus()
  })
  const whatIf = createWhatIf(context)
  const extra = h('div', { class: 'host-extra' }, whatIf.opener, more)
  const buttons = h('div', { class: 'host-buttons', hidden: true }, ...cards, burst, go, extra)
  const element = h('section', { class: 'host', 'aria-label': t('host.title') }, buttons, chips.element, whatIf.element)

  /** @param {Record<string, unknown>} spec @param {PresetId | null} preset */
  const fire = (spec, preset) =>
    context.act(async () => {
      const { id } = await context.api.startExperiment(spec)
      running = id
      fired = preset
      askedAt = performance.now()
      context.showNewest()
    })

  /** @param {PresetId} id */
  const firePreset = id => {
    const preset = presets.find(one => one.id === id)
    if (preset) fire(preset.spec, id)
  }
  const fireBurst = () => fire({ arms: ['none'], load: BURST }, null)
  const compare = () => {
    const [rate, length] = [Number(perSecond.value) || DEFAULT.perSecond, Number(seconds.value) || DEFAULT.seconds]
    const load = { requests: Math.max(1, Math.round(rate * length)), schedule: { kind: 'rate', perSecond: rate } }
    fire({ arms: armsOf(arms.value), load }, null)
  }
  const stop = () => context.act(() => context.api.stopExperiment(running))
  const toggle = () => (running === '' ? compare() : stop())

  const load = async () => {
    const [offered, known] = await Promise.all([
      context.api.presets().catch(() => null),
      context.api.experiments().catch(() => null),
    ])
    presets = offered?.presets ?? []
    running = known?.experiments?.find((/** @type {{ state: string }} */ one) => one.state === 'running')?.id ?? ''
    mark(buttons, 'hidden', offered === null)
  }

  return {
    element,
    /** Whether there is anything to see: this server runs experiments, or there are runs. */
    get filled() {
      return !buttons.hidden || !chips.element.hidden
    },
    compare: () => !buttons.hidden && running === '' && compare(),
    burst: () => !buttons.hidden && running === '' && fireBurst(),
    stop: () => running !== '' && stop(),
    whatIf: () => !buttons.hidden && whatIf.toggle(),
    hideWhatIf: whatIf.hide,
    /** @param {Model} model */
    update(model) {
      if (model.link === 'live' && loadedFor !== model.boot) {
        loadedFor = model.boot
        load()
      }
      const own = model.runs.find(run => run.id === running)
      const heard = model.runs.findLast(run => run.status === 'running' && run.id.startsWith('experiment-'))
      if (heard) running = heard.id
      else if (own ? own.status !== 'running' : performance.now() - askedAt > APPEARS_MS) running = ''
      const busy = running !== ''
      for (const card of cards) {
        mark(card, 'disabled', busy)
        mark(card, 'aria-pressed', String(busy && card.dataset.preset === fired))
      }
      mark(burst, 'disabled', busy)
      say(go, t(busy ? 'host.stop' : 'host.go'))
      mark(go, 'data-stops', busy)
      // On the stage there is no room for them but in the panel.
      const place = context.presenting() && !buttons.hidden ? panel : element
      if (chips.element.parentElement !== place) place.append(chips.element)
      chips.update(model)
      whatIf.update(model)
    },
  }
}

/** Arms with commas between them; those in parentheses belong to their arm. @param {string} text */
export function armsOf(text) {
  return text
    .split(/,(?![^()]*\))/)
    .map(arm => arm.trim())
    .filter(arm => arm !== '')
}
