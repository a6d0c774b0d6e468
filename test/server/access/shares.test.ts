/** What one attendee, one address and all strangers together get of a server that other machines reach, and what is kept for the host. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { Agent, type IncomingMessage, request } from 'node:http'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { WrongTokens } from '../../../server/access/wrong-tokens.ts'
import type { Limits } from '../../../server/config/limits.ts'
import type { ServerOptions } from '../../../server/server.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { startTestServer } from '../../support/server.ts'

const TOKEN = 'a-secret-of-the-host'
const HOST = { Authorization: `Bearer ${TOKEN}` }
const [HERE, THERE] = ['127.0.0.1', '127.0.0.2']
/** Only Linux has a whole network of addresses that lead to this machine. */
const skip = process.platform !== 'linux'

interface Asked {
  readonly from?: string | undefined
  readonly headers?: Record<string, string>
  readonly body?: object
}

async function serverOf(t: TestContext, limits: Partial<Limits>, more: ServerOptions = {}) {
  const server = await startTestServer(t, { host: '0.0.0.0', token: TOKEN, openSessions: true, limits, ...more })
  const agent = new Agent({ keepAlive: false })
  const ask = async (method: string, path: string, { from = HERE, headers = {}, body }: Asked = {}) => {
    const type = body ? { 'Content-Type': 'application/json' } : {}
    const options = { host: HERE, port: server.port, localAddress: from, method, path, agent }
    const sent = request({ ...options, headers: { ...type, ...headers } })
    t.after(() => void sent.destroy())
    sent.on('error', () => {})
    sent.end(body && JSON.stringify(body))
    const [answer] = (await once(sent, 'response')) as [IncomingMessage]
    return answer
  }
  const textOf = async (answer: IncomingMessage) => {
    let text = ''
    for await (const part of answer) text += part
    return text
  }
  const status = async (...asked: Parameters<typeof ask>) => {
    const answer = await ask(...asked)
    answer.resume()
    return answer.statusCode
  }
  return { ...server, ask, status, textOf }
}

