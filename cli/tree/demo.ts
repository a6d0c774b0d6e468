/** What `chaos demo` takes. */

import { keepOption } from '../commands/keep.ts'
import { outputOptions } from '../commands/options.ts'
import type { Define } from './define.ts'

export const define: Define = (command, run) => {
  keepOption(outputOptions(command))
  command.action(options => run(async io => (await import('../commands/demo.ts')).demo(io, options)))
}
