/** `chaos burst`: fires requests at one target through one arm, and says what became of them. */

import { type Io, usageError } from '../io.ts'
import { armHelp, armOption, expectHelp, readArms } from '../options/arms.ts'
import { addCircuitOptions, typedCircuit } from '../options/circuit.ts'
import { type ExperimentOptions, loadOptions, outputOptions, sessionOption, targetOptions } from '../options/common.ts'
import { conditionOptions } from '../options/conditions.ts'
import { keepOption, storeOption } from '../options/keep.ts'
import { requestOptions } from '../options/request.ts'
import { scheduleOptions } from '../options/schedule.ts'
import { type Define, typedOptions } from './command.ts'

interface BurstOptions extends ExperimentOptions {
  readonly breaker?: boolean
  readonly arm?: string
}

export const define: Define = (command, run, env) => {
  command.option('--breaker', 'put a circuit breaker in front of the calls')
  armOption(command, 'what to put in front of the calls, such as retry+breaker')
  sessionOption(targetOptions(command, env), env)
  scheduleOptions(loadOptions(command, 100, 100))
  keepOption(storeOption(addCircuitOptions(outputOptions(conditionOptions(requestOptions(command))))))
  command.addHelpText('after', armHelp()).addHelpText('after', expectHelp())
  command.action((url, options) => run(io => burst(io, url, options, typedOptions(command))))
}

async function burst(
  io: Io,
  exactly: URL | undefined,
  options: BurstOptions,
  typed: (name: string) => boolean,
): Promise<number> {
  if (options.breaker && options.arm !== undefined) {
    throw usageError('--breaker and --arm both name an arm: write --arm breaker.')
  }
  const guarded = options.breaker || options.store !== undefined || Object.keys(typedCircuit(options)).length > 0
  const arms = readArms(options.arm ?? (guarded ? 'breaker' : 'none'))
  if (arms.length > 1) throw usageError('a burst has one arm: chaos compare takes several.')
  const { runCommand } = await import('./run-experiment.ts')
  return runCommand(io, { session: 'default', ...options }, { command: 'burst', arms, exactly, typed })
}
