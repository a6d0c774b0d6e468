/** Prints the result of a run: one JSON document, or the table, the strip and the verdict. */

import { formatDuration } from '../../server/units.ts'
import type { Io } from '../io.ts'
import type { Look } from '../report/look.ts'
import type { Result } from '../report/result.ts'
import { renderStrip } from '../report/strip.ts'
import { renderTable } from '../report/table.ts'
import { lookOf } from './look.ts'
import type { OutputOptions } from './options.ts'

/** Writes the result to standard output. */
export function printResult(io: Io, options: OutputOptions, result: Result): void {
  io.stdout.write(options.json ? `${JSON.stringify(result)}\n` : `${textOf(result, lookOf(io, options))}\n`)
}

/** The whole result as text, without a newline at its end. */
export function textOf(result: Result, look: Look): string {
  const { verdict, interrupted, load } = result
  const parts = [
    heading(result, look.width),
    renderTable(result, look),
    renderStrip(result, look),
    load.late === 0 ? '' : `  ${lateNote(result)}`,
    interrupted ? '  Interrupted: these are the requests that had left by then.' : '',
    [verdict.text, verdict.hint]
      .filter(text => text !== '')
      .map(text => wrap(text, look.width))
      .join('\n'),
  ]
  return parts.filter(part => part !== '').join('\n\n')
}

function heading({ title, load, seed, target, arms }: Result, width: number): string {
  const { requests, concurrency, everyMs } = load
  const batches = concurrency >= requests ? 'all at once' : `${concurrency} at once every ${formatDuration(everyMs)}`
  const many = arms.length === 1 ? '' : ' through each arm'
  const what = `${requests} requests${many}, ${batches}, at ${target} (seed ${seed})`
  return [...(title === undefined ? [] : [title]), what].map(line => wrap(line, width, '')).join('\n')
}

function lateNote({ load }: Result): string {
  return `${load.late} requests left more than 10 ms late (at most ${Math.round(load.lagMs.max)} ms): this machine was at its limit.`
}

/** Breaks a text into lines of at most `width` columns. */
export function wrap(text: string, width: number, indent = '  '): string {
  const lines: string[] = []
  let line = ''
  for (const word of text.split(/\s+/)) {
    if (line !== '' && indent.length + line.length + 1 + word.length > width) {
      lines.push(indent + line)
      line = word
    } else line = line === '' ? word : `${line} ${word}`
  }
  return [...lines, indent + line].join('\n')
}
