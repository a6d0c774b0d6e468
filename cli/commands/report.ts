/** `chaos report`: writes a kept run in any format, to the terminal or into a file. */

import { Option } from 'commander'
import { EXIT, type Io } from '../io.ts'
import { lookOptions, type TargetOptions, targetOptions } from '../options/common.ts'
import type { OutputOptions } from '../output.ts'
import { FORMATS, type Format, rendererOf } from '../report/formats.ts'
import { type Define, isNamed, openLibrary } from './command.ts'

interface ReportOptions extends TargetOptions, OutputOptions {
  readonly format?: Format
  readonly output?: string
}

export const define: Define = (command, run, env) => {
  lookOptions(targetOptions(command, env))
    .argument('[run]', 'an id or the beginning of one, last, last~1, or a file', 'last')
    .addOption(new Option('--format <name>', 'default: what the ending of the file says, or text').choices(FORMATS))
    .option('-o, --output <file>', 'write it there instead of printing it')
    .action((name, options) => run(io => report(io, name, options, isNamed(command, env))))
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
  py: 'locust',
}

async function report(io: Io, name: string, options: ReportOptions, named: boolean): Promise<number> {
  const { formatOfFile, lookOf, writeOutput } = await import('../output.ts')
  const { format = formatOfFile(options.output, ENDINGS) ?? 'text', output } = options
  const { result } = await (await openLibrary(io, options, named)).open(name)
  const look = lookOf(io, output === undefined ? options : { ...options, color: false })
  const render = await rendererOf(format)
  await writeOutput(io, output, render(result, look))
  return EXIT.ok
}
