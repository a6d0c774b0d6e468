/** What `chaos compare` takes. */

import { Option } from 'commander'
import { addCircuitOptions } from '../commands/circuit-options.ts'
import { conditionOptions } from '../commands/condition-options.ts'
import { keepOption } from '../commands/keep.ts'
import { loadOptions, outputOptions, targetOptions, wholeNumber } from '../commands/options.ts'
import { requestOptions } from '../commands/request-options.ts'
import { scheduleOptions } from '../commands/schedule-options.ts'
import { storeOption } from '../commands/store.ts'
import type { Define } from './define.ts'
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
