/** The settings in force in one short list, and the way back to the start values. */

import { h, say } from './dom.js'

/** @param {import('./page.js').Context} context */
export function createSettingsInForce(context) {
  const { t, rate } = context.i18n
  const names = /** @type {const} */ (['sampler', 'seed', 'faults', 'latency', 'capacity'])
  const values = names.map(() => h('dd', { class: 'num' }))
  const element = h(
    'section',
    { class: 'facts', 'aria-labelledby': 'facts-title' },
    h('h2', { id: 'facts-title' }, t('facts.title')),
    h(
      'dl',
      null,
      ...names.map((name, index) => h('div', null, h('dt', null, t(`facts.${name}`)), values[index] ?? null)),
    ),
    h(
      'button',
      { type: 'button', class: 'quiet wide', onclick: () => context.act(() => context.api.reset()) },
      t('facts.reset'),
    ),
  )
  return {
    element,
    /** @param {import('../model/types.js').Model} model */
    update(model) {
      const settings = model.chaos?.settings
      if (!settings) return
      const texts = [
        String(settings.sampler ?? ''),
        String(settings.seed ?? ''),
        faultsOf(settings.faults, rate) || t('facts.none'),
        latencyOf(settings.latency) || t('facts.none'),
        settings.capacity ? capacityOf(context.i18n, settings.capacity) : t('facts.none'),
      ]
      texts.forEach((text, index) => {
        const value = values[index]
        if (value) say(value, text)
      })
    },
  }
}

/**
 * `503 60 %, reset 20 %`: each kind with its share of the failures.
 * @param {any[] | null | undefined} faults
 * @param {(value: number) => string} rate
 */
function faultsOf(faults, rate) {
  if (!faults || faults.length === 0) return ''
  const total = faults.reduce((sum, fault) => sum + (fault.weight ?? 1), 0)
  return faults
    .map(fault => {
      const name = fault.kind === 'status' ? String(fault.status ?? 500) : fault.kind
      return faults.length === 1 ? name : `${name} ${rate(Math.round((100 * (fault.weight ?? 1)) / total))}`
    })
    .join(', ')
}

/** @param {any} latency */
function latencyOf(latency) {
  if (!latency) return ''
  if (latency.p50) return `p50 ${latency.p50}, p99 ${latency.p99}`
  if (latency.min) return `${latency.min} – ${latency.max}`
  return String(latency.delay ?? latency.distribution)
}

/**
 * `4 workers × 40ms`, and how much longer than that the work takes while something slows it.
 * @param {import('../i18n/words.js').I18n} i18n
 * @param {{ workers: number, service: string, slow?: number }} capacity
 */
function capacityOf({ t, factor }, { workers, service, slow = 1 }) {
  const values = { workers, service, factor: factor(slow) }
  return t(slow === 1 ? 'facts.capacityText' : 'facts.capacitySlow', values)
}
