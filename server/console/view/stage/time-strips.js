/** The time axis of a run, from its start to its end: what was wrong, a strip of outcomes for each arm with the states of its circuit, and now. */

/** @import { StageRun } from '../../model/stage-run.js' */
/** @import { Counts } from '../../model/types.js' */

import { stateSpans } from '../../model/circuit-indicator.js'
import { COUNTERS, noCounts } from '../../model/run.js'
import { OUTCOMES } from '../../model/series.js'
import { h, mark, say } from '../dom.js'

const BINS_MS = [250, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 60_000]
const MAX_BINS = 64
const TICKS_S = [0.25, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1_800, 3_600]
const MAX_TICKS = 7
/** Ticks are so many widths of the time of now apart, and give way to it when they come as near as that. */
const TICK_APART = 1.7
const TICK_GAP = 1.05
/** A tick further right than this share of the axis ends at its place. */
const LAST = 0.96
/** A trouble that begins further right than this has its name before it. */
const FAR_RIGHT = 0.7

/** Below this height, in CSS pixels, half-open is a half-high block in place of an outline. */
const MIN_OUTLINE = 12

/** @type {WeakMap<StageRun, Counts[][]>} */
const binsOfRuns = new WeakMap()

/** @param {import('../page.js').Context} context */
export function createTimeStrips(context) {
  const { t, tenth, share, factor } = context.i18n
  const spells = h('div', { class: 'strip-track trouble-track' })
  const rows = h('div', { class: 'strip-rows' })
  const ticks = h('div', { class: 'strip-track strip-ticks num' })
  const needle = h('div', { class: 'strip-now' })
  const clock = h('span', { class: 'strip-clock num' })
  const element = h(
    'div',
    { class: 'stage-strips', role: 'img' },
    h('div', { class: 'strip trouble' }, h('span', { class: 'strip-label soft' }, t('stage.trouble')), spells),
    rows,
    h('div', { class: 'strip strip-axis' }, h('span', null), ticks),
    h('div', { class: 'strip strip-over' }, h('span', null), h('div', { class: 'strip-track' }, needle, clock)),
  )
  /** @type {HTMLCanvasElement[]} */
  let canvases = []
  let ticked = ''
  let spelled = ''

  return {
    element,
    /** @param {readonly string[]} labels of the arms @param {readonly boolean[]} guarded @param {boolean} tight */
    shape(labels, guarded, tight) {
      ticked = ''
      spelled = ''
      canvases = labels.map(() => h('canvas', { 'aria-hidden': 'true' }))
      rows.replaceChildren(
        ...labels.map((label, arm) =>
          h(
            'div',
            { class: `strip arm-strip${guarded[arm] ? ' has-state' : ''}` },
            h(
              'span',
              { class: 'strip-label' },
              h('b', null, label),
              guarded[arm] && !tight ? h('i', { class: 'soft' }, t('stage.breaker')) : null,
            ),
            canvases[arm] ?? null,
          ),
        ),
      )
    },
    /** @param {StageRun} run @param {number} atMs */
    update(run, atMs) {
      const ended = run.over && atMs >= run.lengthMs
      const untilMs = ended ? run.lengthMs : atMs
      for (const [arm, canvas] of canvases.entries()) drawArm(context, canvas, run, arm, untilMs)
      const place = Math.min(1, untilMs / run.lengthMs)
      needle.hidden = ended
      clock.hidden = ended
      needle.style.setProperty('left', `${100 * place}%`)
      say(clock, t('stage.at', { seconds: tenth(untilMs / 1_000) }))
      // The time of now is held within the axis as a whole.
      const unit = (clock.offsetWidth || 60) / Math.max(1, ticks.offsetWidth)
      const middle = Math.min(1 - unit / 2, Math.max(unit / 2, place))
      clock.style.setProperty('left', `${100 * middle}%`)
      tick(run.lengthMs, ended ? -1 : middle, unit)
      spell(run, untilMs)
    },
    /** @param {string} text */
    describe: text => mark(element, 'aria-label', text),
  }

  /**
   * @param {number} lengthMs
   * @param {number} now middle of the time of now, as a share of the axis; negative at the end
   * @param {number} unit its width, as a share of the axis
   */
  function tick(lengthMs, now, unit) {
    const seconds = lengthMs / 1_000
    const most = Math.max(2, Math.min(MAX_TICKS, 1 / (TICK_APART * unit)))
    const step = TICKS_S.find(one => seconds / one <= most) ?? 3_600
    const all = Array.from({ length: Math.floor(seconds / step + 0.001) + 1 }, (_, index) => index * step)
    const shown = all.filter(second => now < 0 || Math.abs(middleOf(second / seconds, unit) - now) > TICK_GAP * unit)
    const wanted = `${lengthMs} ${shown.join(' ')}`
    if (wanted === ticked) return
    ticked = wanted
    ticks.replaceChildren(
      ...shown.map(second => {
        const left = second / seconds
        const edge = edgeOf(left)
        const label = h('span', { class: `strip-tick ${edge}` }, t('stage.at', { seconds: factor(second) }))
        label.style.setProperty('left', `${100 * left}%`)
        return label
      }),
    )
  }

  /** @param {StageRun} run @param {number} untilMs */
  function spell(run, untilMs) {
    const seen = run.troubles.filter(({ fromMs }) => fromMs < untilMs)
    const wanted = `${run.lengthMs} ${seen.map(({ fromMs, toMs, kind, value }) => [fromMs, Math.min(toMs, untilMs), kind, value].join()).join(' ')}`
    if (wanted === spelled) return
    spelled = wanted
    spells.replaceChildren(
      ...seen.map(({ fromMs, toMs, kind, value }) => {
        const text = t(`lane.${kind}`, { value: kind === 'slow' ? factor(value) : share(value) })
        const word = h('span', null, text)
        const block = h('div', { class: 'trouble-spell', 'data-kind': kind }, word)
        block.style.setProperty('left', `${(100 * fromMs) / run.lengthMs}%`)
        block.style.setProperty('width', `${(100 * (Math.min(toMs, untilMs) - fromMs)) / run.lengthMs}%`)
        return block
      }),
    )
    const blocks = /** @type {HTMLElement[]} */ ([...spells.children])
    let free = 0
    blocks.forEach((block, index) => {
      const wide = /** @type {HTMLElement} */ (block.firstElementChild).offsetWidth
      const end = block.offsetLeft + block.offsetWidth
      const fits = wide <= block.offsetWidth
      const far = block.offsetLeft > spells.offsetWidth * FAR_RIGHT
      const room = far ? block.offsetLeft - free : (blocks[index + 1]?.offsetLeft ?? spells.offsetWidth) - end
      mark(block, 'data-word', fits ? 'inside' : wide > room ? 'none' : far ? 'before' : 'after')
      free = fits || far ? end : end + wide
    })
  }
}

