/** What `chaos rate` takes. */

import type { Define } from '../commands/command.ts'
import { jsonOption, sessionOption, targetOptions } from '../options/common.ts'

export const define: Define = (command, run, env) => {
  jsonOption(sessionOption(targetOptions(command, env), env))
    .argument('[percent]', 'the new rate, 0 to 100: 70, 70% or 0.5 (half a percent)')
    .action((percent, options) => run(async io => (await import('../commands/rate.ts')).rate(io, percent, options)))
}
