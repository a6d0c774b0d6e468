/** What commands write: results and files, how text looks, and a bar for what lasts. */

import { writeFile } from 'node:fs/promises'
import { Chalk, type ColorSupportLevel, supportsColor } from 'chalk'
import type { Counts } from '../server/runs/counters.ts'
import { type Io, usageError } from './io.ts'
import { oneLine } from './report/format.ts'
import { colours, type Look, plain } from './report/look.ts'
import type { Result } from './report/result.ts'
import { type GoodputCell, goodputStrip } from './report/text/strip.ts'
import { renderText } from './report/text/text.ts'
import type { Language } from './report/verdict/words.ts'
import { english, wordsIn } from './report/verdict/words.ts'

/** What the options of a command say about its output. */
export interface OutputOptions {
  readonly json?: boolean
  readonly ascii?: boolean
  /** False for `--no-color`. */
  readonly color: boolean
  readonly lang?: Language
}

const MAX_WIDTH = 120

/** The look of standard output. */
export function lookOf(io: Io, options: OutputOptions): Look {
  const { stdout, env } = io
  const level = colourLevel(env, stdout.isTTY, options.color)
  return {
    width: Math.min(MAX_WIDTH, Math.max(40, stdout.columns)),
    ascii: options.ascii === true || env.TERM === 'dumb',
    palette: level > 0 ? colours(new Chalk({ level })) : plain,
    words: options.lang === undefined ? english : wordsIn(options.lang),
  }
}

/**
 * How many colours an output has: 0 none, 1 sixteen, 2 and 3 more. Those of a terminal that can show them, but for
 * `--no-color`, NO_COLOR (no-color.org), and FORCE_COLOR, which says how many there are: 0 or false for none, wherever it goes.
 */
export function colourLevel(env: Io['env'], isTTY: boolean, wanted: boolean): ColorSupportLevel {
  if (!wanted || env.NO_COLOR) return 0
  const forced = env.FORCE_COLOR
  if (forced === '0' || forced === 'false') return 0
  if (forced === '2' || forced === '3') return forced === '2' ? 2 : 3
  if (forced !== undefined) return 1
  if (!isTTY || env.TERM === 'dumb') return 0
  return supportsColor ? supportsColor.level : 1
}

/** Writes a result to standard output: one JSON document, or the whole report as text. */
export function printResult(io: Io, options: OutputOptions, result: Result): void {
  io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : renderText(result, lookOf(io, options)))
}

/**
 * Writes what a command made to standard output, or into the file that `-o` names.
 * @throws {UserError} with code 2 for a file that cannot be written
 */
export async function writeOutput(io: Io, path: string | undefined, text: string): Promise<void> {
  if (path === undefined || path === '-') {
    io.stdout.write(text)
    return
  }
  await writeFile(path, text).catch(error => {
    throw usageError(`${path} cannot be written (${(error as { code?: string }).code ?? String(error)}).`)
  })
  io.stderr.write(`Written to ${path}\n`)
}

/**
 * The format that the ending of a file's name asks for; undefined where it has none.
 * @throws {UserError} with code 2 for an ending that stands for no format
 */
export function formatOfFile<F>(path: string | undefined, endings: Readonly<Record<string, F>>): F | undefined {
  const ending = path === undefined ? undefined : /\.(\w+)$/.exec(path)?.[1]?.toLowerCase()
  if (ending === undefined) return undefined
  if (Object.hasOwn(endings, ending)) return endings[ending]
  const known = Object.keys(endings).map(each => `.${each}`)
  throw usageError(`.${ending} is no format: end ${path} in ${known.join(', ')}, or add --format.`)
}

const BAR_WIDTH = 30
/** What lasts no longer needs no bar, in milliseconds. */
const PATIENCE_MS = 1_000
/** Names of arms and their figures, in columns beside the strips. */
const MAX_NAME = 16
const FIGURES_WIDTH = 30

/** What an arm came to since the start. */
export type ArmProgress = Readonly<Counts> & { readonly name: string }

