/** What tuning found, as text: what to take, the trade-off as a chart, and the settings that came through. */

import { formatCount, formatMs, formatPercent } from '../format.ts'
import type { Look } from '../look.ts'
import type { Figure, Trial, Tuning } from '../stats/tune-result.ts'
import { numeral, type Words } from '../verdict/words.ts'
import { columnWidths, paragraph, wrapText } from '../wrap.ts'

/** A trial with the letter that stands for it in charts; empty for those that something beats. */
export interface Lettered {
  readonly letter: string
  readonly trial: Trial
}

/** Text of it, ending with a newline. */
export function renderTune(tuning: Tuning, look: Look): string {
  const { width, palette, words } = look
  const live = tuning.recommendation?.live ?? ''
  const parts = [
    paragraph(heading(tuning, words), width),
    palette.paint('strong', paragraph(advice(tuning, words), width)),
    paragraph(proof(tuning, words), width),
    chart(tuning, look),
    table(tuning, look),
    `${paragraph(words('tune.live'), width)}\n    ${live}`,
  ]
  return `${parts.filter(part => part !== '').join('\n\n')}\n`
}

/** What was looked for, in one line. */
export function heading({ title, arm, candidates, rounds, days }: Tuning, words: Words): string {
  const figures = { arm, candidates, first: rounds[0]?.days ?? days, days }
  const sentence = words(rounds.length === 0 ? 'tune.heading-all' : 'tune.heading', figures)
  return title === undefined ? sentence : `${title}. ${sentence}`
}

/** What to take, in one or two sentences. */
export function advice(tuning: Tuning, words: Words): string {
  const { recommendation, interrupted } = tuning
  if (!recommendation) return ''
  const { code, arm, best } = recommendation
  const stopped = interrupted ? [words('tune.stopped', { days: tuning.days })] : []
  const figures = (name: string, prefix: string) => {
    const trial = trialOf(tuning, name)
    return {
      [`${prefix}Useful`]: trial === undefined ? null : trial.useful.mean / 100,
      [`${prefix}Wasted`]: Math.round(trial?.wasted.mean ?? 0),
    }
  }
  const all = { arm, best, candidates: tuning.candidates, ...figures('none', 'none'), ...figures(best, 'best') }
  return [...stopped, words(`tune.${code}`, { ...all, ...figures(arm, 'arm') })].join(' ')
}

/** How sure that is. */
export function proof({ recommendation, worth, days, edgeMs, trials, references }: Tuning, words: Words): string {
  if (!recommendation) return ''
  const { gain, against, best } = recommendation
  const [low, high] = gain.ci95
  const sentence = words('tune.proof', { best, against, worth, days, mean: gain.mean, low, high })
  const isTroubled = [...trials, ...references].some(({ recovered }) => recovered > 0)
  return isTroubled ? `${sentence} ${words('tune.edges', { edgeMs })}` : sentence
}

function trialOf({ trials, references }: Tuning, name: string): Trial | undefined {
  return [...trials, ...references].find(({ arm }) => arm === name)
}

/** The candidates in their order, with letters for those that nothing beats, and what they are compared with. */
export function lettered({ trials, references }: Tuning): Lettered[] {
  let next = 0
  const letter = ({ unbeaten }: Trial) => (unbeaten ? String.fromCharCode(97 + (next++ % 26)) : '')
  const others = references.filter(({ arm }) => !trials.some(trial => trial.arm === arm))
  return [...trials.map(trial => ({ letter: letter(trial), trial })), ...others.map(trial => ({ letter: '', trial }))]
}

/** The figures of a trial as cells: useful, wasted, recovery. */
export function cellsOf({ useful, wasted, recoveryMs, recovered, days }: Trial, words: Words): string[] {
  const later = recovered === 0 ? '-' : words('tune.recovered', { recovered, days })
  const recovery = recoveryMs?.high === 0 ? words('when.at-once') : formatMs(recoveryMs?.mean ?? null)
  return [
    withSpan(useful, formatPercent, value => value.toFixed(1), words),
    withSpan(wasted, formatCount, formatCount, words),
    recoveryMs === null ? later : recovery,
  ].map(text => numeral(text, words))
}

/** `54.1 % (50.2 to 58.0)` */
function withSpan(
  { mean, low, high }: Figure,
  write: (value: number) => string,
  short: typeof write,
  words: Words,
): string {
  if (low === null || high === null) return write(mean)
  return `${write(mean)} (${words('list.range', { low: short(low), high: short(high) })})`
}

/** The headings of the table: useful, wasted, recovery, settings. */
export function headings(words: Words): string[] {
  return ['sweep.column.useful', 'sweep.column.wasted', 'sweep.column.recovery', 'tune.column'].map(code => words(code))
}

