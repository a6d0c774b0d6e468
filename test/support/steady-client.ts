/** A client that can be judged, for tests of the judge. */

import { Agent, request } from 'undici'
import { TASK } from '../../server/challenge/task.ts'

/** A client that does the task and gives every request up after a second, and has no breaker. */
export function startClient(test: { after(end: () => Promise<void>): void }, url: string, session: string): void {
  const agent = new Agent({ connections: TASK.maxInFlight })
  const startedAt = performance.now()
  let sent = 0
  const timer = setInterval(() => {
    for (; sent < ((performance.now() - startedAt) * TASK.perSecond) / 1_000; sent += 1) {
      const code = TASK.codes[sent % TASK.codes.length]
      request(`${url}/catalogs/${code}`, {
        dispatcher: agent,
        headers: { 'x-chaos-session': session },
        signal: AbortSignal.timeout(1_000),
      })
        .then(({ body }) => body.dump())
        .catch(() => null)
    }
  }, 10)
  test.after(() => {
    clearInterval(timer)
    return agent.close()
  })
}
