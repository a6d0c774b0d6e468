/** What `chaos status` takes. */

import { jsonOption, sessionOption, targetOptions } from '../commands/options.ts'
import type { Define } from './define.ts'

export const define: Define = (command, run, env) => {
  jsonOption(sessionOption(targetOptions(command, env), env))
  command.option('-w, --watch', 'look again every second, until Ctrl-C')
  command.action(options => run(async io => (await import('../commands/status.ts')).status(io, options)))
}