describe('shares', { skip }, () => {
  it('of sessions: half for one attendee, three quarters for one address, the last for the host', async t => {
    const { ask, status, textOf } = await serverOf(t, { sessions: 12 })
    const make = (asked: Asked) => status('POST', '/chaos/sessions', asked)
    const { key } = JSON.parse(await textOf(await ask('POST', '/chaos/sessions'))) as { key: string }
    const own = { headers: { Authorization: `Bearer ${key}` } }
    for (let i = 0; i < 5; i += 1) assert.equal(await make(own), 201)
    const refused = await ask('POST', '/chaos/sessions', own)
    assert.deepEqual([refused.statusCode, refused.headers['retry-after']], [429, '60'])
    assert.match(await textOf(refused), /All 6 sessions of yours are in use/)
    for (let i = 0; i < 3; i += 1) assert.equal(await make({}), 201)
    assert.match(await textOf(await ask('POST', '/chaos/sessions')), /All 9 sessions from your address/)
    assert.equal(await make({ from: THERE }), 201)
    assert.match(await textOf(await ask('POST', '/chaos/sessions', { from: THERE })), /All 10 sessions of attendees/)
    for (let i = 0; i < 2; i += 1) assert.equal(await make({ headers: HOST }), 201)
    assert.equal(await make({ headers: HOST }), 429)
  })

  it('of sessions that requests name', async t => {
    const { status, chaos } = await serverOf(t, { sessions: 8 }, { settings: HELD })
    const name = (session: string, from?: string) =>
      status('GET', '/catalogs', { from, headers: { 'X-Chaos-Session': session } })
    for (let i = 0; i < 6; i += 1) void name(`s${i}`).catch(() => {})
    while (chaos.control.sessions.list().length < 7) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(await name('s6'), 429)
    void name('s7', THERE).catch(() => {})
    while (chaos.control.sessions.list().length < 8) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(await status('POST', '/chaos/sessions', { headers: HOST }), 201)
  })

  it('of listeners: the last are for the host', async t => {
    const { ask, status } = await serverOf(t, { listeners: 10, listenersPerClient: 8 })
    const listen = async (asked: Asked) => (await ask('GET', '/chaos/events', asked)).statusCode
    for (let i = 0; i < 8; i += 1) assert.equal(await listen({}), 200)
    assert.equal(await status('GET', '/chaos/events'), 429)
    assert.equal(await listen({ from: THERE }), 200)
    assert.equal(await status('GET', '/chaos/events', { from: THERE }), 429)
    assert.equal(await listen({ from: THERE, headers: HOST }), 200)
  })

  it('of requests: three quarters for one address, the last for the host', async t => {
    const { ask, status, chaos } = await serverOf(t, { requests: 40 }, { settings: HELD })
    const { first } = chaos.control.sessions
    const fill = async (count: number, from: string) => {
      const all = first.inFlight + count
      for (let i = 0; i < count; i += 1) void ask('GET', '/catalogs', { from }).catch(() => {})
      while (first.inFlight < all) await new Promise(resolve => setTimeout(resolve, 5))
    }
    await fill(30, HERE)
    for (const path of ['/catalogs', '/chaos', '/health']) assert.equal(await status('GET', path), 503, path)
    await fill(6, THERE)
    assert.equal(await status('GET', '/chaos', { from: THERE }), 503)
    for (const from of [HERE, THERE]) assert.equal(await status('GET', '/chaos', { from, headers: HOST }), 200)
    assert.equal(await status('POST', '/chaos/reset', { from: THERE, headers: HOST }), 204)
    while (first.inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(await status('GET', '/health'), 200)
  })

  it('of held requests: three quarters for one address; the others are served', async t => {
    const faults = [{ kind: 'hang' as const, weight: 1, for: '20s' }]
    const { ask, status, chaos } = await serverOf(t, { held: 4 }, { settings: { failRate: 100, faults } })
    const { first } = chaos.control.sessions
    const hold = async (count: number, from: string) => {
      const all = first.requestTimers.size + count
      for (let i = 0; i < count; i += 1) void ask('GET', '/catalogs', { from }).catch(() => {})
      while (first.requestTimers.size < all) await new Promise(resolve => setTimeout(resolve, 5))
    }
    for (let round = 0; round < 3; round += 1) {
      await hold(3, HERE)
      assert.equal(await status('GET', '/catalogs'), 200)
      await hold(1, THERE)
      assert.equal(await status('GET', '/catalogs', { from: THERE }), 200)
      chaos.control.reset(first)
      while (first.inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
    }
  })

  it('of connections: three quarters for one address', async t => {
    const { port, status } = await serverOf(t, { connections: 20 })
    const sockets = Array.from({ length: 15 }, () => connect({ port, host: HERE, localAddress: HERE }))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    await Promise.all(sockets.map(socket => once(socket, 'connect')))
    assert.equal(await status('GET', '/health'), 503)
    assert.equal(await status('GET', '/health', { from: THERE }), 200)
    // Behind the same address there is room for who has the token, and none for who says nothing.
    assert.equal(await status('GET', '/chaos', { headers: HOST }), 200)
    await once(connect({ port, host: HERE, localAddress: HERE }).resume(), 'close')
    for (const socket of sockets) socket.destroy()
    let last: number | undefined
    while (last !== 200) last = await status('GET', '/health').catch(() => undefined)
  })

  it('of connections: nine tenths for all of those without the token', async t => {
    const { port, status } = await serverOf(t, { connections: 20 })
    const open = async (count: number, from: string) => {
      const sockets = Array.from({ length: count }, () => connect({ port, host: HERE, localAddress: from }))
      t.after(() => {
        for (const socket of sockets) socket.destroy()
      })
      await Promise.all(sockets.map(socket => once(socket, 'connect')))
    }
    await open(10, HERE)
    await open(8, THERE)
    for (const from of [HERE, THERE]) {
      assert.equal(await status('GET', '/health', { from }), 503)
      assert.equal(await status('GET', '/chaos', { from, headers: HOST }), 200)
    }
  })

  it('are of servers that others reach: what listens on this machine alone is one person’s', async t => {
    const server = await startTestServer(t, { token: TOKEN, openSessions: true, limits: { sessions: 4 } })
    for (let i = 0; i < 4; i += 1)
      assert.equal((await fetch(`${server.url}/chaos/sessions`, { method: 'POST' })).status, 201)
  })
})

const HELD = { latency: { distribution: 'fixed', delay: '30s', cap: '60s' } } as const

describe('wrong tokens', { skip }, () => {
  const wrong = (number: number) => ({ headers: { Authorization: `Bearer wrong-${number}` } })

  it('are looked at twenty at a time from one address, and the right one never waits with them', async t => {
    const { ask, status } = await serverOf(t, {}, { openSessions: false })
    const seen = []
    for (let i = 0; i < 25; i += 1) seen.push(await status('GET', '/chaos', wrong(i)))
    assert.deepEqual(seen.slice(0, 20), Array<number>(20).fill(401))
    assert.equal(seen.at(-1), 429)
    const refused = await ask('GET', '/chaos', wrong(99))
    assert.deepEqual([refused.statusCode, refused.headers.connection], [429, 'close'])
    assert.ok(Number(refused.headers['retry-after']) >= 1)
    refused.resume()
    for (let i = 0; i < 20; i += 1) {
      assert.equal(await status('GET', '/chaos', { headers: HOST }), 200)
      assert.equal(await status('PUT', '/chaos/fail-rate', { headers: HOST, body: { failRate: 0 } }), 200)
      for (let more = 0; more < 3; more += 1) await status('GET', '/chaos', wrong(100 + 3 * i + more))
    }
    assert.equal(await status('GET', '/catalogs', { headers: HOST }), 200)
    assert.equal(await status('GET', '/chaos'), 401)
    assert.equal(await status('GET', '/chaos', { from: THERE, headers: HOST }), 200)
  })

  it('that come again and again keep nobody out: a page may go on with the token of yesterday', async t => {
    const { status } = await serverOf(t, {}, { openSessions: false })
    for (let i = 0; i < 60; i += 1) assert.equal(await status('GET', '/chaos', wrong(i % 3)), 401)
    assert.equal(await status('GET', '/chaos', { headers: HOST }), 200)
  })

  it('are not the keys of attendees', async t => {
    const { ask, status, textOf } = await serverOf(t, {})
    const { key } = JSON.parse(await textOf(await ask('POST', '/chaos/sessions'))) as { key: string }
    const own = { headers: { Authorization: `Bearer ${key}` } }
    for (let i = 0; i < 40; i += 1) assert.equal(await status('GET', '/chaos', own), 200)
    let last: number | undefined
    for (let i = 0; last !== 429; i += 1) last = await status('POST', '/chaos/sessions', wrong(i))
    assert.equal(await status('GET', '/chaos', own), 200, 'and do not wait with others')
  })

  it('are forgotten one a second, and by the thousand addresses', () => {
    const clock = new ManualClock()
    const tokens = new WrongTokens(clock)
    for (let i = 0; i < 20; i += 1) {
      assert.equal(tokens.waitMs('a'), 0)
      tokens.add('a', `t${i}`)
    }
    assert.equal(tokens.waitMs('a'), 1_000)
    assert.equal(tokens.waitMs('b'), 0)
    clock.advance(1_000)
    assert.equal(tokens.waitMs('a'), 0)
    tokens.add('a', 'another')
    assert.equal(tokens.waitMs('a'), 1_000)
    for (let i = 0; i < 10_000; i += 1) tokens.add(`address-${i}`, 't')
    assert.equal(tokens.waitMs('a'), 0)
  })
})
