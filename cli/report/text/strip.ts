/** The strip: goodput and breaker states of every arm on one time axis, with the known trouble marked. */

import { oneLine } from '../format.ts'
import type { Look, Tone } from '../look.ts'
import type { ArmResult, RunEvent, Unjudged } from '../result.ts'
import { type Cell, cellsOf, seriesSpanMs, TIME_STEPS_S } from '../stats/bins.ts'
import { knownTrouble, QUARTER_MS } from '../stats/recovery.ts'
import { troubleName, unplannedEvents } from '../verdict/words.ts'
import { type Piece, wrapPieces } from '../wrap.ts'

type State = ArmResult['states'][number]['state']

const INDENT = 2
/** A name longer than this gets a line of its own, above its goodput. */
const MAX_LABEL = 16
const BLOCKS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█']
const STATES: Readonly<Record<State, { readonly glyph: string; readonly ascii: string; readonly tone: Tone }>> = {
  closed: { glyph: '─', ascii: '-', tone: 'quiet' },
  open: { glyph: 'O', ascii: 'O', tone: 'refused' },
  'half-open': { glyph: 'H', ascii: 'H', tone: 'cached' },
  'forced-open': { glyph: 'X', ascii: 'X', tone: 'refused' },
  disabled: { glyph: '·', ascii: '.', tone: 'quiet' },
}

/** The shortest run that a time axis says anything about, in milliseconds. */
const WORTH_A_STRIP_MS = 1_000

/**
 * Text of the strip, without a newline at its end; empty for a run of less than a second. A column of goodput is the
 * useful share of the requests that ended in it; one without any useful answer shows what there was instead.
 */
export function renderStrip(result: Unjudged, look: Look): string {
  const { arms } = result
  const { words } = look
  const trouble = knownTrouble(result)
  const events = unplannedEvents(result)
  const spanMs = seriesSpanMs(arms)
  if (spanMs < WORTH_A_STRIP_MS) return ''
  const labels = [
    words('strip.trouble'),
    ...(events.length > 0 ? [words('strip.events')] : []),
    ...arms.map(arm => oneLine(arm.name)),
  ]
    .map(label => label.length)
    .filter(isShort)
  const labelWidth = Math.max(...labels)
  const available = Math.max(10, look.width - INDENT - labelWidth - 2)
  const stepMs = columnMs(spanMs, available)
  const columns = Math.ceil(spanMs / stepMs)
  const line = (label: string, text: string) => `${' '.repeat(INDENT)}${label.padEnd(labelWidth)}  ${text}`.trimEnd()

  const lines = arms.flatMap((arm, index) => {
    const cells = cellsOf(arm, columns, stepMs)
    const states = cells.map(cell => stateMark(cell.state, look.ascii))
    const name = oneLine(arm.name)
    const long = !isShort(name.length)
    return [
      ...(index > 0 ? [''] : []),
      ...(long ? [`${' '.repeat(INDENT)}${shorten(name, look.width - INDENT)}`] : []),
      line(long ? '' : name, goodputStrip(cells, look)),
      ...(arm.states.length > 0 ? [line('', painted(states, look))] : []),
    ]
  })
  const marks =
    trouble.length === 0
      ? []
      : [line(words('strip.trouble'), look.palette.paint('failed', troubleLine(trouble, columns, stepMs, look)))]
  return [
    ...lines,
    ...marks,
    ...(events.length === 0
      ? []
      : [line(words('strip.events'), look.palette.paint('cached', eventsLine(events, columns, stepMs, look.ascii)))]),
    line('', look.palette.paint('quiet', axis(columns, stepMs, look.ascii))),
    ...legend(result, look),
  ].join('\n')
}

/** Milliseconds of a column: a quarter second, several of them, or a whole part of one. */
function columnMs(spanMs: number, available: number): number {
  const quarters = Math.ceil(spanMs / QUARTER_MS)
  if (quarters > available) return QUARTER_MS * Math.ceil(quarters / available)
  return QUARTER_MS / Math.min(5, Math.floor(available / quarters))
}

/** A glyph and the paint for it; neighbours of the same paint are painted in one go. */
interface Mark {
  readonly glyph: string
  readonly below: Tone
  readonly above?: Tone
}

function painted(marks: readonly Mark[], { palette }: Look): string {
  const spells: { below: Tone; above: Tone | undefined; text: string }[] = []
  for (const { glyph, below, above } of marks) {
    const last = spells.at(-1)
    if (last && last.below === below && last.above === above) last.text += glyph
    else spells.push({ below, above, text: glyph })
  }
  return spells
    .map(({ below, above, text }) => (above ? palette.stack(below, above, text) : palette.paint(below, text)))
    .join('')
}

/** How many requests ended in a part of a run, and how. */
export type GoodputCell = { -readonly [Key in 'useful' | 'failed' | 'refused']: Cell[Key] }

/** One column for each cell: its useful share, or what there was instead. */
export function goodputStrip(cells: readonly GoodputCell[], look: Look): string {
  return painted(
    cells.map(cell => goodputMark(cell, look.ascii)),
    look,
  )
}

