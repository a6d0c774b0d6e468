/** `chaos simulate`: what `compare` would show, worked out in virtual time, without a server. */

import { Option } from 'commander'
import { QUANTITIES } from '../../server/experiments/quantities.ts'
import { formatDuration } from '../../server/lib/units.ts'
import { armHelp, armsOption, expectHelp, readArms } from '../options/arms.ts'
import { addCircuitOptions } from '../options/circuit.ts'
import { duration, loadOptions, outputOptions, serverUrl, wholeNumber } from '../options/common.ts'
import { conditionOptions } from '../options/conditions.ts'
import { headOptions } from '../options/request.ts'
import { scheduleOptions } from '../options/schedule.ts'
import { type Define, typedOptions } from './command.ts'

export const define: Define = (command, run) => {
  armsOption(command)
    .option('--one-by-one', 'one arm after the other instead of all at once')
    .addOption(
      new Option('--repeat <count>', 'run it so many times, each with a seed of its own, and show the spread')
        .argParser(wholeNumber(QUANTITIES.repeat))
        .default(QUANTITIES.repeat.standard),
    )
    .option('--settings <file>', 'the settings of the simulated server, as JSON (PATCH /chaos takes the same)')
    .addOption(
      new Option(
        '-u, --url <url>',
        'take settings and scenarios of this running server, and send it nothing else',
      ).argParser(serverUrl),
    )
    .addOption(
      new Option('--round-trip <duration>', 'from a call to its answer, beside what the server makes it wait')
        .argParser(duration(QUANTITIES.roundTripMs))
        .default(QUANTITIES.roundTripMs.standard, formatDuration(QUANTITIES.roundTripMs.standard)),
    )
    .addOption(
      new Option('--days <count>', 'simulate so many other days too, and say what they have in common').argParser(
        wholeNumber(QUANTITIES.days),
      ),
    )
    .addOption(new Option('--store <url>').hideHelp())
    .allowExcessArguments(true)
  scheduleOptions(loadOptions(command, 300, 10))
  command.addOption(
    new Option(
      '--clients <count>',
      'so many independent clients in each arm, each with a circuit of its own',
    ).argParser(wholeNumber(QUANTITIES.clients)),
  )
  headOptions(command, 'GET or HEAD')
  addCircuitOptions(outputOptions(conditionOptions(command)))
  command.option('--keep', 'keep the result (chaos runs ls lists those that are kept)')
  command.addHelpText('after', armHelp()).addHelpText('after', expectHelp())
  command.action(options =>
    run(async io => {
      const arms = readArms(options.arms)
      const { runSimulation } = await import('./run-simulation.ts')
      return runSimulation(io, options, { arms, urls: command.args, typed: typedOptions(command) })
    }),
  )
}
