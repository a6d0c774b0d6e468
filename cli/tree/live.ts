/** What `chaos live` takes. */

import type { Define } from '../commands/command.ts'
import { addCircuitOptions } from '../options/circuit.ts'
import { paceOptions, sessionOption, targetOptions } from '../options/common.ts'

export const define: Define = (command, run, env) => {
  command
    .option('--arm <expression>', 'the arm that is watched, such as retry+breaker', 'breaker')
    .option('--auto', 'fire from the start')
    .option('--allow-remote', 'fire at another machine: one that is yours, or whose owner asked for it')
    .option('--no-baseline', 'without the same requests unprotected beside it')
    .option('--ascii', 'draw with plain ASCII characters')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
  addCircuitOptions(sessionOption(targetOptions(paceOptions(command, 10), env), env))
  command.action(options => run(async io => (await import('../commands/live.ts')).live(io, options)))
}
