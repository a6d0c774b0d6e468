/** `chaos rate`: reads or sets the fail rate of the server. */

import { parseRate, rateNote } from '../../server/lib/units.ts'
import { Control } from '../control/control.ts'
import { EXIT, type Io, usageError } from '../io.ts'
import type { SessionOptions, TargetOptions } from '../options/common.ts'

export interface RateOptions extends TargetOptions, SessionOptions {
  readonly json?: boolean
}

/** `typed` is the new rate as it was typed, or undefined to read the present one. */
export async function rate(io: Io, typed: string | undefined, options: RateOptions): Promise<number> {
  const wanted = typed === undefined ? null : percentOf(typed)
  const control = new Control({
    url: options.url,
    token: io.env.CHAOS_TOKEN || undefined,
    signal: io.interrupted,
    session: options.session,
  })
  const now = wanted === null ? await control.failRate() : await control.setFailRate(wanted)
  if (typed !== undefined) {
    const note = rateNote(typed)
    if (note !== null) io.stderr.write(`${note}\n`)
  }
  io.stdout.write(options.json ? `${JSON.stringify({ failRate: now })}\n` : `${now} %\n`)
  return EXIT.ok
}

function percentOf(typed: string): number {
  try {
    return parseRate(typed)
  } catch (error) {
    throw usageError(error instanceof Error ? error.message : String(error))
  }
}
