/** Why: the newest requests of the page's session, each with what was decided about it and why, in words. */

/** @import { Model } from '../model/types.js' */

import { h, mark, say } from './dom.js'

/**
 * A request as the journal tells it. A key that the client did not give is the arrival number.
 * @typedef {object} Request
 * @property {string} key
 * @property {number} attempt
 * @property {string} fate kind of the fault, or `served`
 * @property {string} rule
 * @property {number} rate percent
 * @property {number | null} draw 0 to 1
 * @property {number} delayMs
 * @property {string} reason
 * @property {{ left: number, limit: number, waitMs: number } | null} tokens
 * @property {number} atMs of the session's clock
 * @property {string} method
 * @property {string} route
 * @property {string} code
 * @property {string | null} outcome
 * @property {string | null} fault
 * @property {number} status
 * @property {number} durationMs
 */

const OUTCOMES = /** @type {const} */ (['success', 'injected', 'overload', 'clientError', 'serverError', 'aborted'])
const SHOWN = 100
/** While nobody reads the details of one, they are asked for anew so often, in milliseconds. */
const ASK_EVERY_MS = 2_000
/** Outages, as the server names them in English. @type {Record<string, 'declared' | 'scenario' | 'settings'>} */
const OUTAGES = {
  'a declared outage': 'declared',
  'an outage of the scenario': 'scenario',
  'an outage of the settings': 'settings',
}

/** @param {import('./page.js').Context} context */
export function createWhy(context) {
  const { t } = context.i18n
  const filter = h(
    'select',
    { id: 'why-filter', onchange: () => load() },
    h('option', { value: '' }, t('why.all')),
    ...OUTCOMES.map(outcome => h('option', { value: outcome }, t(`why.outcome.${outcome}`))),
  )
  const follow = h('input', { type: 'checkbox', id: 'why-follow' })
  follow.checked = true
  const list = h('ol', { class: 'why-list' })
  const empty = h('p', { class: 'by' })
  const state = h('p', { class: 'by', role: 'status' })
  const element = h(
    'section',
    { class: 'view why', 'aria-labelledby': 'why-title', hidden: true },
    h(
      'header',
      { class: 'view-head' },
      h('div', null, h('h2', { id: 'why-title' }, t('why.title')), h('p', null, t('why.text'))),
      h(
        'div',
        { class: 'row' },
        h('label', { for: 'why-filter' }, t('why.filter')),
        filter,
        h('label', { class: 'why-follow' }, follow, t('why.follow')),
        h('button', { type: 'button', class: 'quiet', onclick: () => load() }, t('why.refresh')),
      ),
    ),
    state,
    empty,
    list,
  )

  /** @type {Map<string, ReturnType<typeof createRequestRow>>} */
  let rows = new Map()
  let askedAt = Number.NEGATIVE_INFINITY
  let shownFor = ''
  let asking = 0

  const load = async () => {
    asking += 1
    const mine = asking
    askedAt = performance.now()
    const answer = await context.api.journal(filter.value, SHOWN).catch(() => null)
    if (mine !== asking) return
    if (answer === null) {
      say(state, t('why.unread'))
      return
    }
    say(state, '')
    /** @type {Request[]} */
    const requests = answer.requests
    const next = new Map()
    for (const request of requests) {
      const id = `${request.atMs} ${request.key} ${request.attempt}`
      const row = rows.get(id) ?? createRequestRow(context)
      row.update(request)
      next.set(id, row)
    }
    for (const [id, row] of rows) if (!next.has(id)) row.element.remove()
    rows = next
    let index = 0
    for (const { element } of next.values()) {
      if (list.children[index] !== element) list.insertBefore(element, list.children[index] ?? null)
      index += 1
    }
    say(empty, requests.length > 0 ? '' : t(filter.value === '' ? 'why.none' : 'why.noneSuch'))
    empty.hidden = requests.length > 0
  }

  return {
    element,
    /** @param {Model} model */
    update(model) {
      if (model.link !== 'live') return
      const wanted = `${model.boot} ${model.session}`
      const isRead = list.querySelector('details[open]') !== null
      const due = follow.checked && !isRead && performance.now() - askedAt >= ASK_EVERY_MS
      if (wanted === shownFor && !due) return
      shownFor = wanted
      load()
    },
  }
}

/** A request as a line that opens. @param {import('./page.js').Context} context */
export function createRequestRow(context) {
  const { t, seconds, ms, rate, maybe, tenth } = context.i18n
  const badge = h('span', { class: 'why-outcome' })
  const when = h('span', { class: 'num why-when' })
  const what = h('span', { class: 'why-what' })
  const sentence = h('span', { class: 'why-sentence' })
  const facts = /** @type {const} */ ([
    'key',
    'attempt',
    'rule',
    'rate',
    'draw',
    'fault',
    'status',
    'delay',
    'duration',
  ])
  const values = facts.map(() => h('dd', { class: 'num' }))
  const element = h(
    'li',
    null,
    h(
      'details',
      null,
      h('summary', null, when, badge, sentence, what),
      h(
        'dl',
        { class: 'why-facts' },
        ...facts.map((name, index) => h('div', null, h('dt', null, t(`why.fact.${name}`)), values[index] ?? null)),
      ),
    ),
  )

  /** @param {Request} request */
  const ruleOf = ({ rule }) => {
    const outage = OUTAGES[rule]
    if (outage) return t(`why.rule.${outage}`)
    return rule === 'failRate' ? t('why.rule.failRate') : t('why.rule.own', { rule })
  }
  /** @param {Request} request */
  const sentenceOf = request => {
    const { fate, rate: percent, draw, tokens, reason, rule } = request
    const values = {
      what: maybe(`why.fate.${fate}`, fate),
      rule: reason === 'forced' ? rule : ruleOf(request),
      rate: rate(percent),
      draw: tenth(100 * (draw ?? 0)),
      left: tokens?.left ?? 0,
      limit: tokens?.limit ?? 0,
      wait: ms(Math.ceil(tokens?.waitMs ?? 0)),
    }
    return maybe(`why.because.${reason}`, '') === ''
      ? values.what
      : t(/** @type {any} */ (`why.because.${reason}`), values)
  }

  return {
    element,
    /** @param {Request} request */
    update(request) {
      const { outcome, atMs, method, route, code, key, attempt, draw, fault, status, delayMs, durationMs } = request
      say(when, seconds(atMs))
      say(badge, t(outcome === null ? 'why.outcome.none' : /** @type {any} */ (`why.outcome.${outcome}`)))
      mark(badge, 'data-outcome', outcome ?? 'none')
      say(sentence, sentenceOf(request))
      say(what, `${method} ${code === '' ? route : route.replace('{code}', code)}`)
      const texts = [
        key,
        String(attempt),
        ruleOf(request),
        rate(request.rate),
        draw === null ? t('unit.none') : tenth(100 * draw),
        fault === null ? t('facts.none') : maybe(`why.fate.${fault}`, fault),
        status === 0 ? t('unit.none') : String(status),
        ms(delayMs),
        outcome === null ? t('unit.none') : ms(durationMs),
      ]
      values.forEach((value, index) => {
        say(value, texts[index] ?? '')
      })
    },
  }
}
