/** What `chaos burst` takes. */

import { addCircuitOptions } from '../commands/circuit-options.ts'
import { loadOptions, outputOptions, sessionOption, targetOptions } from '../commands/options.ts'
import type { Define } from '../program.ts'

export const define: Define = (command, run, env) => {
  command.option('--breaker', 'put a circuit breaker in front of the calls')
  addCircuitOptions(outputOptions(sessionOption(targetOptions(loadOptions(command, 100, 100), env), env)))
  command.action(options => run(async io => (await import('../commands/burst.ts')).burst(io, options)))
}
