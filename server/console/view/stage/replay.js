/** A kept run, played again on the stage: fetched once, with a clock that plays, stands still and jumps. */

/** @import { StageRun } from '../../model/stage-run.js' */

import { stageRunOfKept } from '../../model/stage-run.js'
import { h, mark, say } from '../dom.js'
import { ReplayClock } from './stage-clock.js'

const SPEEDS = [1, 4]
/** A press of an arrow key on the scrubber moves by this, in milliseconds. */
const STEP_MS = 250

/** @param {import('../page.js').Context} context */
export function createReplay(context) {
  const { t, tenth } = context.i18n
  const play = h('button', { type: 'button', class: 'replay-play', onclick: () => toggle() })
  const scrub = h('input', {
    type: 'range',
    class: 'replay-scrub',
    min: '0',
    step: String(STEP_MS),
    value: '0',
    'aria-label': t('replay.scrub'),
  })
  const time = h('span', { class: 'replay-time num' })
  const speeds = SPEEDS.map(speed =>
    h('button', { type: 'button', class: 'replay-speed', onclick: () => setSpeed(speed) }, `${speed}×`),
  )
  const report = h('a', { class: 'replay-report' }, t('arms.report'))
  const name = h('b', null)
  const element = h(
    'section',
    { class: 'replay', 'aria-label': t('replay.title'), hidden: true },
    play,
    h('p', { class: 'replay-name' }, t('replay.of'), ' ', name),
    scrub,
    time,
    h('div', { class: 'replay-speeds', role: 'group', 'aria-label': t('replay.speed') }, ...speeds),
    report,
    h('a', { class: 'replay-close', href: '#live' }, t('replay.close')),
  )
  let id = ''
  /** @type {StageRun | null} */
  let run = null
  let clock = new ReplayClock(0, 0)

  const toggle = () => {
    clock.toggle(performance.now())
    update()
  }
  /** @param {number} speed */
  const setSpeed = speed => {
    clock.at(performance.now())
    clock.speed = speed
    update()
  }
  scrub.addEventListener('input', () => {
    clock.jump(Number(scrub.value))
    update()
  })

  function update() {
    say(play, t(clock.playing ? 'replay.pause' : 'replay.play'))
    speeds.forEach((button, index) => {
      mark(button, 'aria-pressed', String(clock.speed === SPEEDS[index]))
    })
    if (!run) return
    const atMs = Math.min(run.lengthMs, clock.at(performance.now()))
    const text = t('replay.time', { at: tenth(atMs / 1_000), length: tenth(run.lengthMs / 1_000) })
    if (document.activeElement !== scrub || clock.playing) scrub.value = String(atMs)
    mark(scrub, 'aria-valuetext', text)
    say(time, text)
  }

  /** @param {string} wanted */
  const load = async wanted => {
    const result = await context.api.keptRun(wanted)
    if (id !== wanted) return
    run = stageRunOfKept(wanted, result)
    clock = new ReplayClock(run.lengthMs, performance.now())
    // Who wants less motion begins with the outcome, and scrubs.
    if (context.reducedMotion()) {
      clock.jump(Number.POSITIVE_INFINITY)
      clock.playing = false
    }
    mark(scrub, 'max', String(Math.ceil(run.lengthMs / STEP_MS) * STEP_MS))
  }

  return {
    element,
    toggle,
    /** What is played now. */
    scene: () => ({ run, atMs: run ? clock.at(performance.now()) : 0 }),
    /** @param {string | null} wanted the id of a kept run, or null for none */
    show(wanted) {
      element.hidden = wanted === null
      if (wanted !== null && wanted !== id) {
        id = wanted
        run = null
        say(name, wanted)
        mark(report, 'href', `#runs=${encodeURIComponent(wanted)}`)
        context.act(() => load(wanted))
      }
      if (wanted === null) id = ''
      else update()
    },
  }
}
