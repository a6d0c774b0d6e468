/** The one knob everybody wants: fail rate by slider, by number, by preset. */

import { currentRun } from '../model/shown-run.js'
import { troubleIn } from '../model/trouble.js'
import { h, mark, say } from './dom.js'

const PRESETS = [0, 30, 70, 100]
/** While a finger drags, a change is sent at most this often, in milliseconds. */
const EVERY_MS = 80

/** @param {import('./page.js').Context} context */
export function createRate(context) {
  const { t, rate, time, share, factor } = context.i18n
  const field = h('input', {
    type: 'number',
    class: 'rate-field num',
    id: 'rate-field',
    min: '0',
    max: '100',
    step: 'any',
    inputmode: 'decimal',
    'aria-label': t('rate.field'),
    'aria-describedby': 'rate-by rate-error',
    autocomplete: 'off',
  })
  const slider = h('input', {
    type: 'range',
    class: 'rate-slider',
    id: 'rate-slider',
    min: '0',
    max: '100',
    step: '1',
    'aria-label': t('rate.slider'),
  })
  const presets = PRESETS.map(value =>
    h(
      'button',
      { type: 'button', class: 'preset num', 'aria-pressed': 'false', onclick: () => set(value) },
      String(value),
    ),
  )
  const by = h('p', { class: 'by', id: 'rate-by' })
  const inForce = h('p', { class: 'in-force', role: 'status' })
  const error = h('p', { class: 'field-error', id: 'rate-error', role: 'alert' })
  const element = h(
    'section',
    { class: 'rate', 'aria-labelledby': 'rate-title' },
    h('h2', { id: 'rate-title' }, t('rate.title')),
    h('div', { class: 'rate-figure' }, field, h('span', { class: 'rate-unit', 'aria-hidden': 'true' }, '%')),
    inForce,
    slider,
    h('div', { class: 'presets', role: 'group', 'aria-label': t('rate.presets') }, ...presets),
    by,
    error,
  )

  let shown = Number.NaN
  let touchedAt = Number.NEGATIVE_INFINITY
  let sentAt = Number.NEGATIVE_INFINITY
  /** @type {ReturnType<typeof setTimeout> | undefined} */
  let waiting

  /** @param {number} value */
  const show = value => {
    shown = value
    if (document.activeElement !== field || Number(field.value) !== value)
      field.value = String(Math.round(value * 1000) / 1000)
    slider.value = String(value)
    slider.style.setProperty('--at', `${value}%`)
    mark(slider, 'aria-valuetext', rate(value))
    presets.forEach((button, index) => {
      mark(button, 'aria-pressed', String(PRESETS[index] === value))
    })
    fit(field)
  }

  /** Sends now, or a little later when a value has just gone out; the last value always goes. @param {number} value */
  const send = value => {
    clearTimeout(waiting)
    const due = sentAt + EVERY_MS - performance.now()
    const go = () => {
      sentAt = performance.now()
      touchedAt = sentAt
      context.act(() => context.api.setRate(value))
    }
    if (due <= 0) go()
    else waiting = setTimeout(go, due)
  }

  /** @param {number} value */
  const set = value => {
    const next = Math.min(100, Math.max(0, value))
    touchedAt = performance.now()
    say(error, '')
    mark(field, 'aria-invalid', null)
    show(next)
    send(next)
  }

  /** What is in force beside the rate that is set: an outage, a slow-down, or what the arms of a run meet. @param {number} failRate @param {import('../model/types.js').Model} model */
  const moreThan = (failRate, model) => {
    const run = currentRun(model)
    const met = run?.status === 'running' ? run.steps.at(-1)?.weather : undefined
    const conditions = met ?? model.points.at(-1)
    const trouble = conditions ? troubleIn(conditions) : null
    if (!trouble || (trouble.kind === 'rate' && trouble.value === failRate)) return ''
    const text = t(`lane.${trouble.kind}`, {
      value: trouble.kind === 'slow' ? factor(trouble.value) : share(trouble.value),
    })
    return met ? t('rate.inRun', { what: text }) : text
  }

  slider.addEventListener('input', () => set(Number(slider.value)))
  const typed = () => {
    const value = Number(field.value)
    if (field.value === '' || !Number.isFinite(value) || value < 0 || value > 100) {
      say(error, t('rate.bad'))
      mark(field, 'aria-invalid', 'true')
      return
    }
    if (value !== shown || field.getAttribute('aria-invalid')) set(value)
  }
  field.addEventListener('change', typed)
  field.addEventListener('input', () => fit(field))
  field.addEventListener('focus', () => field.select())
  field.addEventListener('keydown', event => {
    if (event.key === 'Escape') {
      field.value = String(shown)
      say(error, '')
      mark(field, 'aria-invalid', null)
      field.blur()
    }
  })

  return {
    element,
    set,
    current: () => shown || 0,
    /** @param {import('../model/types.js').Model} model */
    update(model) {
      const current = model.chaos?.settings?.failRate
      // What the server says waits while somebody types or drags here: their next value is on its way.
      const busy =
        performance.now() - touchedAt < 600 || (document.activeElement === field && Number(field.value) !== shown)
      if (typeof current === 'number' && current !== shown && !busy) show(current)
      say(inForce, moreThan(typeof current === 'number' ? current : 0, model))
      const origin = model.chaos?.provenance?.failRate
      if (origin) {
        const whom = context.byWhom(origin.source)
        say(
          by,
          origin.at
            ? t('rate.byAt', { by: whom, time: time(Date.parse(origin.at) / 1000) })
            : t('rate.by', { by: whom }),
        )
      }
    },
  }
}

/** The field is as wide as its digits, so that the percent sign stands beside them. @param {HTMLInputElement} field */
function fit(field) {
  field.style.setProperty('--digits', String(Math.min(6, Math.max(1, field.value.length))))
}
