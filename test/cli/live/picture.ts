/** Draws the picture of the README: the screen of the story as a terminal shows it, as SVG. `node --import tsx test/cli/live/picture.ts` */

import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { IBufferCell } from '@xterm/headless'
import { ENTER, patch } from '../../../cli/live/terminal.ts'
import { render } from '../../../cli/live/view.ts'
import { Screen } from './screen.ts'
import { story } from './story.ts'

const WIDTH = 80
const HEIGHT = 24
/** A cell in pixels, and the frame around the screen. */
const CELL = { width: 9, height: 18 }
const FRAME = 14

const BACKGROUND = '#14181d'
const TEXT = '#d8dee9'
/** The colours of the terminal's theme by their numbers: told justified by the colour-blind too. */
const THEME: Readonly<Record<number, string>> = { 1: '#E8702A', 3: '#F0E442', 5: '#CC79A7', 6: '#56B4E9' }
/** Block elements as the part of the cell that they fill from below. */
const BLOCKS = ' ▁▂▃▄▅▆▇█'

interface Run {
  readonly column: number
  readonly look: string
  text: string
}

/** The picture of a screen. */
export function svgOf(screen: Screen): string {
  const width = WIDTH * CELL.width + 2 * FRAME
  const height = HEIGHT * CELL.height + 2 * FRAME
  const body = screen.rows().flatMap((cells, row) => [...blocks(cells, row), ...texts(cells, row)])
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" width="${width}" height="${height}" role="img" aria-labelledby="title">`,
    '<title id="title">chaos live: a breaker and the same requests without one, during coin flips at 30 % and an outage</title>',
    `<rect width="${width}" height="${height}" rx="8" fill="${BACKGROUND}"/>`,
    `<g font-family="ui-monospace, 'DejaVu Sans Mono', Menlo, Consolas, monospace" font-size="15" xml:space="preserve">`,
    ...body,
    '</g>',
    '</svg>',
    '',
  ].join('\n')
}

/** Bars are drawn, not toAnsi: fonts disagree about their edges. Neighbours of one height are one rectangle. */
function blocks(cells: readonly IBufferCell[], row: number): string[] {
  const runs = runsOf(cells, glyph => (glyph !== ' ' && BLOCKS.includes(glyph)) || glyph === '░' || glyph === '─')
  return runs.map(({ column, look, text }) => {
    const glyph = text.charAt(0)
    const eighths = glyph === '░' ? 8 : glyph === '─' ? 0.6 : BLOCKS.indexOf(glyph)
    const tall = (eighths / 8) * CELL.height
    const bottom = glyph === '─' ? 0.5 * CELL.height + tall / 2 : CELL.height
    const x = FRAME + column * CELL.width
    const y = FRAME + row * CELL.height + bottom - tall
    const faint = glyph === '░' ? ' opacity="0.25"' : ''
    return `<rect x="${x}" y="${round(y)}" width="${text.length * CELL.width}" height="${round(tall)}" ${look}${faint}/>`
  })
}

function texts(cells: readonly IBufferCell[], row: number): string[] {
  const runs = runsOf(cells, glyph => glyph.trim() !== '' && !BLOCKS.includes(glyph) && glyph !== '░' && glyph !== '─')
  return runs.map(({ column, look, text }) => {
    const x = FRAME + column * CELL.width
    const y = FRAME + row * CELL.height + 0.74 * CELL.height
    const length = [...text].length * CELL.width
    return `<text x="${x}" y="${round(y)}" textLength="${length}" lengthAdjust="spacingAndGlyphs" ${look}>${escaped(text)}</text>`
  })
}

/** Neighbours that look alike; bars only where their glyph is the same too. */
function runsOf(cells: readonly IBufferCell[], wanted: (glyph: string) => boolean): Run[] {
  const runs: Run[] = []
  cells.forEach((cell, column) => {
    const glyph = cell.getChars() || ' '
    if (!wanted(glyph)) return
    const look = lookOf(cell)
    const last = runs.at(-1)
    const touches = last && last.column + [...last.text].length === column && last.look === look
    const alike = touches && (!isDrawn(glyph) || last.text.charAt(0) === glyph)
    if (last && alike) last.text += glyph
    else runs.push({ column, look, text: glyph })
  })
  return runs
}

function isDrawn(glyph: string): boolean {
  return BLOCKS.includes(glyph) || glyph === '░' || glyph === '─'
}

function lookOf(cell: IBufferCell): string {
  const fill = cell.isFgDefault() ? TEXT : (THEME[cell.getFgColor()] ?? TEXT)
  return `fill="${fill}"${cell.isBold() ? ' font-weight="bold"' : ''}${cell.isDim() ? ' fill-opacity="0.6"' : ''}`
}

function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
}

function round(value: number): number {
  return Math.round(value * 100) / 100
}

const screen = new Screen(WIDTH, HEIGHT)
await screen.write(
  ENTER + patch(null, render(story(26_000), { width: WIDTH, height: HEIGHT, colour: true, ascii: false })),
)
const folder = join(import.meta.dirname, '../../../data/pictures')
mkdirSync(folder, { recursive: true })
writeFileSync(join(folder, 'live.svg'), svgOf(screen))
