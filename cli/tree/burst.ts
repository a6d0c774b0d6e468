/** What `chaos burst` takes. */

import type { Define } from '../commands/command.ts'
import { keepOption } from '../experiment/keep.ts'
import { storeOption } from '../experiment/redis.ts'
import { addCircuitOptions } from '../options/circuit.ts'
import { loadOptions, outputOptions, sessionOption, targetOptions } from '../options/common.ts'
import { conditionOptions } from '../options/conditions.ts'
import { requestOptions } from '../options/request.ts'
import { scheduleOptions } from '../options/schedule.ts'
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
