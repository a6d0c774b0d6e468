/** The moving part of the stage: roads between client, gate and catalog, the requests on them, and the heap of wasted calls. */

/** @import { Dot } from '../../model/flow.js' */
/** @import { StageRun } from '../../model/stage-run.js' */

import { DOT, firstSince } from '../../model/flow.js'
import { totalsAt } from '../../model/stage-run.js'
import { drawMark, markOf } from './marks.js'

/**
 * How long a dot takes for each part of its way, in milliseconds. The gate is the anchor: a dot is at the gate at the very moment
 * at which its request left, so that what it does agrees with the lamp.
 */
const FLY = { toGate: 320, inGate: 80, toWall: 360, back: 1_100, bounce: 800, fall: 550, direct: 850 }
/** Answers come faster than dots fly: what is said of the catalog is held back by as long as a dot needs to reach it. */
export const TO_CATALOG_MS = FLY.inGate + FLY.toWall
/** How long the roads take to run empty after the last request, in milliseconds. */
export const EMPTY_MS = 2_000
/** Dots that left longer ago than this are not looked for, in milliseconds. */
const OLDEST_MS = 12_000
/** Half-open tests that leave at the same moment are drawn so far apart, in milliseconds of their way. */
const PROBE_GAP_MS = 110
const PROBES = 3
const ROWS = [0, 2, 1, 2, 0, 1]
const HEAP_STEPS = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000, 50_000, 100_000]
const MAX_HEAP = 40

/** @typedef {{ top: number, bottom: number, clientEnd: number, gate: { left: number, right: number } | null }} LaneBox */
/** @typedef {{ width: number, height: number, wall: number, gate: { left: number, right: number }, lanes: LaneBox[], unit: number, tight: boolean }} FlowBox in CSS pixels */
/** @typedef {{ pen: CanvasRenderingContext2D, palette: import('../palette.js').Palette, box: FlowBox, testWord: string }} Drawing */

/**
 * How many wasted calls a mark of the heap stands for, the same in all lanes.
 * @param {StageRun} run
 * @param {number} lanes
 */
export function callsPerMark(run, lanes) {
  const most = Math.max(...run.names.slice(0, lanes).map((_, arm) => totalsAt(run, arm, run.lengthMs).wasted))
  return HEAP_STEPS.find(step => most / step <= MAX_HEAP) ?? 1_000_000
}

/**
 * Draws a moment of a run; without one, roads with arrows.
 * @param {Drawing} drawing
 * @param {StageRun | null} run
 * @param {number} atMs
 * @param {{ perDot: number, perMark: number }} scale requests that a dot stands for, wasted calls that a mark of the heap stands for
 */
export function drawFlow(drawing, run, atMs, scale) {
  const { pen, box } = drawing
  pen.clearRect(0, 0, box.width, box.height)
  box.lanes.forEach((lane, arm) => {
    const road = roadOf(box, lane)
    drawRoads(drawing, road)
    if (!run) {
      drawArrows(drawing, road)
      return
    }
    drawHeap(drawing, road, wastedUntil(run, arm, atMs), scale.perMark)
    drawDots(drawing, road, run.dots.arms[arm] ?? [], atMs, scale.perDot)
  })
}

/** @param {FlowBox} box @param {LaneBox} lane */
function roadOf({ wall, gate, unit, tight }, lane) {
  const high = lane.bottom - lane.top
  const middle = lane.top + high * 0.5
  const gap = Math.min(4.6 * unit, high * 0.235)
  const radius = (tight ? 0.62 : 0.85) * unit
  return {
    start: lane.clientEnd + unit,
    wall,
    gate,
    guarded: lane.gate !== null,
    outY: middle - gap,
    backY: middle + gap,
    radius,
    jitter: (tight ? 0.8 : 1.5) * unit,
    floor: lane.bottom + (tight ? 1.3 : 2) * unit,
  }
}

/** @typedef {ReturnType<typeof roadOf>} Road */

/** @param {Drawing} drawing @param {Road} road */
function drawRoads({ pen, palette, box: { unit } }, { start, wall, outY, backY, jitter, radius }) {
  pen.fillStyle = palette.grid
  for (const y of [outY, backY]) {
    const half = jitter + radius + 0.35 * unit
    pen.beginPath()
    pen.roundRect(start - unit, y - half, wall - start + unit, 2 * half, 1.2 * unit)
    pen.fill()
  }
}

/** @param {Drawing} drawing @param {Road} road */
function drawArrows({ pen, palette, box: { unit } }, { start, wall, outY, backY }) {
  pen.strokeStyle = palette.edge
  pen.lineWidth = 0.3 * unit
  pen.lineCap = 'round'
  pen.lineJoin = 'round'
  for (const [y, way] of /** @type {const} */ ([
    [outY, 1],
    [backY, -1],
  ])) {
    for (let x = start + 4 * unit; x < wall - 2 * unit; x += 6 * unit) {
      pen.beginPath()
      pen.moveTo(x - way * 0.6 * unit, y - 0.9 * unit)
      pen.lineTo(x + way * 0.6 * unit, y)
      pen.lineTo(x - way * 0.6 * unit, y + 0.9 * unit)
      pen.stroke()
    }
  }
}

/** Wasted calls that have come to lie. @param {StageRun} run @param {number} arm @param {number} atMs */
function wastedUntil(run, arm, atMs) {
  const over = run.over && atMs >= run.lengthMs
  return totalsAt(run, arm, over ? run.lengthMs : atMs - TO_CATALOG_MS - FLY.fall).wasted
}

