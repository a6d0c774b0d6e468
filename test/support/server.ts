/** A real server for a test: on a free port, with a catalog in memory and a silent log. */

import type { TestContext } from 'node:test'
import { type RunningServer, type ServerOptions, startServer } from '../../server/server.ts'

/** Starts a server that is closed when the test (or suite) that asks for it ends. */
export async function startTestServer(
  test: Pick<TestContext, 'after'> | { after(close: () => Promise<void>): void },
  options: ServerOptions = {},
): Promise<RunningServer> {
  const server = await startServer(options)
  test.after(() => server.close(100))
  return server
}