/** Which end of the axis holds a tick in, by its place as a share of the axis. @param {number} place */
function edgeOf(place) {
  return place === 0 ? 'first' : place > LAST ? 'last' : 'inner'
}

/** The middle of a tick of `width`, both as shares of the axis. @param {number} place @param {number} width */
function middleOf(place, width) {
  return place + { first: 0.5, inner: 0, last: -0.5 }[edgeOf(place)] * width
}

/** @param {import('../page.js').Context} context @param {HTMLCanvasElement} canvas @param {StageRun} run @param {number} arm @param {number} untilMs */
function drawArm(context, canvas, run, arm, untilMs) {
  const { clientWidth: width, clientHeight: height } = canvas
  const pen = canvas.getContext('2d')
  if (!pen || width === 0) return
  const ratio = devicePixelRatio
  const [wide, high] = [Math.round(width * ratio), Math.round(height * ratio)]
  if (canvas.width !== wide || canvas.height !== high) {
    canvas.width = wide
    canvas.height = high
  }
  const palette = context.palette()
  const stateHeight = run.guarded[arm] ? Math.round(high * 0.29) : 0
  const barHeight = high - stateHeight - (stateHeight > 0 ? Math.max(1, Math.round(high * 0.05)) : 0)
  const place = (/** @type {number} */ ms) => (wide * ms) / run.lengthMs
  pen.clearRect(0, 0, wide, high)
  pen.fillStyle = palette.line
  pen.fillRect(0, barHeight - ratio, wide, ratio)
  const fills = fillsFor(pen, palette, Math.max(6, Math.round(barHeight / 4.5)))
  const binMs = binOf(run.lengthMs)
  const gap = Math.max(1, Math.round(ratio))
  binsOf(run, binMs).forEach((arms, bin) => {
    const counts = arms[arm]
    const toMs = Math.min((bin + 1) * binMs, untilMs)
    if (!counts || toMs <= bin * binMs) return
    const all = OUTCOMES.reduce((sum, outcome) => sum + counts[outcome], 0)
    let bottom = barHeight
    const left = Math.round(place(bin * binMs))
    const right = Math.round(place(toMs))
    for (const outcome of OUTCOMES) {
      const part = all === 0 ? 0 : (counts[outcome] / all) * barHeight
      if (part === 0) continue
      pen.fillStyle = fills[outcome] ?? palette.ink
      pen.fillRect(left, bottom - part, Math.max(1, right - left - (right < wide ? gap : 0)), part)
      bottom -= part
    }
  })
  for (const { fromMs, toMs, state } of stateSpans(run.edges[arm] ?? [], 0, untilMs)) {
    const [x, x2, y] = [place(fromMs), place(toMs), high - stateHeight]
    const thin = Math.max(2, Math.round(stateHeight * 0.2))
    pen.fillStyle = palette.shortCircuited
    if (state === 'closed' || state === 'disabled') {
      pen.fillStyle = state === 'closed' ? palette.success : palette.soft
      pen.fillRect(x, y + (stateHeight - thin) / 2, x2 - x, thin)
    } else if (state === 'half-open' && stateHeight < MIN_OUTLINE * ratio) {
      pen.fillRect(x, y + stateHeight * 0.55, Math.max(2, x2 - x), stateHeight * 0.45)
    } else if (state === 'half-open') {
      pen.strokeStyle = palette.shortCircuited
      pen.lineWidth = thin * 0.8
      pen.setLineDash([thin * 1.8, thin * 1.2])
      pen.strokeRect(x + thin / 2, y + thin / 2, Math.max(1, x2 - x - thin), stateHeight - thin)
      pen.setLineDash([])
    } else pen.fillRect(x, y, Math.max(2, x2 - x), stateHeight)
  }
}

