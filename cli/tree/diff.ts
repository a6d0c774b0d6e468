/** What `chaos diff` takes. */

import { outputOptions, targetOptions } from '../commands/options.ts'
import type { Define } from './define.ts'
import { isNamed } from './named.ts'

export const define: Define = (command, run, env) => {
  outputOptions(targetOptions(command, env))
    .argument('<before>', 'an id or the beginning of one, last, last~1, or a file')
    .argument('<after>', 'the other one')
    .action((before, after, options) =>
      run(async io => (await import('../commands/diff.ts')).diff(io, before, after, options, isNamed(command, env))),
    )
}
