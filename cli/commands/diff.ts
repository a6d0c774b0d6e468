/** `chaos diff`: two kept runs side by side. */

import { EXIT, type Io } from '../io.ts'
import { renderDiff } from '../report/text/diff.ts'
import { lookOf } from './look.ts'
import { openShelf } from './open-library.ts'
import type { RunsOptions } from './runs.ts'

export async function diff(
  io: Io,
  before: string,
  after: string,
  options: RunsOptions,
  named: boolean,
): Promise<number> {
  const shelf = await openShelf(io, options, named)
  const [a, b] = [await shelf.open(before), await shelf.open(after)]
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ schema: 1, command: 'diff', runs: [a, b] })}\n`)
    return EXIT.ok
  }
  io.stdout.write(renderDiff(a, b, lookOf(io, options)))
  return EXIT.ok
}
