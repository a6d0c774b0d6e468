/** The stage: a run for a whole room, from client through the breaker to the catalog, told in two sentences, on its own time axis. */

/** @import { StageRun } from '../../model/stage-run.js' */
/** @import { FlowBox } from './flow-canvas.js' */
/** @import { Told } from './sentences.js' */

import { HALF_OPEN_SHOWN_MS } from '../../model/circuit-indicator.js'
import { requestsPerDot } from '../../model/flow.js'
import { usefulShare } from '../../model/run.js'
import { stateAt, totalsAt } from '../../model/stage-run.js'
import { shortTitlesOf, titlesOf } from '../arm-titles.js'
import { h, mark, say } from '../dom.js'
import { callsPerMark, drawFlow } from './flow-canvas.js'
import { createCatalog, createLanes } from './lanes.js'
import { markIcon } from './marks.js'
import { createScore } from './score.js'
import { tellIdle, tellMoment } from './sentences.js'
import { createTimeStrips } from './time-strips.js'

/** Arms that have a lane; further ones are told in a line. */
const MAX_LANES = 4
/** Words and strips are written anew this often, in milliseconds. */
const WORDS_MS = 100
/** For who wants less motion: a still, this often. */
const STILL_MS = 1_000
/** A sentence that is too long is written smaller, down to this share of its size. */
const MIN_FIT = 0.6
const IDLE_NAMES = ['none', 'breaker']

/** @typedef {{ run: StageRun | null, atMs: number }} Scene */

/**
 * @param {import('../page.js').Context} context
 * @param {() => Scene} scene what is to be shown now
 * @param {{ invitation: () => Node[], code: Element | null }} parts what stands in place of the score while nothing has run, and the code of the address, for the corner while something does
 */
