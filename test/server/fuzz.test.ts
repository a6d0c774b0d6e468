/** Two thousand generated requests: no 5xx but injected ones, no hang, settings always valid; npm run test:soak fires 100,000. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { fuzz } from '../soak/fuzz.ts'
import { startTestServer } from '../support/server.ts'

it('generated requests find no bug, and leave nothing behind', async t => {
  const server = await startTestServer(t)
  const { sessions } = server.chaos.control
  const held = () => ({
    sockets: process.getActiveResourcesInfo().filter(name => name === 'TCPSocketWrap').length,
    sessions: sessions.list().length,
    inFlight: sessions.list().reduce((sum, session) => sum + session.inFlight + session.requestTimers.size, 0),
  })
  const before = held()
  const figures = await fuzz(server, { seed: 7, requests: 2_000 })
  for (const { id } of sessions.list()) if (id !== sessions.first.id) sessions.delete(id)
  server.chaos.control.reset(sessions.first)
  for (let tries = 0; tries < 500 && JSON.stringify(held()) !== JSON.stringify(before); tries += 1) await sleep(10)
  assert.deepEqual(held(), before)
  t.diagnostic(JSON.stringify(figures.statuses))
  assert.deepEqual([figures.bugs, figures.hangs, figures.invalid], [[], [], []])
  // The generator is worth something: all kinds of answers came.
  for (const status of [200, 204, 400, 403, 404, 405, 415, 422])
    assert.ok((figures.statuses[status] ?? 0) > 0, String(status))
})
