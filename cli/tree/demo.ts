/** What `chaos demo` takes. */

import type { Define } from '../commands/command.ts'
import { keepOption } from '../experiment/keep.ts'
import { outputOptions } from '../options/common.ts'

export const define: Define = (command, run) => {
  keepOption(outputOptions(command))
  command.action(options => run(async io => (await import('../commands/demo.ts')).demo(io, options)))
}
