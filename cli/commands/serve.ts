/** `chaos serve`: the server in the foreground, just as `npm start` runs it. */

import { serve as serveProcess } from '../../server/serve.ts'
import type { Io } from '../io.ts'

/** `args` are the flags of the server, as they were typed. */
export function serve(io: Io, args: readonly string[]): Promise<number> {
  return serveProcess({ ...io, stdout: io.stdout, stderr: io.stderr, args, name: 'npx chaos serve' })
}
