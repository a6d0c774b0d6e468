/** Names of sessions over real HTTP: an id that is drawn, who may rename and hide, and where a name is told. */

import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { MAX_DISPLAY_NAME } from '../../../../server/chaos/session/display-name.ts'
import { control } from '../../../support/control.ts'
import { openEvents } from '../../../support/event-stream.ts'
import { startTestServer } from '../../../support/server.ts'

const server = await startTestServer({ after }, { token: 'of-the-host', openSessions: true })
const call = control(server)
const HOST = { authorization: 'Bearer of-the-host' }
const DRAWN = /^[0-9a-z]{4}-[0-9a-z]{4}-[0-9a-z]{4}$/
const join = async (name: string) => {
  const { status, body } = await call('POST', '/chaos/sessions', { name })
  assert.equal(status, 201)
  return { id: body.id as string, name: body.name, bearer: { authorization: `Bearer ${body.key}` } }
}
const nameOf = async (id: string) => (await call('GET', `/chaos/sessions/${id}`)).body.name

suite('a session with a name', () => {
  test('has an id that is drawn, and a key; two of one name are two', async () => {
    const [one, other] = [await join(' José '), await join('José')]
    assert.match(one.id, DRAWN)
    assert.match(other.id, DRAWN)
    assert.notEqual(one.id, other.id)
    assert.equal(one.name, 'José')
    const { sessions } = (await call('GET', '/chaos/sessions')).body
    const told = sessions.find(({ id }: { id: string }) => id === one.id)
    assert.deepEqual([told.name, told.hidden], ['José', false])
    assert.equal((await call('PUT', `/chaos/fail-rate?session=${one.id}`, { failRate: 70 }, one.bearer)).status, 200)
    assert.equal((await call('PUT', `/chaos/fail-rate?session=${one.id}`, { failRate: 0 }, other.bearer)).status, 401)
  })

  test('keeps an id that was given, as the command line gives one; without either there is a number', async () => {
    const named = await call('POST', '/chaos/sessions', { id: 'ana', name: 'Ana Lima' }, HOST)
    assert.deepEqual([named.body.id, named.body.name], ['ana', 'Ana Lima'])
    const plain = await call('POST', '/chaos/sessions', { id: 'plain' }, HOST)
    assert.deepEqual([plain.body.id, plain.body.name], ['plain', null])
    assert.match((await call('POST', '/chaos/sessions', {}, HOST)).body.id, /^lab-\d+$/)
  })

  for (const [name, code, advice] of [
    ['  ', 'empty', /type a name that can be seen, such as José/],
    ['x'.repeat(MAX_DISPLAY_NAME + 1), 'long', /type at most 40 characters/],
    ['a\u202eb', 'hidden', /control characters/],
    ['z\u0335\u0335\u0335\u0335', 'marks', /3 accents/],
  ] as const) {
    test(`is not made with one that is ${code}: the answer says what to type`, async () => {
      const { status, body } = await call('POST', '/chaos/sessions', { name })
      assert.equal(status, 422)
      assert.deepEqual([body.errors[0].pointer, body.errors[0].code], ['/name', code])
      assert.match(body.errors[0].detail, advice)
    })
  }

  test('is renamed by its attendee and by the host, and by nobody else', async () => {
    const [one, other] = [await join('Jose'), await join('Eva')]
    const path = `/chaos/sessions/${one.id}`
    assert.equal((await call('PATCH', path, { name: 'José' }, one.bearer)).body.name, 'José')
    assert.equal((await call('PATCH', path, { name: 'X' }, other.bearer)).status, 401)
    assert.equal((await call('PATCH', path, { name: 'X' })).status, 401)
    assert.equal(await nameOf(one.id), 'José')
    assert.equal((await call('PATCH', path, { name: null }, HOST)).body.name, null)
    assert.equal((await call('PATCH', '/chaos/sessions/default', { name: 'X' }, HOST)).status, 409)
    assert.equal((await call('PATCH', '/chaos/sessions/nobody', { name: 'X' }, HOST)).status, 404)
  })

  test('has a name that the host hides, which another name does not undo', async () => {
    const one = await join('Nasty')
    const path = `/chaos/sessions/${one.id}`
    assert.equal((await call('PATCH', path, { hidden: true }, one.bearer)).status, 403)
    const { body } = await call('PATCH', path, { hidden: true }, HOST)
    assert.deepEqual([body.name, body.hidden], [null, true])
    assert.equal((await call('PATCH', path, { name: 'Nastier' }, one.bearer)).body.name, null)
    assert.equal((await call('PATCH', path, { hidden: false }, one.bearer)).status, 403)
    assert.equal((await call('PATCH', path, { hidden: false }, HOST)).body.name, 'Nastier')
  })

  test('is told by events and on the board, and stands beside the result of a challenge', async () => {
    const events = await openEvents(`${server.url}/chaos/events?board=1`, {})
    try {
      const one = await join('José')
      const made = (await events.until('session', ({ data }) => data.session === one.id)).data
      assert.deepEqual([made.change, made.name], ['created', 'José'])
      const challenge = await call('POST', `/challenges?session=${one.id}`, {}, one.bearer)
      assert.equal(challenge.body.name, 'José')
      const board = await events.until('board', data => JSON.stringify(data).includes(one.id))
      assert.match(JSON.stringify(board.data), /"name":"José"/)
      await call('PATCH', `/chaos/sessions/${one.id}`, { hidden: true }, HOST)
      const renamed = (await events.until('session', ({ data }) => data.change === 'renamed')).data
      assert.deepEqual([renamed.session, renamed.name], [one.id, null])
      const { challenges } = (await call('GET', '/challenges')).body
      assert.equal(challenges[0].name, one.id)
    } finally {
      events.close()
    }
  })
})
