/** Puts the views together: one page out of a context, updated from the model. */

/** @import { Model, Run } from '../model/types.js' */
/** @import { StageRun } from '../model/stage-run.js' */

import { chartedRun, currentRun } from '../model/shown-run.js'
import { stageRunOf } from '../model/stage-run.js'
import { StageTraffic } from '../model/stage-traffic.js'
import { createArms } from './arms.js'
import { createAttendee } from './attendee.js'
import { createCharts } from './charts.js'
import { createDisruptions } from './disruptions.js'
import { h, mark } from './dom.js'
import { createHeader, isLocal, joinInvitation } from './header.js'
import { createHostBar } from './host-bar.js'
import { createJoin } from './join.js'
import { createKeys } from './keys.js'
import { createLessons } from './lessons.js'
import { createLog } from './log.js'
import { createNotice } from './notice.js'
import { createOwnClient } from './own-client.js'
import { createPoll } from './poll.js'
import { createQrCode } from './qr-code.js'
import { createRate } from './rate.js'
import { createRuns } from './runs.js'
import { createBoard } from './session-board.js'
import { createSessionOf } from './session-of.js'
import { createSettingsInForce } from './settings-in-force.js'
import { createReplay } from './stage/replay.js'
import { createStage } from './stage/stage.js'
import { StageClock } from './stage/stage-clock.js'
import { createEmptyState, createFigures } from './traffic.js'
import { createWhy } from './why.js'

/**
 * What the views may know and ask for.
 * @typedef {object} Context
 * @property {import('../i18n/words.js').I18n} i18n
 * @property {import('../net/api.js').ControlPlane} api
 * @property {(value: number | null) => string} whole a whole number, or a dash
 * @property {string} origin
 * @property {string} join where others open this page
 * @property {() => import('./palette.js').Palette} palette
 * @property {(work: () => Promise<unknown>) => void} act runs a change and shows the sentence of a refusal
 * @property {(error: unknown) => { status: number | null, text: string, lang: string | null }} refusal what a refusal says, and the language where it is not the page's; status 0 where the server was not reached
 * @property {(source: string) => string} byWhom who did something, as the server names it, in words
 * @property {() => import('../wording/words.js').Words | null} words of verdicts and reports; null while they are on their way
 * @property {() => Promise<import('../wording/words.js').Words>} loadWords
 * @property {() => import('./header.js').View} view
 * @property {() => string | null} openedRuns the ids of the kept run that is opened, or of two that are compared; null for the list
 * @property {() => string | null} replayed id of the kept run that is replayed
 * @property {() => string | null} lesson the lesson that is played, and its step
 * @property {() => void} loadPoll
 * @property {(id: string) => void} pin keeps a run where it is shown, or lets it go
 * @property {() => void} showNewest lets a pinned or replayed run go
 * @property {(id: string) => void} openSession
 * @property {() => 'auto' | 'dark' | 'light'} theme
 * @property {() => void} nextTheme
 * @property {() => void} nextLanguage
 * @property {() => boolean} presenting
 * @property {() => boolean} reducedMotion the reader wants less motion
 * @property {() => void} present
 * @property {() => void} toggleBoard opens the board, or leads back to where it was opened
 * @property {() => boolean} barHidden the bar of the host is not to be seen on the stage
 * @property {() => boolean} keysOn
 * @property {(on: boolean) => void} setKeys
 * @property {() => void} showKeys
 * @property {() => void} retry
 * @property {(token: string) => void} unlock
 * @property {() => boolean} mayHost this page may do what only the host may, as far as it knows
 * @property {import('../net/keyring.js').Keyring} keyring
 * @property {import('../net/own-session.js').Own} own the session of the attendee at this device
 * @property {() => boolean} openRoom others reach the server and may have sessions of their own
 * @property {() => void} refresh shows what has changed beside the model
 * @property {() => void} dismissLock leaves what is locked as it is
 */