/** @param {number} lengthMs */
function binOf(lengthMs) {
  return BINS_MS.find(ms => lengthMs / ms <= MAX_BINS) ?? 60_000
}

/** What each arm came to in each bin of the axis; a stretch that lies in two of them counts in both for its part. @param {StageRun} run @param {number} binMs */
function binsOf(run, binMs) {
  const known = binsOfRuns.get(run)
  if (known) return known
  const bins = Array.from({ length: Math.ceil(run.lengthMs / binMs) }, () => run.names.map(noCounts))
  for (const { fromMs, toMs, arms } of run.slices) {
    const first = Math.max(0, Math.floor(fromMs / binMs))
    const last = Math.min(bins.length - 1, Math.floor(Math.max(fromMs, toMs - 1) / binMs))
    for (let bin = Math.min(first, bins.length - 1); bin <= last; bin += 1) {
      const part =
        toMs > fromMs ? (Math.min(toMs, (bin + 1) * binMs) - Math.max(fromMs, bin * binMs)) / (toMs - fromMs) : 1
      arms.forEach((counts, arm) => {
        const sum = bins[bin]?.[arm]
        if (sum) for (const counter of COUNTERS) sum[counter] += counts[counter] * Math.max(0, part)
      })
    }
  }
  binsOfRuns.set(run, bins)
  return bins
}

/** @type {{ key: string, fills: Record<string, CanvasPattern | string> }} */
let made = { key: '', fills: {} }

/** Outcomes differ by more than their colour. @param {CanvasRenderingContext2D} pen @param {import('../palette.js').Palette} palette @param {number} side */
function fillsFor(pen, palette, side) {
  const key = `${palette.success} ${palette.failed} ${palette.ground} ${side}`
  if (made.key !== key) {
    made = {
      key,
      fills: {
        success: palette.success,
        fromCache: palette.fromCache,
        shortCircuited: patternOf(pen, palette.shortCircuited, palette.ground, side, 'dots'),
        failed: patternOf(pen, palette.failed, palette.ground, side, 'slashes'),
      },
    }
  }
  return made.fills
}

/** @param {CanvasRenderingContext2D} target @param {string} colour @param {string} ground @param {number} side @param {'dots' | 'slashes'} kind */
function patternOf(target, colour, ground, side, kind) {
  const tile = new OffscreenCanvas(side, side)
  const pen = tile.getContext('2d')
  if (!pen) return colour
  pen.fillStyle = colour
  pen.fillRect(0, 0, side, side)
  pen.fillStyle = ground
  pen.strokeStyle = ground
  pen.lineWidth = side * 0.2
  pen.beginPath()
  if (kind === 'dots') {
    pen.arc(side / 2, side / 2, side * 0.17, 0, 7)
    pen.fill()
  } else {
    for (const shift of [-side, 0, side]) {
      pen.moveTo(shift, side)
      pen.lineTo(shift + side, 0)
    }
    pen.stroke()
  }
  return target.createPattern(tile, 'repeat') ?? colour
}
