/** `chaos sweep`: the same load through many settings of the breaker, one after the other, and which of them nothing beats. */

import { addCircuitOptions } from '../options/circuit.ts'
import { loadOptions, outputOptions, sessionOption, targetOptions } from '../options/common.ts'
import { troubleOptions } from '../options/conditions.ts'
import { scheduleOptions } from '../options/schedule.ts'
import { DEFAULT_LOAD, sweepOptions } from '../options/sweep.ts'
import { type Define, isNamed, typedOptions } from './command.ts'

export const define: Define = (command, run, env) => {
  targetOptions(command, env, 'a server that is started for it')
  sweepOptions(sessionOption(command, env, 'the session whose settings the runs begin with'))
  scheduleOptions(loadOptions(command, DEFAULT_LOAD.requests, DEFAULT_LOAD.concurrency))
  addCircuitOptions(outputOptions(troubleOptions(command)))
  command.addHelpText(
    'after',
    '\nOn a server that is started for it everything fails from 1s to 4s, unless you\nsay what goes wrong.',
  )
  command.action(options =>
    run(async io => {
      const { sweep } = await import('./run-sweep.ts')
      return sweep(io, options, typedOptions(command), isNamed(command, env))
    }),
  )
}
