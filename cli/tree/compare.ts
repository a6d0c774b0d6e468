/** What `chaos compare` takes. */

import { Option } from 'commander'
import type { Define } from '../commands/command.ts'
import { keepOption } from '../experiment/keep.ts'
import { storeOption } from '../experiment/redis.ts'
import { addCircuitOptions } from '../options/circuit.ts'
import { loadOptions, outputOptions, targetOptions, wholeNumber } from '../options/common.ts'
import { conditionOptions } from '../options/conditions.ts'
import { requestOptions } from '../options/request.ts'
import { scheduleOptions } from '../options/schedule.ts'
import { armHelp, expectHelp } from './glossary.ts'

export const define: Define = (command, run, env) => {
  command
    .option('--arms <list>', 'arms with commas between them, such as none,retry+breaker', 'none,breaker')
    .option('--one-by-one', 'one arm after the other instead of all at once')
    .addOption(
      new Option('--repeat <count>', 'run it so many times, each with a seed of its own, and show the spread')
        .argParser(wholeNumber(1, 100))
        .default(1),
    )
  scheduleOptions(loadOptions(targetOptions(command, env), 300, 10))
  keepOption(storeOption(addCircuitOptions(outputOptions(conditionOptions(requestOptions(command))))))
  command.addHelpText('after', armHelp()).addHelpText('after', expectHelp())
  command.action((url, options) => {
    const typed = (name: string) => command.getOptionValueSource(name) === 'cli'
    return run(async io => (await import('../commands/compare.ts')).compare(io, url, options, typed))
  })
}
