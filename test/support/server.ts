/** A real server for a test: on a free port, with a catalog in memory and a silent log. */

import { type RunningServer, type ServerOptions, startServer } from '../../server/server.ts'

/**
 * Starts a server that is closed when the test or the file ends: hand in the test's context, or, at the top level of a
 * file, `{ after }` of node:test.
 */
export async function startTestServer(
  test: { after(close: () => Promise<void>): void },
  options: ServerOptions = {},
): Promise<RunningServer> {
  const server = await startServer(options)
  test.after(() => server.close(100))
  return server
}
