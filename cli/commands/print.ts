/** Prints the result of a run: one JSON document, or the whole report as text. */

import type { Io } from '../io.ts'
import { renderReport } from '../report/formats.ts'
import type { Result } from '../report/result.ts'
import { lookOf } from './look.ts'
import type { OutputOptions } from './options.ts'

/** Writes the result to standard output. */
export function printResult(io: Io, options: OutputOptions, result: Result): void {
  io.stdout.write(renderReport(result, options.json ? 'json' : 'text', lookOf(io, options)))
}
