/** Raw sockets against a server with tight limits: slow, half-open, oversized and ambiguous requests; the next honest client is served. */

import assert from 'node:assert/strict'
import { ServerResponse } from 'node:http'
import { connect, type Socket } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import { MAX_TAKEN_A_TURN, Pipelines } from '../../../server/http/pipelining.ts'
import type { ServerOptions } from '../../../server/server.ts'
import { httpGet } from '../../support/raw.ts'
import { startTestServer } from '../../support/server.ts'

const HOST = 'Host: localhost\r\n'
const LIMITS = { headersMs: 400, requestMs: 800, headerBytes: 4_096, bodyBytes: 2_048 }
const PUT = `PUT /chaos/fail-rate HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`

const start = (t: TestContext, options: ServerOptions = {}) => startTestServer(t, { limits: LIMITS, ...options })

interface Wire {
  readonly socket: Socket
  /** Everything that came until the other side closed. */
  readonly text: Promise<string>
}

function open(t: TestContext, port: number, bytes = ''): Wire {
  const socket = connect(port, '127.0.0.1')
  t.after(() => void socket.destroy())
  let text = ''
  socket.on('data', chunk => {
    text += chunk
  })
  socket.on('error', () => {})
  if (bytes) socket.write(bytes)
  return { socket, text: new Promise(resolve => socket.on('close', () => resolve(text))) }
}

const statuses = (text: string) => [...text.matchAll(/HTTP\/1\.1 (\d{3}) /g)].map(([, status]) => Number(status))
const honest = async (port: number) =>
  assert.equal((await httpGet(`http://127.0.0.1:${port}/catalogs/155568600`)).status, 200)

describe('slow senders', () => {
  for (const [what, bytes] of [
    ['of headers', `GET /catalogs HTTP/1.1\r\n${HOST}X-A: `],
    ['of the first line', 'GET /cat'],
    ['of a body', `${PUT}Content-Length: 30\r\n\r\n{"fail`],
    ['of chunks', `${PUT}Transfer-Encoding: chunked\r\n\r\n5\r\n{"fai`],
  ] as const) {
    it(`${what} are told 408 and let go, however many`, async t => {
      const { port } = await start(t)
      const wires = Array.from({ length: 20 }, () => open(t, port, bytes))
      await honest(port)
      for (const { text } of wires) assert.deepEqual(statuses(await text), [408])
    })
  }
})

