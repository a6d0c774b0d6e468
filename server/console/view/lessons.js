/** The lessons: a list of them, and the one that is played below the stage: a sentence, a guess, a run, and what became of the guess. */

/** @import { Model, Run } from '../model/types.js' */

import { createAskRoom } from './ask-room.js'
import { reportLine } from './challenge.js'
import { breakable, h, mark, say } from './dom.js'
import { votesOf } from './poll.js'

/** @typedef {Record<import('../i18n/words.js').Language, string>} Text */
/** @typedef {{ asks: Text, choices: { says: Text, holds: string[] }[] }} Question */
/** @typedef {{ says: Text, command?: string, question?: Question, explains?: Text, challenge?: { exam?: string }, experiment?: Record<string, unknown> & { expect: string[] } }} Step */
/** @typedef {{ number: number, name: string, title: Text, steps: Step[] }} Lesson */
/** Where a step is: it asks, its run is asked for, it runs, or its result is told. @typedef {'asks' | 'starts' | 'runs' | 'told'} Phase */

/** How long a run that was asked for may take to appear, in milliseconds. */
const APPEARS_MS = 8_000
/** A challenge that is on is looked at so often, in milliseconds. */
const LOOK_EVERY_MS = 1_000

/** @param {import('./page.js').Context} context */
export function createLessons(context) {
  const { t, language } = context.i18n
  /** @type {Lesson[]} */
  let lessons = []
  let loadedFor = ''
  const room = createAskRoom(context)
  const list = h('ol', { class: 'lesson-list' })
  const view = h(
    'section',
    { class: 'view', hidden: true, 'aria-label': t('lesson.title') },
    h(
      'header',
      { class: 'view-head' },
      h('div', null, h('h2', null, t('lesson.title')), h('p', null, t('lesson.text'))),
    ),
    list,
    room.element,
  )

  const title = h('h2', { class: 'lesson-title' })
  const says = h('p', { class: 'lesson-says' })
  const command = h('code', { class: 'command' })
  const asks = h('p', { class: 'lesson-asks' })
  const choices = h('ul', { class: 'lesson-choices' })
  const answer = h('p', { class: 'lesson-answer', role: 'status' })
  const reported = h('ul', { class: 'challenge-report lesson-judged', hidden: true })
  const next = h('button', {
    type: 'button',
    class: 'lesson-next',
    'aria-keyshortcuts': 'ArrowRight',
    onclick: () => goOn(),
  })
  const ask = h(
    'button',
    { type: 'button', class: 'quiet', hidden: true, 'aria-keyshortcuts': 'a', onclick: () => askRoom() },
    t('lesson.ask'),
  )
  const again = h(
    'button',
    { type: 'button', class: 'quiet', hidden: true, onclick: () => begin(index) },
    t('lesson.again'),
  )
  const element = h(
    'section',
    { class: 'lesson', hidden: true, 'aria-label': t('lesson.title') },
    h('div', { class: 'lesson-words' }, title, says, command),
    h('div', { class: 'lesson-question' }, asks, choices, answer, reported),
    h('div', { class: 'lesson-buttons' }, next, ask, again, h('a', { href: '#lessons' }, t('lesson.leave'))),
  )

  /** As the address has it, and the name in it. */
  let shown = ''
  let wanted = ''
  let index = 0
  /** @type {Phase} */
  let phase = 'asks'
  /** @type {number | null} */
  let guess = null
  /** The poll that the room was asked in, and what is known of it. */
  let asked = ''
  /** @type {import('./poll.js').Poll | null} */
  let poll = null
  /** Whether the run came out as the lesson says. */
  let isTrue = true
  /** The choice that came true, once that is known. @type {number | null} */
  let right = null
  /** The experiment of this step, and since when its run is waited for. */
  let running = ''
  let askedAt = Number.NEGATIVE_INFINITY
  let problem = ''
  /** The challenge of this step, and when it was looked at. */
  let challenge = ''
  /** The task, as the judge says it. */
  let task = ''
  let lookedAt = Number.NEGATIVE_INFINITY
  /** The session of the page. */
  let session = 'default'

  const lesson = () => lessons.find(({ name }) => name === wanted)
  const step = () => lesson()?.steps[index]

  const load = async () => {
    const answered = await context.api.lessons().catch(() => null)
    lessons = answered?.lessons ?? []
    list.replaceChildren(
      ...lessons.map(one =>
        h('li', null, h('a', { href: `#lesson=${one.name}` }, `${one.number}. ${one.title[language]}`)),
      ),
    )
    draw()
  }

  /** @param {number} to */
  const begin = to => {
    if (challenge !== '' && phase === 'runs') context.api.endChallenge(challenge).catch(() => null)
    index = to
    phase = 'asks'
    guess = null
    right = null
    running = ''
    asked = ''
    poll = null
    problem = ''
    isTrue = true
    challenge = ''
    reported.replaceChildren()
    draw()
  }

  const run = () =>
    context.act(async () => {
      const [one, now] = [lesson(), step()]
      if (!one || !now?.experiment) return
      phase = 'starts'
      draw()
      if (asked !== '') await context.api.changePoll(asked, { open: false }).catch(() => null)
      try {
        const heading = `${one.number}.${index + 1} ${one.title[language]}`
        running = (await context.api.startExperiment({ ...now.experiment, title: heading })).id
        askedAt = performance.now()
        context.showNewest()
      } catch (error) {
        phase = 'asks'
        throw error
      } finally {
        draw()
      }
    })

  /** Has the client in the page's session judged. */
  const judge = () =>
    context.act(async () => {
      const exam = step()?.challenge?.exam
      phase = 'starts'
      draw()
      try {
        const begun = await context.api.startChallenge(language, exam)
        challenge = begun.id
        phase = 'runs'
        problem = begun.says
        task = begun.asks
      } catch (error) {
        phase = 'asks'
        throw error
      } finally {
        draw()
      }
    })

  /** How far the challenge is, and in the end its report. */
  const look = async () => {
    lookedAt = performance.now()
    const of = challenge
    const state = await context.api.challenge(of, language).catch(() => null)
    if (of !== challenge || phase !== 'runs') return
    if (state !== null && ['waiting', 'playing'].includes(state.phase)) {
      problem = state.says
      return draw()
    }
    phase = 'told'
    problem = state === null || state.report.length === 0 ? (state?.says ?? t('lesson.notKept')) : ''
    const { played = [], report = [] } = state ?? {}
    const about = report.filter((/** @type {{ exam: string | null }} */ { exam }) => played.includes(exam))
    reported.replaceChildren(...about.map(reportLine))
    draw()
  }

  /** Has the room vote on the question. */
  const askRoom = () =>
    context.act(async () => {
      const question = step()?.question
      if (!question || phase !== 'asks' || asked !== '') return
      const texts = question.choices.map(({ says }) => says[language])
      asked = (await context.api.askRoom(question.asks[language], texts)).id
      draw()
    })

  const goOn = () => {
    const one = lesson()
    if (!one || phase === 'starts' || phase === 'runs') return
    if (phase === 'asks' && step()?.experiment) run()
    else if (phase === 'asks' && step()?.challenge) judge()
    else if (index < one.steps.length - 1) location.hash = `#lesson=${one.name}/${index + 2}`
    else {
      const after = lessons.find(({ number }) => number > one.number)
      location.hash = after ? `#lesson=${after.name}` : '#lessons'
    }
  }

  /** @param {number} choice from 0 */
  const choose = choice => {
    if (phase !== 'asks' || choice >= (step()?.question?.choices.length ?? 0)) return
    guess = guess === choice ? null : choice
    draw()
  }

  /** What the run was, once it has ended. @param {string | null} kept */
  const tell = async kept => {
    const { question, experiment } = step() ?? {}
    phase = 'told'
    if (kept === null) problem = t('lesson.notKept')
    else {
      const choices = question?.choices ?? []
      const judged = await context.api
        .judgeRun(kept, [...choices.flatMap(({ holds }) => holds), ...(experiment?.expect ?? [])])
        .catch(() => null)
      const passed = new Set(
        (judged?.expectations ?? [])
          .filter((/** @type {{ passed: boolean }} */ one) => one.passed)
          .map((/** @type {{ text: string }} */ one) => one.text),
      )
      const found = choices.findIndex(({ holds }) => holds.every(text => passed.has(text)))
      right = found < 0 ? null : found
      problem = found < 0 ? t('lesson.noAnswer') : ''
      isTrue = judged !== null && (experiment?.expect ?? []).every(text => passed.has(text))
    }
    if (asked !== '' && right !== null) await context.api.changePoll(asked, { answer: right }).catch(() => null)
    draw()
  }

  const draw = () => {
    const [one, now] = [lesson(), step()]
    mark(element, 'data-phase', phase)
    if (!one || !now) {
      say(title, wanted === '' ? '' : t(lessons.length === 0 ? 'lesson.none' : 'lesson.unknown', { name: wanted }))
      for (const node of [says, asks, answer]) say(node, '')
      reported.hidden = true
      command.hidden = true
      choices.replaceChildren()
      next.hidden = true
      again.hidden = true
      ask.hidden = true
      return
    }
    next.hidden = false
    again.hidden = phase !== 'told'
    ask.hidden = phase !== 'asks' || !now.question || asked !== ''
    say(title, `${one.number}. ${one.title[language]} (${index + 1}/${one.steps.length})`)
    const told = phase !== 'told' ? undefined : isTrue ? now.explains?.[language] : t('lesson.differs')
    say(says, told ?? now.says[language])
    command.hidden = now.command === undefined || phase !== 'asks'
    say(command, now.command ?? '')
    say(asks, now.question?.asks[language] ?? (phase === 'runs' ? task : ''))
    choices.replaceChildren(
      ...(now.question?.choices ?? []).map((choice, at) => choiceButton(choice.says[language], at)),
    )
    say(answer, now.challenge ? problem : answerText(now.question))
    reported.hidden = reported.childElementCount === 0
    const isLast = index === one.steps.length - 1
    const word =
      phase === 'asks' && now.challenge
        ? 'lesson.judge'
        : phase === 'asks' && now.experiment
          ? 'lesson.run'
          : isLast
            ? 'lesson.after'
            : 'lesson.next'
    say(next, phase === 'starts' || phase === 'runs' ? t('lesson.running') : t(word, { session }))
    mark(next, 'disabled', phase === 'starts' || phase === 'runs')
  }

  /** @param {string} text @param {number} at */
  const choiceButton = (text, at) => {
    const button = h(
      'button',
      {
        type: 'button',
        class: 'lesson-choice',
        'aria-keyshortcuts': String(at + 1),
        'aria-pressed': String(guess === at),
        disabled: phase !== 'asks',
        onclick: () => choose(at),
      },
      h('span', { class: 'lesson-key', 'aria-hidden': 'true' }, String(at + 1)),
      h('span', null, ...breakable(text)),
    )
    if (poll)
      button.append(
        votesOf(
          context,
          poll.counts[at] ?? 0,
          poll.counts.reduce((sum, votes) => sum + votes, 0),
        ),
      )
    mark(button, 'data-right', phase === 'told' && right === at)
    return h('li', null, button)
  }

  /** @param {Question | undefined} question */
  const answerText = question => {
    if (phase !== 'told' || !question) return ''
    if (right === null) return problem
    const says = question.choices[right]?.says[language] ?? ''
    if (guess === null) return t('lesson.answer', { answer: says })
    return t(guess === right ? 'lesson.right' : 'lesson.wrong', { answer: says })
  }

  return {
    element,
    view,
    next: goOn,
    ask: askRoom,
    /** Whether it shows a poll. @param {string | undefined} id */
    polls: id => id !== undefined && id === asked,
    choose,
    /** @param {Model} model */
    update(model) {
      if (!view.hidden) room.update(model)
      if (session !== model.session) {
        session = model.session
        draw()
      }
      if (model.link === 'live' && loadedFor !== model.boot) {
        loadedFor = model.boot
        load()
      }
      if (asked !== '' && model.poll?.id === asked && model.poll !== poll) {
        poll = model.poll
        draw()
      }
      if (phase !== 'starts' && phase !== 'runs') return
      if (step()?.challenge) {
        if (phase === 'runs' && performance.now() - lookedAt > LOOK_EVERY_MS) look()
        return
      }
      const own = model.runs.find(({ id }) => id === running)
      if (own && phase === 'starts') {
        phase = 'runs'
        draw()
      }
      if (own && own.status !== 'running') {
        running = ''
        tell(own.kept)
      } else if (!own && running !== '' && performance.now() - askedAt > APPEARS_MS) {
        running = ''
        tell(null)
      }
    },
    /** @param {string | null} place a lesson, and perhaps a step of it, such as `outage/2`; null for none */
    show(place) {
      element.hidden = place === null
      // Who leaves takes back what is on.
      if (place === null && challenge !== '' && phase === 'runs') begin(index)
      if (place === null || place === shown) return
      shown = place
      const [name = '', number = '1'] = place.split('/')
      wanted = name
      begin(Number(number) - 1)
    },
  }
}
