/** `chaos reset`: everything of a session back to how the server booted, and its hung requests released. */

import { Control } from '../control/control.ts'
import { EXIT, type Io } from '../io.ts'
import type { SessionOptions, TargetOptions } from '../options/common.ts'

export async function reset(io: Io, options: TargetOptions & SessionOptions): Promise<number> {
  const control = new Control({
    url: options.url,
    token: io.env.CHAOS_TOKEN || undefined,
    signal: io.interrupted,
    session: options.session,
  })
  await control.reset()
  const rate = await control.failRate()
  io.stdout.write(`reset: counts are zero and the fail rate is ${rate} % again\n`)
  return EXIT.ok
}
