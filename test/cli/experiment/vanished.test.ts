/** A comparison whose sessions are no longer those that were made for it: it says so, and gives no verdict. */

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { startServer } from '../../../server/server.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

type Server = Awaited<ReturnType<typeof startTestServer>>

const LOAD = ['-n', '80', '-c', '10', '--every', '50ms', '--json']

/** Runs a command, and does something to the server as soon as requests have arrived in its session. */
async function meanwhile(server: Server, typed: string, act: (ids: readonly string[]) => unknown) {
  const { sessions } = server.chaos.control
  let over = false
  const ran = chaos([...typed.split(' '), ...LOAD, '-u', server.url]).finally(() => {
    over = true
  })
  let own: string[] = []
  while (own.length === 0 && !over) {
    await new Promise(resolve => setTimeout(resolve, 5))
    own = sessions.list().flatMap(session => (session.log.records({ limit: 1 }).length > 0 ? [session.id] : []))
  }
  await act(own)
  return ran
}

describe('a session that is gone', () => {
  for (const [what, typed, act] of [
    [
      'deleted',
      'compare --arms none,breaker',
      (server: Server, id: string) => server.chaos.control.sessions.delete(id),
    ],
    [
      'deleted, and made again by somebody',
      'compare --arms none,breaker',
      (server: Server, id: string) => {
        server.chaos.control.sessions.delete(id)
        server.chaos.control.create({ id, pinned: true })
      },
    ],
    [
      'deleted under conditions',
      'compare --arms none,breaker --fail-rate 50',
      (server: Server, id: string) => server.chaos.control.sessions.delete(id),
    ],
    [
      'deleted in the last of arms that run one by one',
      'compare --arms none,breaker --one-by-one',
      (server: Server, id: string) => server.chaos.control.sessions.delete(id),
    ],
    [
      'deleted under a burst',
      'burst --session ana',
      (server: Server, id: string) => server.chaos.control.sessions.delete(id),
    ],
  ] as const) {
    it(`${what}: no verdict, code 3, and no expectation is judged`, async t => {
      const server = await startTestServer(t)
      server.chaos.control.create({ id: 'ana', pinned: true })
      const ran = await meanwhile(server, `${typed} --expect useful>=1%`, ([id = '']) => act(server, id))
      assert.equal(ran.code, 3, ran.stderr)
      const { vanished, verdict, differences, pairs, expectations } = documentOf(ran)
      assert.equal(vanished?.length, 1)
      assert.equal(verdict.code, 'vanished')
      assert.match(verdict.text, /was deleted or replaced during the run.*say nothing/)
      assert.deepEqual([verdict.usefulPoints, verdict.ci95, pairs, expectations], [null, null, null, undefined])
      assert.deepEqual(differences ?? [], [])
    })
  }

  it('is said of every run of --repeat, and ends it', async t => {
    const server = await startTestServer(t)
    const ran = await meanwhile(server, 'compare --repeat 5', ([id = '']) => server.chaos.control.sessions.delete(id))
    assert.deepEqual([ran.code, documentOf(ran).verdict.code], [3, 'vanished'])
  })

  it('ends a sweep', async t => {
    const server = await startTestServer(t)
    const { sessions } = server.chaos.control
    const ran = await meanwhile(server, 'sweep --vary probes=1,2', ([id = '']) => sessions.delete(id))
    assert.equal(ran.code, 3)
    assert.match(ran.stderr, /deleted or replaced during the run.*Run the sweep again/)
  })

  it('is told apart from one that stayed', async t => {
    const server = await startTestServer(t)
    const ran = await meanwhile(server, 'compare', () => {})
    assert.deepEqual([ran.code, documentOf(ran).vanished], [0, undefined])
  })
})

/** Ends the server, and starts another at its port. */
async function restart(t: TestContext, server: Server): Promise<void> {
  const port = Number(new URL(server.url).port)
  await server.close(0)
  const again = await startServer({ port })
  t.after(() => again.close(0))
}

it('a server that was started again has none of the sessions', async t => {
  const server = await startTestServer(t)
  const ran = await meanwhile(server, 'compare --arms none,breaker', () => restart(t, server))
  assert.equal(ran.code, 3, ran.stderr)
  assert.deepEqual(documentOf(ran).vanished, ['none', 'breaker'])
})

it('as text there is one sentence in place of a verdict', async t => {
  const server = await startTestServer(t)
  const { sessions } = server.chaos.control
  const typed = ['compare', '-n', '80', '-c', '10', '--every', '50ms', '--no-keep', '-u', server.url]
  const ran = chaos(typed)
  while (sessions.list().length < 3) await new Promise(resolve => setTimeout(resolve, 5))
  await new Promise(resolve => setTimeout(resolve, 100))
  sessions.delete(sessions.list().at(-1)?.id ?? '')
  const { code, stdout } = await ran
  assert.equal(code, 3)
  assert.match(
    stdout.replace(/\s+/g, ' '),
    /The session of breaker was deleted or replaced .* Run it again: the same line\./,
  )
  assert.doesNotMatch(stdout, /The breaker (changed|hurt|helped|did) /)
})
