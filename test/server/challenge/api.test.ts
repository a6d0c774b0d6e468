/** Challenges over real HTTP: the routes, who may do what, names of strangers, and what the recorder sees of real connections. */

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { Agent, request } from 'undici'
import { EXAMS, examOf } from '../../../server/challenge/exams.ts'
import { Recorder } from '../../../server/challenge/recorder.ts'
import { TASK } from '../../../server/challenge/task.ts'
import { MAX_DISPLAY_NAME } from '../../../server/chaos/session/display-name.ts'
import type { ServerOptions } from '../../../server/server.ts'
import { control } from '../../support/control.ts'
import { openEvents } from '../../support/event-stream.ts'
import { startTestServer } from '../../support/server.ts'

async function serverOf(t: TestContext, options: ServerOptions = {}) {
  const server = await startTestServer(t, options)
  return { ...server, call: control(server) }
}

describe('the routes', () => {
  it('start, look, list, end and remove', async t => {
    const { call, chaos } = await serverOf(t)
    await call('POST', '/chaos/sessions', { id: 'ana', settings: { failRate: 70 } })
    const made = await call('POST', '/challenges?session=ana', { name: ' José 🚀 ' })
    assert.equal(made.status, 201)
    const { id } = made.body
    assert.equal(made.headers.get('Location'), `/challenges/${id}`)
    const { session, name, phase, exams, task, calm } = made.body
    assert.deepEqual(
      { session, name, phase, exams },
      { session: 'ana', name: 'José 🚀', phase: 'waiting', exams: [...EXAMS] },
    )
    assert.deepEqual(task, { ...TASK, codes: [...TASK.codes] })
    assert.deepEqual(calm, { pace: 0, failed: 0, outOfTurn: 0, steady: false })
    assert.equal((await call('GET', '/chaos?session=ana')).body.settings.failRate, 0)
    assert.equal((await call('GET', `/challenges/${id}`)).body.says, 'waiting for 20 starts a second: 0 now')
    const portuguese = await call('GET', `/challenges/${id}?lang=pt-BR`)
    assert.equal(portuguese.body.says, 'à espera de 20 pedidos por segundo: 0 agora')

    const again = await call('POST', '/challenges?session=ana')
    assert.deepEqual(
      [again.status, again.body.detail],
      [409, `A challenge is on in this session: DELETE /challenges/${id} ends it`],
    )
    assert.equal((await call('DELETE', `/challenges/${id}`)).status, 204)
    assert.equal((await call('GET', '/chaos?session=ana')).body.settings.failRate, 70)
    assert.equal(chaos.control.sessions.get('ana')?.observer, null)
    const over = (await call('GET', `/challenges/${id}`)).body
    assert.deepEqual([over.phase, over.says, over.report], ['stopped', 'stopped: somebody ended it', []])

    assert.equal((await call('GET', '/challenges')).body.challenges.length, 1)
    assert.equal((await call('PATCH', `/challenges/${id}`, { hidden: true })).body.hidden, true)
    assert.deepEqual((await call('GET', '/challenges')).body, { challenges: [] })
    assert.equal((await call('GET', '/challenges?hidden=1')).body.challenges.length, 1)
    assert.equal((await call('DELETE', `/challenges/${id}`)).status, 204)
    assert.equal((await call('DELETE', `/challenges/${id}`)).status, 404)
  })

  it('refuse what cannot be meant, with a sentence', async t => {
    const { call } = await serverOf(t)
    const refused: readonly (readonly [path: string, body: unknown, status: number, says: RegExp])[] = [
      ['?session=nobody', undefined, 404, /There is no session .*nobody/],
      ['', { exam: 'maths' }, 422, /exam/],
      ['', { loop: 'spiral' }, 422, /loop/],
      ['', { name: 'x'.repeat(MAX_DISPLAY_NAME + 1) }, 422, /name/],
      ['', { name: '   ' }, 422, /name/],
      ['', { name: 'a\u202eb' }, 422, /control characters/],
      ['', { nam: 'x' }, 422, /nam/],
      ['?lang=xx', {}, 422, /lang/],
    ]
    for (const [path, body, status, says] of refused) {
      const answer = await call('POST', `/challenges${path}`, body)
      assert.equal(answer.status, status, `${path} ${JSON.stringify(body)}`)
      assert.match(JSON.stringify(answer.body), says)
    }
    const playing = await call('POST', '/chaos/scenarios/coin-flip/runs')
    const busy = await call('POST', '/challenges')
    assert.deepEqual([busy.status, busy.body.detail.includes(playing.body.id)], [409, true])
    assert.equal((await call('GET', '/challenges/challenge-99')).status, 404)
  })

  it('what an end of the server interrupts is put back', async t => {
    const { call, chaos, close } = await serverOf(t)
    await call('POST', '/challenges')
    await close()
    assert.equal(chaos.control.sessions.first.observer, null)
    assert.equal(chaos.control.sessions.first.scenarioRun, null)
  })

  it('every change of a phase is an event for everybody', async t => {
    const { url, call } = await serverOf(t)
    const stream = await openEvents(`${url}/chaos/events`)
    t.after(() => stream.close())
    const { body } = await call('POST', '/challenges')
    const { session, id, phase, exam, overall } = (await stream.until('challenge')).data
    assert.deepEqual(
      { session, id, phase, exam, overall },
      { session: 'default', id: body.id, phase: 'waiting', exam: '', overall: '' },
    )
  })
})

