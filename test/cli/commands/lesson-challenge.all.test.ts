/** Lesson 11 in the terminal, whole: the client in the session is judged, and its report printed; Ctrl-C in the exam puts everything back. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'
import { startClient } from '../../support/steady-client.ts'
import { chaos } from '../harness.ts'

const LESSON = ['lesson', 'own-client', '--session', 'ana', '--ascii', '--no-keep', '-u']

it('the client in the session is judged, and the lesson goes on', { timeout: 240_000 }, async t => {
  const server = await startTestServer(t)
  startClient(t, server.url, 'ana')
  const { code, stdout, stderr } = await chaos([...LESSON, server.url], { columns: 100 })
  assert.equal(code, 0)
  assert.match(stderr, /steady|waiting for 20 starts/)
  assert.match(stdout, /^F {2}Outage 0:06 +you never stopped: \d+ calls failed/m)
  assert.doesNotMatch(stdout, /No client was judged/)
  assert.match(stdout, /This was lesson 11/)
  assert.equal((await control(server)('GET', '/challenges')).body.challenges.length, 1)
  assert.equal(server.chaos.control.sessions.get('ana')?.observer ?? null, null)
})

it('a lesson that is stopped in the middle of the exam puts everything back', { timeout: 240_000 }, async t => {
  const server = await startTestServer(t)
  startClient(t, server.url, 'ana')
  const stop = new AbortController()
  const running = chaos([...LESSON, server.url], { interrupted: stop.signal })
  const { sessions } = server.chaos.control
  const exam = async () => (await control(server)('GET', '/challenges')).body.challenges[0]?.exam
  while ((await exam()) !== 'outage') await new Promise(resolve => setTimeout(resolve, 50))
  stop.abort('SIGINT')
  const { code, stdout } = await running
  assert.equal(code, 130)
  assert.match(stdout, /stopped: everything is as it was/)
  assert.doesNotMatch(stdout, /This was lesson 11/)
  assert.deepEqual([sessions.get('ana')?.observer ?? null, sessions.get('ana')?.scenarioRun ?? null], [null, null])
})
