/** What `chaos sweep` takes. */

import type { Define } from '../commands/command.ts'
import { addCircuitOptions } from '../options/circuit.ts'
import { loadOptions, outputOptions, targetOptions } from '../options/common.ts'
import { troubleOptions } from '../options/conditions.ts'
import { scheduleOptions } from '../options/schedule.ts'
import { sweepOptions, USUAL_LOAD } from '../options/sweep.ts'
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