describe('on a server with a token', () => {
  const HOST = { Authorization: 'Bearer the-token-of-the-host' }
  const locked = { token: 'the-token-of-the-host', openSessions: true }

  it('an attendee is judged in his own session, and ends his own challenge alone', async t => {
    const { call } = await serverOf(t, locked)
    const keyOf = async (id: string) => {
      const { body } = await call('POST', '/chaos/sessions', { id })
      return { Authorization: `Bearer ${body.key}` }
    }
    const [ana, bea] = [await keyOf('ana'), await keyOf('bea')]
    assert.equal((await call('POST', '/challenges?session=ana')).status, 401)
    assert.equal((await call('POST', '/challenges?session=ana', {}, bea)).status, 401)
    assert.equal((await call('POST', '/challenges', {}, ana)).status, 401)
    const { status, body } = await call('POST', '/challenges?session=ana', {}, ana)
    assert.equal(status, 201)
    assert.equal((await call('GET', `/challenges/${body.id}`)).status, 200)
    for (const other of [bea, {}])
      assert.equal((await call('DELETE', `/challenges/${body.id}`, undefined, other)).status, 401)
    assert.equal((await call('PATCH', `/challenges/${body.id}`, { hidden: true }, ana)).status, 401)
    assert.equal((await call('PATCH', `/challenges/${body.id}`, { hidden: true }, HOST)).status, 200)
    assert.equal((await call('DELETE', `/challenges/${body.id}`, undefined, ana)).status, 204)
    assert.equal((await call('DELETE', `/challenges/${body.id}`, undefined, HOST)).status, 204)
  })

  it('nobody else than the host, where sessions are not open', async t => {
    const { call } = await serverOf(t, { token: locked.token })
    assert.equal((await call('POST', '/challenges')).status, 401)
    assert.equal((await call('POST', '/challenges', {}, HOST)).status, 201)
  })
})

describe('the recorder of real requests', () => {
  it('sees who ended a hang, what Retry-After said, and which request opened a connection', async t => {
    const { url, call, chaos } = await serverOf(t)
    const { sessions, clock } = chaos.control
    const recorder = new Recorder()
    sessions.first.observer = recorder
    const began = clock.now()
    const agent = new Agent({ connections: 1 })
    t.after(() => agent.close())
    const get = async (signal?: AbortSignal) => {
      const answer = await request(`${url}/catalogs/155568600`, { dispatcher: agent, ...(signal ? { signal } : {}) })
      await answer.body.dump()
    }
    await get()
    await get()
    const fail = (fault: object) => call('PUT', '/chaos', { failRate: 100, faults: [fault] })
    await fail({ kind: 'status', status: 429, retryAfter: '1500ms' })
    await get()
    await fail({ kind: 'hang', for: '10s' })
    await assert.rejects(get(AbortSignal.timeout(50)))
    await fail({ kind: 'hang', for: '20ms' })
    await assert.rejects(get())
    while (sessions.first.inFlight > 0) await new Promise(resolve => setImmediate(resolve))
    const seen = recorder.since(began, clock.now())
    assert.deepEqual(
      seen.map(({ end, opensConnection, retryAfterMs }) => ({ end, opensConnection, retryAfterMs })),
      [
        { end: 'ok', opensConnection: true, retryAfterMs: null },
        { end: 'ok', opensConnection: false, retryAfterMs: null },
        { end: 'failed', opensConnection: false, retryAfterMs: 2_000 },
        { end: 'left', opensConnection: false, retryAfterMs: null },
        { end: 'held', opensConnection: true, retryAfterMs: null },
      ],
    )
    assert.ok(seen.every(({ code, atMs, endMs }) => code === '155568600' && atMs >= 0 && endMs >= atMs))
  })
})

it('the codes of the task are products, and each exam is a scenario that can be played', async t => {
  const { call } = await serverOf(t)
  for (const code of TASK.codes) assert.equal((await call('GET', `/catalogs/${code}`)).status, 200, code)
  for (const exam of EXAMS) {
    const { scenario } = examOf(exam)
    assert.equal((await call('POST', `/chaos/scenarios/${scenario.name}/runs`, { scenario })).status, 201, exam)
  }
})