describe('half-open connections', () => {
  it('that say nothing hold nobody up', async t => {
    const { port } = await start(t)
    for (let count = 0; count < 200; count += 1) open(t, port)
    await honest(port)
  })

  it('beyond the limit are told 503, and there is room again when they have gone', async t => {
    const { port } = await start(t, { limits: { ...LIMITS, connections: 10 } })
    const wires = Array.from({ length: 10 }, () => open(t, port, `GET /health HTTP/1.1\r\n${HOST}\r\n`))
    await Promise.all(wires.map(({ socket }) => new Promise(resolve => socket.once('data', resolve))))
    const refused = open(t, port, `GET /health HTTP/1.1\r\n${HOST}\r\n`)
    const answer = await refused.text
    assert.deepEqual(statuses(answer), [503])
    assert.match(answer, /Retry-After: 1[\s\S]*10 connections are open already/)
    for (const { socket } of wires) socket.destroy()
    await Promise.all(wires.map(({ text }) => text))
    await honest(port)
  })

  it('beyond the limit are told 503, and what they asked for is not done', async t => {
    const { port, chaos } = await start(t, { limits: { ...LIMITS, connections: 2 } })
    const wires = Array.from({ length: 2 }, () => open(t, port, `GET /health HTTP/1.1\r\n${HOST}\r\n`))
    await Promise.all(wires.map(({ socket }) => new Promise(resolve => socket.once('data', resolve))))
    for (let tries = 0; tries < 5; tries += 1) {
      const body = '{"failRate":77}'
      const refused = await open(t, port, `${PUT}Content-Length: ${body.length}\r\n\r\n${body}`).text
      assert.deepEqual(statuses(refused), [503])
    }
    assert.equal(chaos.settings().failRate, 0)
  })

  it('that leave in the middle of an answer leave nothing behind', async t => {
    const server = await start(t, { settings: { failRate: 100, faults: [{ kind: 'hang', weight: 1, for: '10s' }] } })
    const wires = Array.from({ length: 20 }, () => open(t, server.port, `GET /catalogs HTTP/1.1\r\n${HOST}\r\n`))
    const { sessions } = server.chaos.control
    while (sessions.first.requestTimers.size < 20) await new Promise(resolve => setTimeout(resolve, 5))
    for (const { socket } of wires) socket.resetAndDestroy()
    while (sessions.first.inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(sessions.first.requestTimers.size, 0)
  })
})

describe('pipelining', () => {
  it('of a client that leaves ends every request, not only the one that was being answered', async t => {
    const server = await start(t, { settings: { failRate: 100, faults: [{ kind: 'hang', weight: 1, for: '10s' }] } })
    const wire = open(t, server.port, `GET /catalogs HTTP/1.1\r\n${HOST}\r\n`.repeat(20))
    const { first } = server.chaos.control.sessions
    while (first.requestTimers.size < 20) await new Promise(resolve => setTimeout(resolve, 5))
    wire.socket.destroy()
    while (first.inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(first.requestTimers.size, 0)
  })

  it('of a hundred requests is answered in order, each by the rules of access', async t => {
    const { port } = await start(t)
    const one = `GET /catalogs/155568600 HTTP/1.1\r\n${HOST}\r\n`
    const bad = 'GET /catalogs/155568600 HTTP/1.1\r\nHost: evil.example\r\n\r\n'
    const answered = await open(t, port, one.repeat(100) + bad + one).text
    assert.deepEqual(statuses(answered), [...Array<number>(100).fill(200), 403])
  })
})

describe('more in line than a connection may have', () => {
  const one = `GET /catalogs/155568600 HTTP/1.1\r\n${HOST}\r\n`

  it('is told 429, after what came before was answered, and is not acted on', async t => {
    const { port, chaos } = await start(t, { limits: { ...LIMITS, requestsInLine: 20 } })
    const body = '{"failRate":77}'
    const change = `${PUT}Content-Length: ${body.length}\r\n\r\n${body}`
    const text = await open(t, port, one.repeat(25) + change).text
    // The first is not in line behind others.
    assert.deepEqual(statuses(text), [...Array<number>(21).fill(200), 429])
    assert.match(text, /20 requests of this connection are in line already.*MAX_REQUESTS_IN_LINE/)
    assert.equal(chaos.settings().failRate, 0)
    assert.equal(chaos.control.sessions.first.arrivals, 21)
    await honest(port)
  })

  it('does not keep others waiting: what is read of the control plane takes turns with them', async t => {
    const { port } = await start(t, { limits: { ...LIMITS, requestsInLine: 2_000 } })
    for (const path of ['/metrics', '/chaos/requests?limit=1000', '/chaos/preview?n=1000', '/openapi.json']) {
      const line = open(t, port, `GET ${path} HTTP/1.1\r\n${HOST}\r\n`.repeat(600))
      let answered = 0
      line.socket.on('data', chunk => {
        answered += statuses(String(chunk)).length
      })
      await new Promise(resolve => line.socket.once('data', resolve))
      await honest(port)
      assert.ok(answered < 300, `${path}: ${answered} of 600 were answered before the one of another`)
      line.socket.destroy()
    }
  })

  it('is taken in by turns: one turn of the loop takes no more than a piece of one connection beyond its share', async t => {
    const { port } = await start(t, { limits: { ...LIMITS, requestsInLine: 2_000 } })
    const health = `GET /health HTTP/1.1\r\n${HOST}\r\n`
    let taken = 0
    let most = 0
    const { add } = Pipelines.prototype
    t.mock.method(
      Pipelines.prototype,
      'add',
      function (this: Pipelines<never, never>, ...args: Parameters<typeof add>) {
        taken += 1
        most = Math.max(most, taken)
        add.apply(this, args as never)
      },
    )
    let turn = setImmediate(function next() {
      taken = 0
      turn = setImmediate(next)
    })
    t.after(() => clearImmediate(turn))
    const wires = Array.from({ length: 8 }, () => open(t, port, health))
    await Promise.all(wires.map(({ socket }) => new Promise(resolve => socket.once('data', resolve))))
    const last = `GET /health HTTP/1.1\r\n${HOST}Connection: close\r\n\r\n`
    for (const { socket } of wires) socket.write(health.repeat(998) + last)
    await honest(port)
    // Nobody is forgotten.
    for (const { text } of wires) assert.deepEqual(statuses(await text), Array<number>(1_000).fill(200))
    assert.ok(most > 0 && most <= MAX_TAKEN_A_TURN + 65_536 / health.length, `${most} in one turn`)
  })

  it('is taken in no sooner than one request of somebody who came later', async t => {
    const { port } = await start(t, { limits: { ...LIMITS, requestsInLine: 2_000 } })
    const health = `GET /health HTTP/1.1\r\n${HOST}\r\n`
    const burst = health.repeat(1_200)
    const took = t.mock.method(Pipelines.prototype, 'took')
    const wires = Array.from({ length: 30 }, () => open(t, port, health))
    await Promise.all(wires.map(({ socket }) => new Promise(resolve => socket.once('data', resolve))))
    for (const { socket } of wires) socket.write(burst)
    await honest(port)
    const before = took.mock.callCount()
    assert.ok(before < 12 * 1_200, `${before} requests of 30 bursts of 1,200 were taken in before it`)
  })

  it('and refused is read by turns like the others', async t => {
    const { port } = await start(t, { limits: { ...LIMITS, requestsInLine: 10 } })
    let taken = 0
    let most = 0
    const { took } = Pipelines.prototype
    t.mock.method(Pipelines.prototype, 'took', function (this: Pipelines<never, never>) {
      taken += 1
      most = Math.max(most, taken)
      took.apply(this)
    })
    let turn = setImmediate(function next() {
      taken = 0
      turn = setImmediate(next)
    })
    t.after(() => clearImmediate(turn))
    const wires = Array.from({ length: 8 }, () => open(t, port, one))
    await Promise.all(wires.map(({ socket }) => new Promise(resolve => socket.once('data', resolve))))
    for (const { socket } of wires) socket.write(one.repeat(5_000))
    await honest(port)
    for (const { text } of wires) await text
    assert.ok(most > 0 && most <= MAX_TAKEN_A_TURN + 65_536 / one.length, `${most} in one turn`)
  })

  it('of a client that leaves before a held answer ends with its connection', async t => {
    const server = await start(t, { settings: { failRate: 100, faults: [{ kind: 'hang', weight: 1, for: '10m' }] } })
    const { first } = server.chaos.control.sessions
    const { socket } = open(t, server.port, one + `GET /chaos HTTP/1.1\r\n${HOST}\r\n`.repeat(1_000))
    while (first.requestTimers.size < 1) await new Promise(resolve => setTimeout(resolve, 5))
    for (let i = 0; i < 5; i += 1) await httpGet(`http://127.0.0.1:${server.port}/health`)
    socket.destroy()
    while (first.inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
    assert.equal(first.requestTimers.size, 0)
  })

  it('is not kept ready for a client that reads nothing', async t => {
    const { port } = await start(t)
    const socket = connect(port, '127.0.0.1').pause()
    t.after(() => void socket.destroy())
    let made = 0
    const { end } = ServerResponse.prototype
    t.mock.method(ServerResponse.prototype, 'end', function (this: ServerResponse, ...args: Parameters<typeof end>) {
      made += 1
      return end.apply(this, args)
    })
    socket.write(`GET /openapi.json HTTP/1.1\r\n${HOST}\r\n`.repeat(200))
    for (let i = 0; i < 10; i += 1) await honest(port)
    await new Promise(resolve => setTimeout(resolve, 200))
    assert.ok(made < 100, `${made} answers of 200 were made`)
  })

  it('leaves nothing behind when the client leaves', async t => {
    const { port } = await start(t, { limits: { ...LIMITS, requests: 1_000 } })
    for (let round = 0; round < 20; round += 1) {
      const { socket } = open(t, port, `GET /chaos HTTP/1.1\r\n${HOST}\r\n`.repeat(200) + one.repeat(50))
      await new Promise(resolve => socket.once('data', resolve))
      socket.resetAndDestroy()
    }
    for (let i = 0; i < 5; i += 1) await new Promise(resolve => setTimeout(resolve, 20))
    await honest(port)
  })
})

describe('requests in flight', () => {
  it('beyond the limit are told 503 and do not meet the failure model; the control plane answers all the same', async t => {
    const { port, chaos } = await start(t, {
      limits: { ...LIMITS, requests: 50 },
      settings: { latency: { distribution: 'fixed', delay: '30s', cap: '60s' } },
    })
    const held = open(t, port, `GET /catalogs HTTP/1.1\r\n${HOST}\r\n`.repeat(50))
    const { first } = chaos.control.sessions
    while (first.inFlight < 50) await new Promise(resolve => setTimeout(resolve, 5))
    const { status, headers, body } = await httpGet(`http://127.0.0.1:${port}/catalogs`)
    assert.equal(status, 503)
    assert.equal(headers['retry-after'], '1')
    assert.match(body, /50 requests are being answered already/)
    assert.equal(first.arrivals, 50)
    assert.equal((await httpGet(`http://127.0.0.1:${port}/chaos`)).status, 200)
    const reading = Array.from({ length: 100 }, () => open(t, port, `GET /chaos/events HTTP/1.1\r\n${HOST}\r\n`))
    await Promise.all(reading.map(({ socket }) => new Promise(resolve => socket.once('data', resolve))))
    assert.equal((await httpGet(`http://127.0.0.1:${port}/chaos`)).status, 503, 'the reserve has an end')
    for (const { socket } of reading) socket.destroy()
    await Promise.all(reading.map(({ text }) => text))
    held.socket.destroy()
    while (first.inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
    chaos.change({ latency: null }, 'api')
    await honest(port)
  })
})

describe('oversized', () => {
  for (const [what, bytes, status] of [
    ['headers', `GET /catalogs HTTP/1.1\r\n${HOST}X: ${'x'.repeat(5_000)}\r\n\r\n`, 431],
    ['URLs', `GET /${'x'.repeat(5_000)} HTTP/1.1\r\n${HOST}\r\n`, 431],
    ['bodies', `${PUT}Content-Length: 100000\r\n\r\n`, 413],
    [
      'chunked bodies',
      `${PUT}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n1000\r\n${'x'.repeat(4_096)}\r\n0\r\n\r\n`,
      413,
    ],
    ['chunk extensions', `${PUT}Transfer-Encoding: chunked\r\n\r\n1;${'x'.repeat(20_000)}\r\na\r\n`, 413],
  ] as const) {
    it(`${what} are told ${status}`, async t => {
      const { port, chaos } = await start(t)
      const wire = open(t, port, bytes)
      assert.equal(statuses(await wire.text)[0], status)
      assert.equal(chaos.settings().failRate, 0)
      await honest(port)
    })
  }
})

describe('headers that would be left out', () => {
  const many = (count: number) => 'a:\r\n'.repeat(count)
  const own = `DELETE /chaos HTTP/1.1\r\n${HOST}`
  const GENEROUS = { limits: { ...LIMITS, headerBytes: 1_048_576 } }

  for (const [what, last] of [
    ['an Origin', 'Origin: http://evil.example\r\n'],
    ['a second Host', 'Host: evil.example\r\n'],
    ['a Sec-Fetch-Site', 'Sec-Fetch-Site: cross-site\r\n'],
    ['nothing', ''],
  ] as const) {
    for (const count of [1_000, 1_001, 1_032, 1_100, 3_000, 100_000]) {
      it(`${what} behind ${count} others: 431, and what follows is not read`, async t => {
        const { port, chaos } = await start(t, GENEROUS)
        chaos.change({ failRate: 33 }, 'api')
        const text = await open(t, port, `${own}${many(count)}${last}\r\n${own}\r\n`).text
        assert.deepEqual(statuses(text), [431])
        assert.equal(chaos.settings().failRate, 33)
        await honest(port).catch(() => {})
      })
    }
  }

  it('up to a thousand are read, every one', async t => {
    const { port, chaos } = await start(t, GENEROUS)
    chaos.change({ failRate: 33 }, 'api')
    const origin = 'Origin: http://evil.example\r\nConnection: close\r\n'
    assert.deepEqual(statuses(await open(t, port, `${own}${many(997)}${origin}\r\n`).text), [403])
    assert.equal(chaos.settings().failRate, 33)
  })
})

describe('shapes of request smuggling', () => {
  const inner = `DELETE /chaos HTTP/1.1\r\n${HOST}\r\n`
  for (const [what, bytes] of [
    ['a length and chunks', `${PUT}Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['chunks twice', `${PUT}Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n${inner}`],
    ['an unknown encoding', `${PUT}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n${inner}`],
    ['a compressed body in chunks', `${PUT}Transfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['the same in two headers', `${PUT}Transfer-Encoding: gzip\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['chunks within chunks', `${PUT}Transfer-Encoding: chunked, chunked\r\n\r\n0\r\n\r\n${inner}`],
    ['two lengths', `${PUT}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${inner}`],
    ['a length with a sign', `${PUT}Content-Length: +0\r\n\r\n${inner}`],
    ['a space before the colon', `${PUT}Content-Length : 0\r\n\r\n${inner}`],
    ['a folded header', `${PUT}X: a\r\n Transfer-Encoding: chunked\r\n\r\n${inner}`],
    ['a bare line feed', `${PUT}Content-Length: 0\nX: y\r\n\r\n${inner}`],
    ['a zero byte', `${PUT}X: \0\r\n\r\n${inner}`],
    ['two hosts', `GET /chaos HTTP/1.1\r\n${HOST}Host: evil.example\r\n\r\n${inner}`],
    ['no host', `GET /chaos HTTP/1.1\r\n\r\n${inner}`],
    ['another host in the line', `GET http://evil.example/chaos HTTP/1.1\r\n${HOST}\r\n${inner}`],
  ] as const) {
    it(`${what}: refused, and what follows is not read`, async t => {
      const { port, chaos } = await start(t)
      chaos.change({ failRate: 33 }, 'api')
      const [status = 0, ...more] = statuses(await open(t, port, bytes).text)
      assert.ok(status >= 400 && status < 500, String(status))
      assert.deepEqual(more, [])
      assert.equal(chaos.settings().failRate, 33)
      chaos.change({ failRate: 0 }, 'api')
      await honest(port)
    })
  }
})
