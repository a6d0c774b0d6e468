/** What `chaos report` takes. */

import { Option } from 'commander'
import type { Define } from '../commands/command.ts'
import { lookOptions, targetOptions } from '../options/common.ts'
import { FORMATS } from '../report/format-names.ts'
import { isNamed } from './named.ts'

export const define: Define = (command, run, env) => {
  lookOptions(targetOptions(command, env))
    .argument('[run]', 'an id or the beginning of one, last, last~1, or a file', 'last')
    .addOption(new Option('--format <name>', 'default: what the ending of the file says, or text').choices(FORMATS))
    .option('-o, --output <file>', 'write it there instead of printing it')
    .action((name, options) =>
      run(async io => (await import('../commands/report.ts')).report(io, name, options, isNamed(command, env))),
    )
}
