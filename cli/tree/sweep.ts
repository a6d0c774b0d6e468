/** What `chaos sweep` takes. */

import { addCircuitOptions } from '../commands/circuit-options.ts'
import { troubleOptions } from '../commands/condition-options.ts'
import { loadOptions, outputOptions, targetOptions } from '../commands/options.ts'
import { scheduleOptions } from '../commands/schedule-options.ts'
import { sweepOptions, USUAL_LOAD } from '../commands/sweep-options.ts'
import type { Define } from './define.ts'
import { isNamed } from './named.ts'

export const define: Define = (command, run, env) => {
  sweepOptions(targetOptions(command, env, 'a server that is started for it'))
  scheduleOptions(loadOptions(command, USUAL_LOAD.requests, USUAL_LOAD.concurrency))
  addCircuitOptions(outputOptions(troubleOptions(command)))
  command.addHelpText(
    'after',
    '\nOn a server that is started for it everything fails from 1s to 4s, unless you\nsay what goes wrong.',
  )
  command.action(options => {
    const typed = (name: string) => command.getOptionValueSource(name) === 'cli'
    return run(async io => (await import('../commands/sweep.ts')).sweep(io, options, typed, isNamed(command, env)))
  })
}
