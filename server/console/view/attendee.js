/** What an attendee's phone shows first: the state of the catalog, four buttons for what he does to it, what came back, and why. */

/** @import { Model } from '../model/types.js' */

import { createOwnBreaker } from '../model/own-breaker.js'
import { currentRun } from '../model/shown-run.js'
import { troubleIn } from '../model/trouble.js'
import { h, mark, say } from './dom.js'
import { runVerdict } from './run-words.js'
import { createRequestRow } from './why.js'

/** Requests that one press sends from this very device, and how many of them are under way at once. */
const REQUESTS = 20
const AT_ONCE = 4
const RATES = [0, 30, 70, 100]
const OUTAGE = '10s'
/** The newest request is asked for no more often than so, in milliseconds. */
const ASK_EVERY_MS = 1_000

/** @param {import('./page.js').Context} context */
export function createAttendee(context) {
  const { t, share, factor, percent, rate, count } = context.i18n
  const breaker = createOwnBreaker()
  let isGuarded = false
  let busy = ''
  let isSending = false
  const counts = { answered: 0, failed: 0, refused: 0 }
  let batch = { ended: 0, ...counts }

  const state = h('p', { class: 'attendee attendee-state', role: 'status' })
  const send = bigButton(() => fire())
  const failRate = bigButton(() => openRates(rates.hidden === true))
  const plug = bigButton(() =>
    act('plug', () => (isDown ? context.api.endOutage() : context.api.declareOutage(OUTAGE))),
  )
  const guard = bigButton(() => {
    isGuarded = !isGuarded
    breaker.reset()
    show()
  })
  const presets = RATES.map(value =>
    h(
      'button',
      {
        type: 'button',
        class: 'attendee-preset num',
        onclick: () => act('rate', () => context.api.setRate(value).then(() => openRates(false))),
      },
      rate(value),
    ),
  )
  const rates = h('div', { class: 'attendee-rates', role: 'group', 'aria-label': t('rate.title') }, ...presets)
  rates.hidden = true
  const flaw = h('p', { class: 'attendee-flaw', role: 'alert' })
  const result = h('p', { class: 'num attendee-result', role: 'status' })
  const track = h('span', { class: 'share-track', 'aria-hidden': 'true' }, h('span', { class: 'share-bar' }))
  const names = /** @type {const} */ (['answered', 'failed', 'refused'])
  const figures = names.map(() => h('dd', { class: 'num' }, '0'))
  const totals = h(
    'dl',
    { class: 'attendee-counts' },
    ...names.map((name, index) =>
      h('div', { 'data-kind': name }, h('dt', null, t(`send.${name}`)), figures[index] ?? null),
    ),
  )
  const last = createRequestRow(context)
  const lastTitle = h('h2', null, t('send.last'))
  const lastList = h('ol', { class: 'why-list' }, last.element)
  const why = h('div', { class: 'attendee-why', hidden: true }, lastTitle, lastList)
  // It comes from a command line, which speaks English.
  const verdict = h('p', { class: 'attendee-verdict' })
  const sending = h(
    'section',
    { class: 'attendee', 'aria-label': t('send.title') },
    h('div', { class: 'attendee-buttons' }, send.element, failRate.element, plug.element, guard.element),
    rates,
    flaw,
    track,
    result,
    totals,
    why,
    verdict,
  )
  mark(failRate.element, 'aria-expanded', 'false')

  let isDown = false
  let leftS = 0
  let percentNow = 0
  let session = ''
  let askedAt = Number.NEGATIVE_INFINITY
  let isAsking = false
  let seen = ''

  /** @param {boolean} open */
  const openRates = open => {
    rates.hidden = !open
    mark(failRate.element, 'aria-expanded', String(open))
  }

  /** @param {string} what @param {() => Promise<unknown>} work */
  const act = async (what, work) => {
    if (busy !== '') return
    busy = what
    say(flaw, '')
    show()
    try {
      await work()
    } catch (error) {
      const { status, text, lang } = context.refusal(error)
      const isOwn = context.own.now?.id === session
      if (status === 401 && isOwn) await context.own.check()
      if (status === 401 && !isOwn) context.act(() => Promise.reject(error))
      else if (!context.own.isGone) {
        say(flaw, text)
        mark(flaw, 'lang', lang)
      }
    }
    busy = ''
    show()
  }

  const fire = async () => {
    if (isSending) return
    isSending = true
    say(flaw, '')
    batch = { ended: 0, answered: 0, failed: 0, refused: 0 }
    let sent = 0
    const one = async () => {
      while (sent < REQUESTS) {
        sent += 1
        const call = isGuarded ? breaker.acquire(performance.now()) : { settle: () => {} }
        /** @type {'answered' | 'failed' | 'refused'} */
        let how = 'refused'
        if (call) {
          const isAnswered = await context.api.product()
          call.settle(isAnswered, performance.now())
          how = isAnswered ? 'answered' : 'failed'
        }
        batch.ended += 1
        batch[how] += 1
        counts[how] += 1
        show()
      }
    }
    await Promise.all(Array.from({ length: AT_ONCE }, one))
    isSending = false
    show()
    ask()
  }

  const show = () => {
    const now = performance.now()
    send.say(
      t('send.button', { count: REQUESTS }),
      isSending ? t('send.busy', { ended: batch.ended, count: REQUESTS }) : t('send.idle'),
    )
    mark(send.element, 'aria-disabled', isSending ? 'true' : null)
    failRate.say(t('rate.title'), busy === 'rate' ? t('send.wait') : rate(percentNow))
    const left = leftS > 0 ? t('plug.left', { seconds: leftS }) : t('plug.on')
    plug.say(t(isDown ? 'plug.end' : 'send.plug'), busy === 'plug' ? t('send.wait') : isDown ? left : t('send.plugFor'))
    mark(plug.element, 'data-on', isDown)
    for (const { element, name } of [
      { element: failRate.element, name: 'rate' },
      { element: plug.element, name: 'plug' },
    ])
      mark(element, 'aria-busy', busy === name ? 'true' : null)
    const circuit = breaker.state(now)
    const open = t('send.open', { seconds: Math.ceil(breaker.waitMs(now) / 1_000) })
    guard.say(
      t(isGuarded ? 'send.breakerOn' : 'send.breakerOff'),
      !isGuarded ? t('send.unguarded') : circuit === 'open' ? open : t(`circuit.${circuit}`),
    )
    mark(guard.element, 'aria-pressed', String(isGuarded))
    mark(guard.element, 'data-on', isGuarded)
    const { ended, answered, refused } = batch
    if (ended > 0) {
      const useful = (100 * answered) / ended
      track.style.setProperty('--share', `${useful}%`)
      const text = t('send.result', { answered, count: ended, share: percent(useful) })
      say(result, refused > 0 ? `${text}. ${t('send.spared', { refused })}` : text)
    }
    names.forEach((name, index) => {
      const value = figures[index]
      if (value) say(value, count(counts[name]))
    })
    totals.hidden = counts.answered + counts.failed + counts.refused === 0
    presets.forEach((preset, index) => {
      mark(preset, 'aria-pressed', String(RATES[index] === percentNow))
    })
  }

  const ask = async () => {
    if (isAsking) return
    isAsking = true
    askedAt = performance.now()
    const asked = session
    const answer = await context.api.journal('', 1).catch(() => null)
    isAsking = false
    const [request] = answer?.requests ?? []
    if (asked !== session || answer === null) return
    why.hidden = request === undefined
    if (request) last.update(request)
  }

  show()
  return {
    state,
    sending,
    /** @param {Model} model @param {number} now seconds of the server's wall clock */
    update(model, now) {
      if (session !== model.session) {
        session = model.session
        why.hidden = true
        seen = ''
      }
      const conditions = model.points.at(-1)
      const trouble = conditions ? troubleIn(conditions) : null
      const text = trouble
        ? t(`say.${trouble.kind}`, { value: trouble.kind === 'slow' ? factor(trouble.value) : share(trouble.value) })
        : t('say.ok')
      say(state, conditions ? text.replace(/\w+\[([^\]]*)\]/g, '$1') : '')
      mark(state, 'data-kind', trouble?.kind ?? 'up')
      const told = runVerdict(context, currentRun(model))
      say(verdict, told.text)
      mark(verdict, 'lang', told.lang)
      isDown = model.outage.on
      leftS =
        model.outage.untilMs === null ? 0 : Math.max(0, Math.ceil((model.epoch + model.outage.untilMs) / 1000 - now))
      percentNow = model.chaos?.settings?.failRate ?? conditions?.failRate ?? 0
      show()
      const busiest = model.points.findLast(point => Object.keys(point.counts).length > 0)
      const newest = `${model.boot} ${busiest?.atMs ?? ''}`
      const isShown = sending.offsetParent !== null
      if (
        busiest &&
        isShown &&
        model.link === 'live' &&
        newest !== seen &&
        performance.now() - askedAt >= ASK_EVERY_MS
      ) {
        seen = newest
        ask()
      }
    },
  }
}

/** A button for a thumb: what it does, and below it how things stand. @param {() => void} press */
function bigButton(press) {
  const what = h('strong', null)
  const how = h('span', { class: 'num' })
  const element = h('button', { type: 'button', class: 'attendee-button', onclick: press }, what, how)
  return {
    element,
    /** @param {string} does @param {string} stands */
    say(does, stands) {
      say(what, does)
      say(how, stands)
    },
  }
}
