/** Prints the result of a run: one JSON document, or the whole report as text. */

import { lookOf } from './commands/look.ts'
import type { Io } from './io.ts'
import type { OutputOptions } from './options/common.ts'
import type { Result } from './report/result.ts'
import { renderText } from './report/text/text.ts'

/** Writes the result to standard output. */
export function printResult(io: Io, options: OutputOptions, result: Result): void {
  if (options.json) {
    io.stdout.write(`${JSON.stringify(result)}\n`)
    return
  }
  io.stdout.write(renderText(result, lookOf(io, options)))
}
