/** `chaos compare`: one schedule through several arms at once, and what they made of it side by side. */

import { Option } from 'commander'
import { QUANTITIES } from '../../server/experiments/quantities.ts'
import { armHelp, armsOption, expectHelp, readArms } from '../options/arms.ts'
import { addCircuitOptions } from '../options/circuit.ts'
import { loadOptions, outputOptions, sessionOption, targetOptions, wholeNumber } from '../options/common.ts'
import { conditionOptions } from '../options/conditions.ts'
import { keepOption, storeOption } from '../options/keep.ts'
import { requestOptions } from '../options/request.ts'
import { scheduleOptions } from '../options/schedule.ts'
import { type Define, typedOptions } from './command.ts'

export const define: Define = (command, run, env) => {
  armsOption(command)
    .option('--one-by-one', 'one arm after the other instead of all at once')
    .addOption(
      new Option('--repeat <count>', 'run it so many times, each with a seed of its own, and show the spread')
        .argParser(wholeNumber(QUANTITIES.repeat))
        .default(QUANTITIES.repeat.standard),
    )
  command.option('--predict', 'simulate it first, and say where the run lies in what was expected')
  sessionOption(targetOptions(command, env), env, 'the session whose settings the arms begin with')
  scheduleOptions(loadOptions(command, 300, 10))
  keepOption(storeOption(addCircuitOptions(outputOptions(conditionOptions(requestOptions(command))))))
  command.addHelpText('after', armHelp()).addHelpText('after', expectHelp())
  command.action((exactly: URL | undefined, options) =>
    run(async io => {
      const arms = readArms(options.arms)
      const { runCommand } = await import('./run-experiment.ts')
      return runCommand(io, options, { command: 'compare', arms, exactly, typed: typedOptions(command) })
    }),
  )
}
