/** Prints the result of a run: one JSON document, or the whole report as text. */

import type { Io } from '../io.ts'
import type { Result } from '../report/result.ts'
import { renderText } from '../report/text.ts'
import { lookOf } from './look.ts'
import type { OutputOptions } from './options.ts'

/** Writes the result to standard output. */
export function printResult(io: Io, options: OutputOptions, result: Result): void {
  if (options.json) {
    io.stdout.write(`${JSON.stringify(result)}\n`)
    return
  }
  io.stdout.write(renderText(result, lookOf(io, options)))
}
