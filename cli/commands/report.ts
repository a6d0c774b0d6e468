/** `chaos report`: writes a kept run in any format, to the terminal or into a file. */

import { EXIT, type Io } from '../io.ts'
import { type Format, renderReport } from '../report/formats.ts'
import { lookOf } from './look.ts'
import { openShelf } from './open-library.ts'
import { formatOfFile, writeOutput } from './output-file.ts'
import type { RunsOptions } from './runs.ts'

export interface ReportOptions extends RunsOptions {
  readonly format?: Format
  readonly output?: string
}

/** The endings of file names that say which format is meant. */
const ENDINGS: Readonly<Record<string, Format>> = {
  txt: 'text',
  json: 'json',
  csv: 'csv',
  md: 'md',
  html: 'html',
  htm: 'html',
  js: 'k6',
}

export async function report(io: Io, name: string, options: ReportOptions, named: boolean): Promise<number> {
  const { format = formatOfFile(options.output, ENDINGS) ?? 'text', output } = options
  const { result } = await (await openShelf(io, options, named)).open(name)
  const look = lookOf(io, output === undefined ? options : { ...options, color: false })
  await writeOutput(io, output, renderReport(result, format, look))
  return EXIT.ok
}
