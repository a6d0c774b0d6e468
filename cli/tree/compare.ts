/** What `chaos compare` takes. */

import { addCircuitOptions } from '../commands/circuit-options.ts'
import { loadOptions, outputOptions, targetOptions } from '../commands/options.ts'
import type { Define } from '../program.ts'

export const define: Define = (command, run, env) => {
  command.option('--arms <list>', 'arms with commas between them, such as none,retry+breaker', 'none,breaker')
  addCircuitOptions(outputOptions(targetOptions(loadOptions(command, 300, 10), env)))
  command.action(options => run(async io => (await import('../commands/compare.ts')).compare(io, options)))
}
