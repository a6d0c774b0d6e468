/** What `chaos status` takes. */

import type { Define } from '../commands/command.ts'
import { jsonOption, sessionOption, targetOptions } from '../options/common.ts'

export const define: Define = (command, run, env) => {
  jsonOption(sessionOption(targetOptions(command, env), env))
  command.option('-w, --watch', 'look again every second, until Ctrl-C')
  command.action(options => run(async io => (await import('../commands/status.ts')).status(io, options)))
}
