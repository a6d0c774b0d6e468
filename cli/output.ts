/** What commands write: results and files, how text looks, and a bar for what lasts. */

import { writeFile } from 'node:fs/promises'
import { Chalk, type ColorSupportLevel, supportsColor } from 'chalk'
import { type Io, usageError } from './io.ts'
import { colours, type Look, plain } from './report/look.ts'
import type { Result } from './report/result.ts'
import { renderText } from './report/text/text.ts'

/** What the options of a command say about its output. */
export interface OutputOptions {
  readonly json?: boolean
  readonly ascii?: boolean
  /** False for `--no-color`. */
  readonly color: boolean
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
const PATIENCE_MS = 1_000
const ERASE_LINE = '\r\u001b[2K'

export interface Progress {
  /** `share` is 0 to 1. */
  show(share: number): void
  end(): void
}

/** A bar with `label` before it, drawn in ASCII where `ascii` is set. */
export function progressBar({ stderr, clock, env }: Io, label: string, ascii: boolean): Progress {
  const startedAt = clock.now()
  let shown = false
  return {
    show(share) {
      if (!stderr.isTTY || env.TERM === 'dumb' || clock.now() - startedAt < PATIENCE_MS) return
      const full = Math.round(Math.min(1, Math.max(0, share)) * BAR_WIDTH)
      const [on, off] = ascii ? ['#', '.'] : ['█', '░']
      const percent = `${Math.floor(share * 100)}`.padStart(3)
      stderr.write(`${ERASE_LINE}${label} ${on.repeat(full)}${off.repeat(BAR_WIDTH - full)} ${percent} %`)
      shown = true
    },
    end() {
      if (shown) stderr.write(ERASE_LINE)
      shown = false
    },
  }
}