function table(tuning: Tuning, { width, palette, ascii, words }: Look): string {
  const taken = tuning.recommendation?.arm
  const isShown = ({ letter, trial }: Lettered) =>
    letter !== '' || trial.arm === taken || tuning.references.some(({ arm }) => arm === trial.arm)
  const rows = lettered(tuning).filter(isShown)
  const cells = rows.map(({ trial }) => cellsOf(trial, words))
  const [settings = '', ...figures] = headings(words).reverse()
  const columns = figures.reverse()
  const widths = columnWidths(columns, cells)
  const before = 6 + widths.reduce((sum, each) => sum + each + 2, 0)
  const line = (mark: string, letter: string, figures: readonly string[], arm: string) => {
    const aligned = figures.map((cell, column) => cell.padStart(widths[column] ?? 0)).join('  ')
    const row = `  ${mark} ${letter.padEnd(1)} ${aligned}`
    const isBeside = width - before >= MIN_BESIDE
    const indent = isBeside ? before : NAMES_BELOW
    const parts = brokenArm(arm, width - indent).map(part => ' '.repeat(indent) + part)
    if (!isBeside) return [row, ...parts]
    const [first = '', ...rest] = parts
    return [`${row}  ${first.trimStart()}`, ...rest]
  }
  const star = ascii ? '*' : '◆'
  const lines = rows.flatMap(({ letter, trial }, index) => {
    const text = line(trial.arm === taken ? star : ' ', letter, cells[index] ?? [], trial.arm)
    return text.map(part => palette.paint(trial.arm === taken ? 'strong' : trial.unbeaten ? 'plain' : 'quiet', part))
  })
  const prose = paragraph(words('tune.legend', { mark: star }), width)
  return [...line(' ', ' ', columns, settings), ...lines, '', prose].join('\n')
}

/** Settings that have less room than this beside their figures stand below them, so far from the edge. */
const MIN_BESIDE = 24
const NAMES_BELOW = 8

/** An expression in pieces of a width, broken after commas and plus signs. */
function brokenArm(arm: string, width: number): string[] {
  const lines: string[] = []
  for (const piece of piecesOf(arm)) {
    const last = lines.at(-1)
    if (last !== undefined && last.length + piece.length <= width) lines[lines.length - 1] = last + piece
    else lines.push(piece)
  }
  return lines
}

/** An expression in pieces, between which a line may be broken: each ends in a comma or a plus sign but the last. */
export function piecesOf(arm: string): readonly string[] {
  return arm.match(/[^,+]+[,+]?/g) ?? [arm]
}

const ROWS = 12
const MAX_COLUMNS = 90
const LABELS = 8

/** From a value to a place from 0 to 1 on an axis of counts, which is logarithmic: a thousand and ten are both to be seen. */
export function logPlace(value: number, max: number): number {
  return max <= 0 ? 0 : Math.log1p(Math.max(0, value)) / Math.log1p(max)
}

/** Counts for such an axis: 0, 1, 2, 5, 10 … up to the most. */
export function logTicks(max: number): number[] {
  const steps = [0]
  for (let power = 1; power <= max; power *= 10)
    steps.push(...[1, 2, 5].map(step => step * power).filter(value => value <= max))
  return steps
}

/** The shares in percent that an axis of them shows: round ones, around all of the values. */
export function shareRange(values: readonly number[]): { low: number; high: number } {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const step = high - low > 20 ? 10 : high - low > 4 ? 2 : 1
  return { low: Math.max(0, Math.floor(low / step) * step), high: Math.min(100, Math.ceil(high / step) * step || step) }
}

/** Useful answers against wasted calls: a letter for each that nothing beats, a dot for the others, a cross for none. */
function chart(tuning: Tuning, { width, ascii, palette, words }: Look): string {
  const rows = lettered(tuning)
  const columns = Math.min(MAX_COLUMNS, width - LABELS - 4)
  const max = Math.max(1, ...rows.map(({ trial }) => trial.wasted.mean))
  const { low, high } = shareRange(rows.map(({ trial }) => trial.useful.mean))
  const cells = Array.from({ length: ROWS }, () => Array.from({ length: columns }, () => ' '))
  const [dot, cross, bar, corner, line] = ascii ? ['.', 'X', '|', '+', '-'] : ['·', '×', '│', '└', '─']
  // What matters most is drawn last.
  for (const { letter, trial } of [...rows].reverse()) {
    const row = Math.round((ROWS - 1) * (1 - (trial.useful.mean - low) / Math.max(1e-9, high - low)))
    const column = Math.round((columns - 1) * logPlace(trial.wasted.mean, max))
    const mark = trial.arm === 'none' ? cross : letter || dot
    const cell = cells[row]
    if (cell && (mark !== dot || cell[column] === ' ')) cell[column] = mark
  }
  const label = (row: number) => {
    const share = high - ((high - low) * row) / (ROWS - 1)
    return row === 0 || row === ROWS - 1 || row === Math.floor(ROWS / 2) ? numeral(`${share.toFixed(1)} %`, words) : ''
  }
  const plot = cells.map((cell, row) => `  ${label(row).padStart(LABELS)}${bar}${cell.join('')}`.trimEnd())
  const axis = Array.from({ length: columns + LABELS }, () => ' ')
  let free = 0
  for (const tick of logTicks(max)) {
    const text = numeral(formatCount(tick), words)
    const at = Math.min(columns - text.length, Math.round((columns - 1) * logPlace(tick, max)))
    if (at < free) continue
    text.split('').forEach((letter, index) => {
      axis[at + index] = letter
    })
    free = at + text.length + 1
  }
  const under = `  ${' '.repeat(LABELS)}${corner}${line.repeat(columns)}`
  const [title = ''] = wrapText(words('tune.axes', { cross }), width - 2)
  return [
    palette.paint('quiet', `  ${title}`),
    ...plot,
    under,
    `  ${' '.repeat(LABELS + 1)}${axis.join('').trimEnd()}`,
  ].join('\n')
}