export interface Progress {
  /**
   * Draws how far it is, and how long the rest will take at the pace so far.
   * @param share 0 to 1
   * @param arms what each came to since the start; each gets a line with its useful answers over time
   */
  show(share: number, arms?: readonly ArmProgress[]): void
  end(): void
}

/** A bar with `label` before it, drawn in ASCII where `ascii` is set; nothing where standard error is no terminal. */
export function progressBar(io: Io, label: string, ascii: boolean): Progress {
  const { stderr, clock, env } = io
  const startedAt = clock.now()
  const strips = new Map<number, LiveStrip>()
  let height = 0
  const erase = () => {
    if (height > 0) stderr.write(`\r${height > 1 ? `\u001b[${height - 1}A` : ''}\u001b[J`)
    height = 0
  }
  return {
    show(share, arms = []) {
      if (!stderr.isTTY || env.TERM === 'dumb') return
      const look = { ...lookOf(io, { ascii, color: true }), width: stderr.columns }
      const stripLines = arms.map((arm, index) => {
        const strip = strips.get(index) ?? new LiveStrip()
        strips.set(index, strip)
        return strip.line(arm, share, look)
      })
      const elapsedMs = clock.now() - startedAt
      if (elapsedMs < PATIENCE_MS) return
      const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH)
      const [on, off] = ascii ? ['#', '.'] : ['█', '░']
      const percent = `${Math.floor(share * 100)}`.padStart(3)
      const bar = `${label} ${on.repeat(full)}${off.repeat(BAR_WIDTH - full)} ${percent} %${timeLeft(share, elapsedMs)}`
      erase()
      const lines = [bar, ...stripLines].slice(0, MAX_LIVE_LINES)
      stderr.write(lines.join('\n'))
      height = lines.length
    },
    end: erase,
  }
}

/** More lines than these would scroll a small terminal. */
const MAX_LIVE_LINES = 12

/** Says nothing before a twentieth is done: the pace is not known yet. */
function timeLeft(share: number, elapsedMs: number): string {
  if (share < 0.05) return ''
  const seconds = Math.ceil((elapsedMs * (1 - Math.min(1, share))) / share / 1_000)
  if (seconds >= 60) return `, about ${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')} min left`
  return `, about ${seconds} s left`
}

/** The line of an arm: which share was useful in each part of the run, and what it comes to. */
class LiveStrip {
  readonly #cells: GoodputCell[] = []
  #before: ArmProgress | null = null

  line(arm: ArmProgress, share: number, look: Look): string {
    const columns = Math.max(10, look.width - MAX_NAME - FIGURES_WIDTH - 4)
    const column = Math.min(columns - 1, Math.floor(share * columns))
    const since = {
      useful: usefulOf(arm) - usefulOf(this.#before),
      failed: arm.failed - (this.#before?.failed ?? 0),
      refused: arm.shortCircuited - (this.#before?.shortCircuited ?? 0),
    }
    const cell = this.#cells[column]
    for (const key of ['useful', 'failed', 'refused'] as const) if (cell) cell[key] += since[key]
    // Where several columns went by since the last step, all of them show what it found.
    while (this.#cells.length <= column) this.#cells.push({ ...since })
    this.#before = { ...arm }
    const all = usefulOf(arm) + arm.failed + arm.shortCircuited
    const useful = all === 0 ? '-' : `${Math.round((100 * usefulOf(arm)) / all)} %`
    const name = oneLine(arm.name)
    const shown = name.length > MAX_NAME ? `${name.slice(0, MAX_NAME - 2)}..` : name.padEnd(MAX_NAME)
    const strip = goodputStrip(this.#cells.slice(0, columns), look)
    return `  ${shown} ${strip}${' '.repeat(columns - Math.min(columns, this.#cells.length))} ${useful.padStart(5)} useful, ${arm.wasted} wasted`
  }
}

function usefulOf(arm: ArmProgress | null): number {
  return arm ? arm.success + arm.fromCache : 0
}