export function createStage(context, scene, { invitation, code }) {
  const { t, count, share } = context.i18n
  const sentences = [h('p', null), h('p', null)]
  const canvas = h('canvas', { class: 'stage-canvas', 'aria-hidden': 'true' })
  const catalog = createCatalog(context)
  const flow = h('div', { class: 'stage-flow' }, canvas, catalog.element)
  const score = createScore(context)
  const legend = h('ul', { class: 'stage-legend' })
  const scaleText = h('p', { class: 'stage-scale' })
  const strips = createTimeStrips(context)
  const further = h('p', { class: 'stage-further num' })
  const say2 = h('div', { class: 'stage-say', role: 'status', 'aria-live': 'polite' }, ...sentences)
  const element = h(
    'section',
    { class: 'stage', 'aria-label': t('stage.title') },
    h('div', { class: 'stage-head' }, say2, code && h('div', { class: 'stage-corner' }, code)),
    flow,
    score.element,
    h('div', { class: 'stage-time' }, h('div', { class: 'stage-key' }, legend, scaleText), strips.element, further),
  )

  let lanes = createLanes(context, [], [])
  let shape = ''
  let frame = 0
  let drawnAt = Number.NEGATIVE_INFINITY
  let toldAt = Number.NEGATIVE_INFINITY
  /** @type {unknown} */
  let drawn = null
  /** @type {FlowBox | null} */
  let box = null

  const observer = new ResizeObserver(() => {
    box = null
    drawn = null
    fit()
  })
  observer.observe(flow)

  const tick = () => {
    frame = requestAnimationFrame(tick)
    const now = performance.now()
    if (context.reducedMotion() && now - drawnAt < STILL_MS && drawn !== null) return
    const { run, atMs } = scene()
    const shown = `${run?.id} ${run?.lastMs} ${run?.over} ${Math.round(atMs)}`
    if (shown === drawn) return
    reshape(run)
    if (!box) box = measure()
    if (!box) return
    drawn = shown
    drawnAt = now
    const scale = scaleOf(run)
    const pen = canvas.getContext('2d')
    if (pen && box.width > 0)
      drawFlow({ pen, palette: context.palette(), box, testWord: t('stage.test') }, run, atMs, scale)
    if (Math.abs(now - toldAt) < WORDS_MS) {
      // The words of this moment come with the next frame, though nothing else may change by then.
      drawn = null
      return
    }
    toldAt = now
    tell(run, atMs, scale)
  }

  return {
    element,
    /** @param {boolean} on */
    show(on) {
      if (on && frame === 0) {
        drawn = null
        tick()
      } else if (!on && frame !== 0) {
        cancelAnimationFrame(frame)
        frame = 0
      }
    },
    repaint() {
      box = null
      drawn = null
    },
    close() {
      cancelAnimationFrame(frame)
      observer.disconnect()
    },
  }

  /** @param {StageRun | null} run */
  function reshape(run) {
    const names = run?.names ?? IDLE_NAMES
    const guarded = run?.guarded ?? [false, true]
    const wanted = `${run ? run.id : 'idle'} ${names.join(' ')} ${guarded.join()} ${run?.dots.source}`
    if (wanted === shape) return
    shape = wanted
    box = null
    const titles = titlesOf(context.i18n, names).slice(0, MAX_LANES)
    const tight = titles.length > 2
    const labels = shortTitlesOf(context.i18n, names).slice(0, MAX_LANES)
    // Four lanes are too low for two lines.
    const next = createLanes(context, titles.length < MAX_LANES ? titles : labels, guarded)
    if (lanes.element.isConnected) lanes.element.replaceWith(next.element)
    else canvas.after(next.element)
    lanes = next
    mark(element, 'data-lanes', String(titles.length))
    mark(element, 'data-tight', tight)
    mark(element, 'data-idle', run === null)
    strips.shape(labels, guarded, tight)
    if (run) score.shape(labels)
    else score.invite(...invitation())
    legend.replaceChildren()
  }

  /** @param {StageRun | null} run */
  function scaleOf(run) {
    const arms = Math.min(MAX_LANES, run?.names.length ?? 2)
    if (!run) return { perDot: 1, perMark: 1 }
    const perDot = run.dots.source === 'counts' ? run.dots.every : requestsPerDot(run.perSecond, arms, run.dots.every)
    return { perDot, perMark: callsPerMark(run, arms) }
  }

  /** @param {StageRun | null} run @param {number} atMs @param {{ perDot: number, perMark: number }} scale */
  function tell(run, atMs, scale) {
    const told = run ? tellMoment(context.i18n, run, atMs) : tellIdle(context.i18n)
    speak(told)
    catalog.update(told.sign)
    const names = run?.names ?? IDLE_NAMES
    names.slice(0, MAX_LANES).forEach((_, arm) => {
      lanes.gate(arm, run ? (stateAt(run.edges[arm] ?? [], atMs, HALF_OPEN_SHOWN_MS) ?? 'closed') : 'idle')
    })
    if (!run) return
    score.update(run, atMs)
    strips.update(run, atMs)
    describe(run, atMs)
    writeKey(run, scale)
  }

  /** @param {Told} told */
  function speak({ lines, verdict }) {
    mark(element, 'data-verdict', verdict)
    const changed = lines.map((text, index) => sentence(sentences[index], text))
    if (changed.includes(true)) fit()
  }

  function fit() {
    say2.style.setProperty('--fit', '1')
    mark(element, 'data-full', false)
    const widest = Math.max(...sentences.map(line => line.scrollWidth))
    const roomOf = () => say2.clientWidth - parseFloat(getComputedStyle(say2).paddingLeft)
    // A sentence that would be cut off takes the place of the code.
    if (roomOf() / (widest + 1) < MIN_FIT) mark(element, 'data-full', true)
    const room = roomOf()
    if (widest > room && room > 0) say2.style.setProperty('--fit', String(Math.max(MIN_FIT, room / (widest + 1))))
  }

  /** @param {StageRun} run @param {number} atMs */
  function describe(run, atMs) {
    const titles = titlesOf(context.i18n, run.names)
    const texts = titles.map((arm, index) => {
      const totals = totalsAt(run, index, atMs)
      return t('stage.summary', { arm, useful: share(usefulShare(totals) ?? 0), wasted: count(totals.wasted) })
    })
    strips.describe(texts.join('. '))
    const rest = texts.slice(MAX_LANES)
    say(further, rest.length > 0 ? `${t('stage.more')}: ${rest.join(' · ')}` : '')
  }

  /** @param {StageRun} run @param {{ perDot: number, perMark: number }} scale */
  function writeKey(run, { perDot, perMark }) {
    if (legend.childElementCount === 0) {
      const cached = run.names.some(name => name.includes('cache'))
      const outcomes = /** @type {const} */ (['success', 'failed', 'shortCircuited', 'fromCache'])
      legend.replaceChildren(
        ...outcomes
          .filter(outcome => outcome !== 'fromCache' || cached)
          .map(outcome => h('li', null, markIcon(outcome), t(`outcome.${outcome}`))),
      )
    }
    const calls = perMark === 1 ? t('stage.call') : t('stage.calls', { count: count(perMark) })
    const requests = perDot === 1 ? t('stage.request') : t('stage.requests', { count: count(perDot) })
    const counted = run.dots.source === 'counts'
    say(scaleText, counted ? t('stage.dotsOf', { calls }) : t('stage.dots', { requests, calls }))
    mark(scaleText, 'title', counted ? t('stage.dotsOfCounts') : null)
  }

  /** @returns {FlowBox | null} */
  function measure() {
    const at = flow.getBoundingClientRect()
    if (at.width === 0) return null
    const ratio = devicePixelRatio
    canvas.width = Math.round(at.width * ratio)
    canvas.height = Math.round(at.height * ratio)
    canvas.getContext('2d')?.setTransform(ratio, 0, 0, ratio, 0, 0)
    const laneBoxes = lanes.lanes.map(lane => {
      const edge = lane.getBoundingClientRect()
      const gate = lane.querySelector('.stage-gate')?.getBoundingClientRect()
      const client = lane.querySelector('.stage-client')?.getBoundingClientRect() ?? edge
      return {
        top: edge.top - at.top,
        bottom: edge.bottom - at.top,
        clientEnd: client.right - at.left,
        gate: gate ? { left: gate.left - at.left, right: gate.right - at.left } : null,
      }
    })
    const wall = catalog.element.getBoundingClientRect().left - at.left
    const unit = parseFloat(getComputedStyle(flow).rowGap)
    const gate = laneBoxes.find(lane => lane.gate)?.gate ?? { left: wall * 0.4, right: wall * 0.6 }
    return { width: at.width, height: at.height, wall, gate, lanes: laneBoxes, unit, tight: lanes.lanes.length > 2 }
  }
}

/** Writes a line whose `failed[words]` wear the colour of what they name; true where it changed. @param {HTMLElement | undefined} line @param {string} text */
function sentence(line, text) {
  if (!line || line.dataset.text === text) return false
  line.dataset.text = text
  const parts = text.split(/(\w+\[[^\]]*\])/)
  line.replaceChildren(
    ...parts.map(part => {
      const [, colour, words] = /^(\w+)\[([^\]]*)\]$/.exec(part) ?? []
      return words === undefined ? part : h('b', { 'data-says': colour }, words)
    }),
  )
  return true
}
