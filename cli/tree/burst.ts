/** What `chaos burst` takes. */

import { addCircuitOptions } from '../commands/circuit-options.ts'
import { conditionOptions } from '../commands/condition-options.ts'
import { keepOption } from '../commands/keep.ts'
import { loadOptions, outputOptions, sessionOption, targetOptions } from '../commands/options.ts'
import { requestOptions } from '../commands/request-options.ts'
import { scheduleOptions } from '../commands/schedule-options.ts'
import { storeOption } from '../commands/store.ts'
import type { Define } from './define.ts'
import { armHelp, expectHelp } from './glossary.ts'

export const define: Define = (command, run, env) => {
  command
    .option('--breaker', 'put a circuit breaker in front of the calls')
    .option('--arm <expression>', 'what to put in front of the calls, such as retry+breaker')
  sessionOption(targetOptions(command, env), env)
  scheduleOptions(loadOptions(command, 100, 100))
  keepOption(storeOption(addCircuitOptions(outputOptions(conditionOptions(requestOptions(command))))))
  command.addHelpText('after', armHelp()).addHelpText('after', expectHelp())
  command.action((url, options) => {
    const typed = (name: string) => command.getOptionValueSource(name) === 'cli'
    return run(async io => (await import('../commands/burst.ts')).burst(io, url, options, typed))
  })
}