/** @param {Context} context */
export function createPage(context) {
  const header = createHeader(context)
  const notice = createNotice(context)
  const rate = createRate(context)
  const attendee = createAttendee(context)
  const join = createJoin(context)
  const sessionOf = createSessionOf(context)
  const disruptions = createDisruptions(context)
  const settingsInForce = createSettingsInForce(context)
  const figures = createFigures(context)
  const charts = createCharts(context)
  const arms = createArms(context)
  const log = createLog(context)
  const board = createBoard(context)
  const runs = createRuns(context)
  const why = createWhy(context)
  const keys = createKeys(context)
  const host = createHostBar(context)
  const replay = createReplay(context)
  const lessons = createLessons(context)
  const poll = createPoll(context)
  const ownClient = createOwnClient(context)
  const clock = new StageClock()
  const traffic = new StageTraffic()
  /** What the stage shows, and the run it was made of; without one it is the traffic of everybody. @type {{ run: Run | null, made: StageRun } | null} */
  let live = null
  const stage = createStage(
    context,
    () => {
      if (context.replayed() !== null) return replay.scene()
      const run = live?.made ?? null
      return { run, atMs: run ? clock.at(run, performance.now()) : 0 }
    },
    { invitation: () => [joinInvitation(context)], code: isLocal(context.join) ? null : createQrCode(context.join) },
  )

  const emptyState = createEmptyState(context)
  const consoleView = h(
    'div',
    { class: 'live' },
    h(
      'div',
      { class: 'rail' },
      ...[
        join.element,
        sessionOf.element,
        attendee.state,
        attendee.sending,
        rate.element,
        disruptions.element,
        settingsInForce.element,
        ownClient.element,
      ],
    ),
    h('div', { class: 'middle' }, figures.element, emptyState.element, charts.element),
    h('div', { class: 'side' }, arms.element, log.element),
  )
  const main = h(
    'main',
    { id: 'main', tabindex: '-1' },
    consoleView,
    stage.element,
    board.element,
    runs.element,
    why.element,
    lessons.view,
  )
  const foot = h('footer', { class: 'foot' }, replay.element, lessons.element, host.element)
  const element = h(
    'div',
    { class: 'page' },
    header.element,
    h('div', null, notice.element, poll.element),
    main,
    foot,
    keys.element,
  )

  return {
    element,
    rate,
    disruptions,
    host,
    replay,
    lessons,
    keys,
    refuse: notice.refuse,
    /** @param {Model} model @param {number} now seconds of the server's wall clock */
    update(model, now) {
      const view = context.view()
      const replayed = view === 'live' ? context.replayed() : null
      const lesson = view === 'live' ? context.lesson() : null
      const staged = view === 'live' && (context.presenting() || replayed !== null || lesson !== null)
      consoleView.hidden = view !== 'live' || staged
      stage.element.hidden = !staged
      if (staged) follow(model, now)
      stage.show(staged)
      replay.show(replayed)
      lessons.show(lesson)
      lessons.update(model)
      poll.update(model, lesson !== null && lessons.polls(model.poll?.id))
      host.update(model)
      foot.hidden = view !== 'live' || (replayed === null && lesson === null && !host.filled)
      host.element.hidden = replayed !== null || lesson !== null || (context.presenting() && context.barHidden())
      if (foot.hidden || host.element.hidden) host.hideWhatIf()
      mark(element, 'data-idle', staged && replayed === null && live === null)
      mark(element, 'data-staged', staged)
      mark(element, 'data-lesson', lesson !== null)
      board.element.hidden = view !== 'board'
      runs.element.hidden = view !== 'runs'
      why.element.hidden = view !== 'why'
      lessons.view.hidden = view !== 'lessons'
      mark(element, 'data-link', model.link)
      header.update(model)
      notice.update(model)
      const phone = consoleView.hidden ? null : join.stage(model)
      mark(element, 'data-attendee', phone)
      if (consoleView.hidden === false) {
        join.update(model, phone)
        sessionOf.update(model)
        rate.update(model)
        attendee.update(model, now)
        ownClient.update(model)
        disruptions.update(model, now)
        settingsInForce.update(model)
        figures.update(model, now)
        charts.update(model, now)
        arms.update(model)
        log.update(model)
        const idle = model.points.every(point => Object.keys(point.counts).length === 0)
        const quiet = idle && model.runs.length === 0
        figures.element.hidden = idle && chartedRun(model, now) !== null
        emptyState.update(model, quiet, now)
        mark(consoleView, 'data-quiet', quiet)
      } else if (view === 'board') board.update(model)
      else if (view === 'runs') runs.update(model)
      else if (view === 'why') why.update(model)
      if (view !== 'runs') runs.leave()
    },
    repaint() {
      charts.repaint()
      stage.repaint()
    },
    close() {
      board.close()
      charts.close()
      stage.close()
    },
  }

  /** A run that has ended a while ago makes room for everybody, while they ask. @param {Model} model @param {number} now */
  function follow(model, now) {
    const everybody = traffic.of(model)
    const run = everybody ? chartedRun(model, now) : currentRun(model)
    if (run && run !== live?.run) live = { run, made: stageRunOf(run, model) }
    else if (!run) live = everybody && { run: null, made: everybody }
  }
}
