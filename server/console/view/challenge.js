/** The challenges: start one, watch the client be judged, read the report; the best grade stands first. */

import { h, mark, say } from './dom.js'

/** While one is on its state is asked for so often, in milliseconds. */
const ASK_EVERY_MS = 1_000

/** @typedef {{ title: string, grade: string | null, atMs: number | null, says: string, reference: string, change: string }} Line */
/** @typedef {{ id: string, session: string, name: string, phase: string, startedAt: string, grades: Record<string, string | null> }} Challenge */

/** @param {import('./page.js').Context} context */
export function createChallenges(context) {
  const { t } = context.i18n
  const start = h('button', { type: 'button', class: 'quiet', onclick: () => begin() })
  const none = h('p', { class: 'by' }, t('challenge.none'))
  const list = h('ol', { class: 'challenges' })
  const element = h(
    'section',
    { class: 'challenge-board', hidden: true, 'aria-label': t('challenge.title') },
    h(
      'header',
      { class: 'view-head' },
      h('div', null, h('h2', null, t('challenge.title')), h('p', null, t('challenge.text'))),
      start,
    ),
    none,
    list,
  )
  /** @type {Map<string, ReturnType<typeof createRow>>} */
  const rows = new Map()
  /** The overall grade of the newest result of each session. @type {ReadonlyMap<string, string>} */
  let grades = new Map()
  let seen = -1
  let boot = ''
  let askedAt = Number.NEGATIVE_INFINITY
  let isOn = false

  const begin = () =>
    context.act(async () => {
      await context.api.startChallenge()
      askedAt = Number.NEGATIVE_INFINITY
    })

  const load = async () => {
    const answer = await context.api.challenges().catch(() => null)
    // An older server has none.
    element.hidden = answer === null
    /** @type {Challenge[]} */
    const all = answer?.challenges ?? []
    none.hidden = all.length > 0
    isOn = all.some(isPlaying)
    grades = gradesOf(all)
    const ids = new Set(all.map(({ id }) => id))
    for (const [id, row] of rows) {
      if (ids.has(id)) continue
      row.element.remove()
      rows.delete(id)
    }
    for (const [index, challenge] of all.entries()) {
      const row = rows.get(challenge.id) ?? createRow(challenge.id)
      rows.set(challenge.id, row)
      row.update(challenge)
      if (list.children[index] !== row.element) list.insertBefore(row.element, list.children[index] ?? null)
    }
  }

  /** @param {string} id */
  const createRow = id => {
    const grade = h('span', { class: 'challenge-grade' })
    const name = h('span', { class: 'challenge-name' })
    const state = h('span', { class: 'by' })
    const report = h('ul', { class: 'challenge-report' })
    const remove = h('button', {
      type: 'button',
      class: 'quiet',
      onclick: () => context.act(() => context.api.endChallenge(id).then(load)),
    })
    const hide = h(
      'button',
      { type: 'button', class: 'quiet', onclick: () => context.act(() => context.api.hideChallenge(id).then(load)) },
      t('challenge.hide'),
    )
    const hideName = h(
      'button',
      {
        ...{ type: 'button', class: 'quiet' },
        onclick: () => context.act(() => context.api.hideChallengeName(id).then(load)),
      },
      t('challenge.hideName'),
    )
    const details = h(
      'details',
      { ontoggle: () => read() },
      h('summary', null, grade, ' ', name, ' ', state),
      report,
      h('div', { class: 'row' }, hide, hideName, remove),
    )
    const element = h('li', null, details)
    let playing = true
    const read = async () => {
      if (!playing && !details.open) return
      const whole = await context.api.challenge(id, context.i18n.language).catch(() => null)
      if (whole === null) return
      say(state, playing ? whole.says : '')
      report.replaceChildren(...(whole.report.length > 0 ? whole.report.map(reportLine) : [h('li', null, whole.says)]))
    }
    return {
      element,
      /** @param {Challenge} challenge */
      update(challenge) {
        const isOver = playing && !isPlaying(challenge)
        playing = isPlaying(challenge)
        const letter = challenge.grades.overall ?? '–'
        say(grade, letter)
        mark(grade, 'data-grade', challenge.grades.overall ?? null)
        say(name, challenge.name === challenge.session ? challenge.name : `${challenge.name} (${challenge.session})`)
        say(remove, t(playing ? 'challenge.stop' : 'challenge.remove'))
        // Who has the key of the session may end what is on there; all else is the host's.
        const mayHost = context.mayHost()
        remove.hidden = !mayHost && !(playing && context.keyring.sessions.includes(challenge.session))
        hide.hidden = !mayHost
        hideName.hidden = !mayHost || challenge.name === challenge.session
        if (isOver) say(state, '')
        if (playing || (isOver && details.open)) read()
      },
    }
  }

  return {
    element,
    /** The overall grade of the newest result of each session; another map when they were asked for anew. */
    grades: () => grades,
    /** @param {import('../model/types.js').Model} model */
    update(model) {
      say(start, t('challenge.start', { session: model.session }))
      const now = performance.now()
      const isDue = seen !== model.challenges || boot !== model.boot || (isOn && now - askedAt >= ASK_EVERY_MS)
      if (model.link !== 'live' || !isDue || now - askedAt < ASK_EVERY_MS / 4) return
      seen = model.challenges
      boot = model.boot
      askedAt = now
      load()
    },
  }
}

/** @param {readonly Challenge[]} challenges @returns {ReadonlyMap<string, string>} */
function gradesOf(challenges) {
  const newest = [...challenges].sort((a, b) => (a.startedAt < b.startedAt ? -1 : 1))
  return new Map(newest.flatMap(({ session, grades: { overall } }) => (overall ? [[session, overall]] : [])))
}

/** @param {Challenge} challenge */
function isPlaying({ phase }) {
  return phase === 'waiting' || phase === 'playing'
}

/** A line of a report. @param {Line} line */
export function reportLine({ title, grade, atMs, says, reference, change }) {
  const at =
    atMs === null ? '' : ` ${Math.floor(atMs / 60_000)}:${String(Math.round(atMs / 1_000) % 60).padStart(2, '0')}`
  const letter = h('span', { class: 'challenge-grade' }, grade ?? '–')
  mark(letter, 'data-grade', grade)
  return h(
    'li',
    null,
    letter,
    h('strong', null, `${title}${at}`),
    h('span', null, reference === '' ? says : `${says} (${reference})`),
    change === '' ? null : h('span', { class: 'by' }, `→ ${change}`),
  )
}
