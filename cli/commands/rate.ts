/** `chaos rate`: reads or sets the fail rate of the server. */

import { parseRate, rateNote } from '../../server/lib/units.ts'
import { EXIT, type Io, usageError } from '../io.ts'
import { jsonOption, type ServerOptions, sessionOption, targetOptions } from '../options/common.ts'
import type { Define } from './command.ts'

export const define: Define = (command, run, env) => {
  jsonOption(sessionOption(targetOptions(command, env), env))
    .argument('[percent]', 'the new rate, 0 to 100: 70, 70% or 0.5 (half a percent)')
    .action((percent, options) => run(io => rate(io, percent, options)))
}

/** `typed` is the new rate as it was typed, or undefined to read the present one. */
async function rate(io: Io, typed: string | undefined, { url, session, json }: ServerOptions): Promise<number> {
  const wanted = typed === undefined ? null : percentOf(typed)
  const { controlFor } = await import('../control/control.ts')
  const control = controlFor(io, url, session)
  const now = wanted === null ? await control.failRate() : await control.setFailRate(wanted)
  const note = typed === undefined ? null : rateNote(typed)
  if (note !== null) io.stderr.write(`${note}\n`)
  io.stdout.write(json ? `${JSON.stringify({ failRate: now })}\n` : `${now} %\n`)
  return EXIT.ok
}

function percentOf(typed: string): number {
  try {
    return parseRate(typed)
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}