/** @param {Drawing} drawing @param {Road} road @param {number} wasted @param {number} perMark */
function drawHeap({ pen, palette, box: { unit, tight } }, { gate, wall, floor }, wasted, perMark) {
  const radius = (tight ? 0.42 : 0.55) * unit
  const pitch = radius * 2.75
  const perRow = Math.max(1, Math.floor((wall - gate.right - unit) / pitch))
  for (let place = 0; place < Math.ceil(wasted / perMark); place += 1) {
    const row = Math.floor(place / perRow)
    const x = wall - radius * 1.5 - (place % perRow) * pitch
    drawMark(pen, palette, 'failed', x, floor - radius - row * radius * 2.5, radius)
  }
}

/** @param {Drawing} drawing @param {Road} road @param {readonly Dot[]} dots @param {number} atMs @param {number} perDot */
function drawDots(drawing, road, dots, atMs, perDot) {
  const { pen, palette } = drawing
  /** @type {[mark: import('./marks.js').Mark, x: number, y: number][]} */
  const probes = []
  for (let place = firstSince(dots, atMs - OLDEST_MS); place < dots.length; place += 1) {
    const dot = dots[place]
    if (!dot || dot.sentMs > atMs + FLY.direct) break
    // Half-open tests are never sampled away, and calls that were tried again are drawn double: a storm must look dense.
    const shown = dot.probe || dot.index % perDot === 0 || dot.attempts > 1
    const where = shown ? whereIs(dot, road, atMs, perDot, drawing.box.unit) : null
    if (!where) continue
    if (dot.probe) probes.push([where.mark, where.x, where.y])
    else drawMark(pen, palette, where.mark, where.x, where.y, road.radius)
  }
  for (const [place, [mark, x, y]] of probes.entries()) drawProbe(drawing, road, mark, x, y, place === 0)
}

/** @param {Drawing} drawing @param {Road} road @param {import('./marks.js').Mark} mark @param {number} x @param {number} y @param {boolean} named */
function drawProbe({ pen, palette, box: { unit, tight }, testWord }, { radius }, mark, x, y, named) {
  const size = radius * 1.75
  drawMark(pen, palette, mark, x, y, size)
  pen.strokeStyle = mark === 'underWay' ? palette.ink : palette[mark]
  pen.lineWidth = 0.32 * unit
  pen.beginPath()
  pen.arc(x, y, size + 0.8 * unit, 0, 7)
  pen.stroke()
  if (tight || !named || mark !== 'underWay') return
  pen.font = `700 ${2.7 * unit}px Inter, sans-serif`
  pen.textAlign = 'center'
  pen.textBaseline = 'middle'
  pen.fillStyle = palette.ink
  pen.fillText(testWord, x, y + size + 3.1 * unit)
}

/**
 * Where a dot is, or null where it is not to be seen.
 * @param {Dot} dot
 * @param {Road} road
 * @param {number} atMs
 * @param {number} perDot
 * @param {number} unit
 * @returns {{ mark: import('./marks.js').Mark, x: number, y: number } | null}
 */
function whereIs(dot, road, atMs, perDot, unit) {
  const { start, wall, gate, guarded, outY, backY, jitter, radius, floor } = road
  // Tests that left together follow one another, or they would cover each other.
  const age = atMs - dot.sentMs - (dot.probe ? (dot.index % PROBES) * PROBE_GAP_MS : 0)
  const size = dot.probe ? radius * 3 : radius
  const row = ((ROWS[Math.floor(dot.attempts > 1 ? dot.index : dot.index / perDot) % ROWS.length] ?? 1) - 1) * jitter
  const [leaving, coming] = dot.probe ? [outY, backY] : [outY + row, backY + row]
  const lead = guarded ? FLY.toGate : FLY.direct
  if (age < -lead) return null
  if (age < 0 && guarded) return { mark: 'underWay', x: mix(start, gate.left - radius, 1 + age / lead), y: leaving }
  if (guarded && dot.attempts === 0 && dot.tookMs >= 0) {
    const way = age / FLY.bounce
    if (way >= 1) return null
    const y = mix(leaving, coming, way * 3)
    return { mark: markOf(dot.outcome), x: mix(gate.left - radius, start, 1 - (1 - way) ** 2), y }
  }
  if (age < TO_CATALOG_MS) {
    if (!guarded)
      return { mark: 'underWay', x: mix(start, wall - radius, (age + lead) / (TO_CATALOG_MS + lead)), y: leaving }
    if (age < FLY.inGate) return null
    return { mark: 'underWay', x: mix(gate.right + radius, wall - size, (age - FLY.inGate) / FLY.toWall), y: leaving }
  }
  const landed = dot.tookMs < 0 ? Number.POSITIVE_INFINITY : Math.max(dot.tookMs, TO_CATALOG_MS)
  const after = age - landed
  if (after < 0)
    return { mark: 'underWay', x: wall - size - (dot.probe ? 0 : scatter(dot.index + 5) * 15 * unit), y: leaving }
  if (dot.outcome === DOT.failed) {
    const way = after / FLY.fall
    if (way >= 1) return null
    const x = wall - size - (1 + scatter(dot.index + 3) * 9) * unit * way
    return { mark: 'failed', x, y: mix(leaving, floor - radius, way * way) }
  }
  const way = after / FLY.back
  if (way >= 1 || dot.outcome === DOT.other) return null
  const x = mix(wall - size, start, way)
  if (guarded && x < gate.right + radius && x > gate.left - radius) return null
  return { mark: markOf(dot.outcome), x, y: mix(leaving, coming, way * 8) }
}

/** @param {number} from @param {number} to @param {number} way */
function mix(from, to, way) {
  return from + (to - from) * Math.min(1, Math.max(0, way))
}

/** A number from 0 to 1 that is always the same for a request. @param {number} index */
function scatter(index) {
  const value = Math.sin(index * 127.1) * 43758.5453
  return value - Math.floor(value)
}
