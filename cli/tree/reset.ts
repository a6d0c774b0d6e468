/** What `chaos reset` takes. */

import { sessionOption, targetOptions } from '../commands/options.ts'
import type { Define } from './define.ts'

export const define: Define = (command, run, env) => {
  sessionOption(targetOptions(command, env), env)
  command.action(options => run(async io => (await import('../commands/reset.ts')).reset(io, options)))
}
