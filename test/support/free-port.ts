/** A port for a process that a test starts and that cannot choose one by itself. */

import { once } from 'node:events'
import { createServer } from 'node:net'

/** Below the ports that the kernel gives to outgoing connections (from 32,768), so that none of them takes it meanwhile. */
const FIRST = 20_000
const COUNT = 12_000
/** Test files run beside one another, each in a process of its own: they begin to look this far apart. */
const APART = 16

let next = process.pid * APART

/** A port of 127.0.0.1 at which nobody listens; each call gives another. */
export async function freePort(): Promise<number> {
  for (;;) {
    const port = FIRST + (next++ % COUNT)
    const server = createServer().listen(port, '127.0.0.1')
    const listens = await once(server, 'listening').then(
      () => true,
      () => false,
    )
    if (!listens) continue
    server.close()
    await once(server, 'close')
    return port
  }
}
