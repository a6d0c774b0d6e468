/** `chaos tune`: which settings of a breaker are worth most on other days, looked for in virtual time. */

import { armHelp } from '../options/arms.ts'
import { loadOptions, outputOptions } from '../options/common.ts'
import { troubleOptions } from '../options/conditions.ts'
import { headOptions } from '../options/request.ts'
import { scheduleOptions } from '../options/schedule.ts'
import { DEFAULT_LOAD } from '../options/sweep.ts'
import { tuneOptions } from '../options/tune.ts'
import { type Define, typedOptions } from './command.ts'

export const define: Define = (command, run) => {
  command.argument('[run]', 'a kept run, whose load and conditions are taken: an id, last, last~1, or a file')
  tuneOptions(command)
  scheduleOptions(loadOptions(command, DEFAULT_LOAD.requests, DEFAULT_LOAD.concurrency))
  headOptions(command, 'GET or HEAD')
  outputOptions(troubleOptions(command))
  command.addHelpText(
    'after',
    '\nEverything fails from 1s to 4s, unless you say what goes wrong. The edges of\noutages and scenarios differ from day to day by up to half a second.',
  )
  command.addHelpText('after', armHelp())
  command.action((name: string | undefined, options) =>
    run(async io => {
      const { runTune } = await import('./run-tune.ts')
      return runTune(io, options, name, typedOptions(command))
    }),
  )
}
