/** What `chaos diff` takes. */

import type { Define } from '../commands/command.ts'
import { outputOptions, targetOptions } from '../options/common.ts'
import { isNamed } from './named.ts'

export const define: Define = (command, run, env) => {
  outputOptions(targetOptions(command, env))
    .argument('<before>', 'an id or the beginning of one, last, last~1, or a file')
    .argument('<after>', 'the other one')
    .action((before, after, options) =>
      run(async io => (await import('../commands/diff.ts')).diff(io, before, after, options, isNamed(command, env))),
    )
}
