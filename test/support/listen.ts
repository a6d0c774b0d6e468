/** Puts any HTTP server on a free port for the length of a test or file. */

import { once } from 'node:events'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'

/** The URL under which `server` is then reached, without a slash at the end. */
export async function listen(server: Server, test: { after(close: () => void): void }): Promise<string> {
  test.after(() => {
    server.close()
    server.closeAllConnections()
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}