function goodputMark({ useful, failed, refused }: GoodputCell, ascii: boolean): Mark {
  const all = useful + failed + refused
  if (all === 0) return { glyph: ' ', below: 'plain' }
  const rest = failed >= refused ? 'failed' : 'refused'
  if (useful === 0 && rest === 'failed') return { glyph: ascii ? 'F' : '×', below: rest }
  if (useful === 0) return { glyph: ascii ? 'S' : '·', below: rest }
  if (useful === all) return { glyph: ascii ? '#' : '█', below: 'useful' }
  const share = useful / all
  if (ascii) return { glyph: digit(share), below: 'useful' }
  return { glyph: BLOCKS[Math.min(6, Math.max(0, Math.round(share * 8) - 1))] ?? '▁', below: 'useful', above: rest }
}

function digit(share: number): string {
  return String(Math.min(9, Math.max(1, Math.floor(share * 10))))
}

function stateMark(state: State | null, ascii: boolean): Mark {
  if (state === null) return { glyph: ' ', below: 'plain' }
  return { glyph: ascii ? STATES[state].ascii : STATES[state].glyph, below: STATES[state].tone }
}

function troubleLine(trouble: Unjudged['trouble'], columns: number, stepMs: number, { ascii, words }: Look): string {
  const cells = Array.from({ length: columns }, () => ' ')
  const put = (from: number, text: string) => {
    for (let index = 0; index < text.length; index++) cells[from + index] = text[index] ?? ' '
  }
  for (const { fromMs, toMs, what } of trouble) {
    const from = Math.max(0, Math.floor(fromMs / stepMs))
    const to = Math.min(columns, Math.max(from + 1, Math.ceil(toMs / stepMs)))
    const width = to - from
    if (width <= 0) continue
    const label = ` ${oneLine(troubleName(what, words))} `
    const bar = ascii ? '=' : '▬'
    if (label.length + 4 <= width) put(from, label.padStart(2 + label.length, bar).padEnd(width, bar))
    else put(from, bar.repeat(width))
    if (label.length + 4 > width && to + label.length <= columns) put(to, label)
  }
  return cells.join('').trimEnd()
}

/** A mark at each moment at which something happened; what is said of it stands below the strip. */
function eventsLine(events: readonly RunEvent[], columns: number, stepMs: number, ascii: boolean): string {
  const marked = new Set(events.map(({ atMs }) => Math.min(columns - 1, Math.floor(atMs / stepMs))))
  const marks = Array.from({ length: columns }, (_, column) => (marked.has(column) ? (ascii ? '^' : '▲') : ' '))
  return marks.join('').trimEnd()
}

function axis(columns: number, stepMs: number, ascii: boolean): string {
  const secondsOf = (column: number) => (column * stepMs) / 1_000
  const every = TIME_STEPS_S.find(seconds => (seconds * 1_000) / stepMs >= 9) ?? 7_200
  let text = ''
  for (let seconds = 0; seconds < secondsOf(columns); seconds += every) {
    const column = Math.round((seconds * 1_000) / stepMs)
    if (column < text.length) continue
    const label = `${ascii ? '|' : '╵'}${tickLabel(seconds)}`
    if (column + label.length <= columns || column === 0) text = text.padEnd(column) + label
  }
  return text
}

function tickLabel(seconds: number): string {
  if (seconds >= 60) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min`
  return `${seconds} s`
}

function legend({ arms }: Unjudged, { ascii, palette, width, words }: Look): string[] {
  const entry = (tone: Tone, glyph: string, text: string): Piece => ({
    text: `${palette.paint(tone, glyph)} ${text}`,
    width: glyph.length + 1 + text.length,
  })
  const met = (key: 'failed' | 'shortCircuited') => arms.some(arm => arm.outcomes[key] > 0)
  const answers = [
    heading(words('strip.answers')),
    entry('useful', ascii ? '#' : '█', words('strip.all-useful')),
    entry('useful', ascii ? '1-9' : '▄', words(ascii ? 'strip.tenths-useful' : 'strip.half-useful')),
    ...(met('failed') ? [entry('failed', ascii ? 'F' : '×', words('outcome.failed'))] : []),
    ...(met('shortCircuited') ? [entry('refused', ascii ? 'S' : '·', words('outcome.shortCircuited'))] : []),
  ]
  const seen = new Set(arms.flatMap(arm => arm.states.map(change => change.state)))
  const states = (Object.keys(STATES) as State[])
    .filter(state => seen.has(state))
    .map(state => entry(STATES[state].tone, ascii ? STATES[state].ascii : STATES[state].glyph, words(`state.${state}`)))
  const breaker = states.length === 0 ? [] : [heading(words('strip.breaker')), ...states]
  return [answers, breaker]
    .flatMap(pieces => wrapPieces(pieces, width - INDENT, '  '))
    .map(text => ' '.repeat(INDENT) + text)
}

function heading(text: string): Piece {
  return { text: `${text}:`, width: text.length + 1 }
}

function isShort(length: number): boolean {
  return length <= MAX_LABEL
}

function shorten(name: string, width: number): string {
  return name.length <= width ? name : `${name.slice(0, width - 2)}..`
}
