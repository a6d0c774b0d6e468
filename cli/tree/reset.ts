/** What `chaos reset` takes. */

import type { Define } from '../commands/command.ts'
import { sessionOption, targetOptions } from '../options/common.ts'

export const define: Define = (command, run, env) => {
  sessionOption(targetOptions(command, env), env)
  command.action(options => run(async io => (await import('../commands/reset.ts')).reset(io, options)))
}
