/** `chaos diff`: two kept runs side by side. */

import { EXIT } from '../io.ts'
import { outputOptions, targetOptions } from '../options/common.ts'
import { type Define, isNamed, openLibrary } from './command.ts'

export const define: Define = (command, run, env) => {
  outputOptions(targetOptions(command, env))
    .argument('<before>', 'an id or the beginning of one, last, last~1, or a file')
    .argument('<after>', 'the other one')
    .action((before: string, after: string, options) =>
      run(async io => {
        const library = await openLibrary(io, options, isNamed(command, env))
        const [a, b] = [await library.open(before), await library.open(after)]
        if (options.json) {
          const { runDifferences } = await import('../report/stats/run-differences.ts')
          const differences = runDifferences(a, b).map(({ run, ...difference }) => difference)
          io.stdout.write(`${JSON.stringify({ schema: 1, command: 'diff', runs: [a, b], differences })}\n`)
          return EXIT.ok
        }
        const [{ renderDiff }, { lookOf }] = await Promise.all([
          import('../report/text/diff.ts'),
          import('../output.ts'),
        ])
        io.stdout.write(renderDiff(a, b, lookOf(io, options)))
        return EXIT.ok
      }),
    )
}
