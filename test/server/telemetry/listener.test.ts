/** Who is dropped from the event stream and who is not: only a client that does not read, however much comes at once. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { connect } from 'node:net'
import { describe, it, type TestContext } from 'node:test'
import express from 'express'
import { LIMITS } from '../../../server/config/limits.ts'
import { problemHandler } from '../../../server/http/problem.ts'
import { Events } from '../../../server/telemetry/events.ts'
import { MAX_WAITING } from '../../../server/telemetry/listener.ts'
import { openEvents } from '../../support/event-stream.ts'
import { listen } from '../../support/listen.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { startTestServer } from '../../support/server.ts'

const turn = () => new Promise(resolve => setImmediate(resolve))
const KB = 1_024

/** The stream alone, with time in hand, and a `hello` that is as long as it is wanted. */
async function stage(test: TestContext, describe: () => object = () => ({})) {
  const clock = new ManualClock()
  const streamed = { describe: () => ({ ...describe() }), samples: () => [], history: () => [] }
  const nothing = () => []
  const parts = { board: nothing, runs: nothing, changes: nothing, everySecond: () => {}, limits: LIMITS }
  const events = new Events({ clock, startedAt: 0, boot: 1_000, epoch: () => 1_000, session: () => streamed, ...parts })
  const app = express()
    .use('/chaos', events.routes())
    .use(problemHandler(() => {}))
  const base = await listen(createServer(app), test)
  const open = async (headers: Record<string, string> = {}) => {
    const stream = await openEvents(`${base}/chaos/events`, headers)
    test.after(() => stream.close())
    return stream
  }
  return { clock, events, open }
}

/** Tells so many bytes in events of 1 KB, or of `each` bytes, all in one turn. */
function burst(events: Events, bytes: number, each = KB): void {
  const filler = 'x'.repeat(each)
  for (let index = 1; index * each <= bytes; index += 1) events.emit('default', 'session', { index, filler })
}

describe('a listener that reads', () => {
  for (const [what, bytes] of [
    ['less than may wait', MAX_WAITING / 2],
    ['more than may wait', 2 * MAX_WAITING],
    ['much more than may wait', 16 * MAX_WAITING],
  ] as const) {
    it(`survives a burst of ${what}, all in one turn, and is there for the next`, async test => {
      const { clock, events, open } = await stage(test)
      const stream = await open()
      await stream.until('hello')
      for (let round = 1; round <= 2; round += 1) {
        burst(events, bytes)
        const count = round * Math.floor(bytes / KB)
        while (stream.heard.filter(({ type }) => type === 'session').length < count && events.listeners > 0)
          await turn()
        clock.advance(60_000)
        await turn()
        await turn()
        assert.equal(events.listeners, 1)
      }
    })
  }

  it('is not slow because its first frames are long: a hello, or all that it missed', async test => {
    const { clock, events, open } = await stage(test, () => ({ filler: 'x'.repeat(4 * MAX_WAITING) }))
    const first = await open()
    const { id } = await first.until('hello')
    burst(events, MAX_WAITING * 1.5, 8 * KB)
    const last = (MAX_WAITING * 1.5) / (8 * KB)
    await first.until('session', ({ data }) => data.index === last)
    const again = await open({ 'last-event-id': String(id) })
    await again.until('session', ({ data }) => data.index === last)
    assert.equal(again.heard[0]?.type, 'session')
    clock.advance(60_000)
    await turn()
    await turn()
    assert.equal(events.listeners, 2)
  })

  it('does not notice sessions that come and go with the requests that name them', async test => {
    const server = await startTestServer(test, { limits: { sessions: 2_500 } })
    const stream = await openEvents(`${server.url}/chaos/events`)
    test.after(() => stream.close())
    const { id } = await stream.until('hello')
    const socket = connect(server.port, '127.0.0.1')
    test.after(() => socket.destroy())
    const host = `Host: 127.0.0.1:${server.port}`
    const heads = Array.from(
      { length: 2_000 },
      (_, index) =>
        `HEAD /catalogs/155568600 HTTP/1.1\r\n${host}\r\nX-Chaos-Session: s${index}-${'x'.repeat(50)}\r\n\r\n`,
    )
    socket.write(`${heads.join('')}GET /health HTTP/1.1\r\n${host}\r\nConnection: close\r\n\r\n`)
    socket.resume()
    await once(socket, 'close')
    assert.equal(server.chaos.control.sessions.list().length, 2_001)

    const made = await fetch(`${server.url}/chaos/sessions`, { method: 'POST' })
    const name = ((await made.json()) as { id: string }).id
    await stream.until('session', ({ data }) => data.session === name && data.change === 'created')
    const told = stream.heard.filter(({ type }) => type === 'session').map(({ data }) => data.session)
    assert.deepEqual(told, [name])
    const back = await openEvents(`${server.url}/chaos/events`, { 'last-event-id': String(id) })
    test.after(() => back.close())
    await back.until('session')
    assert.notEqual(back.heard[0]?.type, 'hello', 'what it missed is remembered')
  })
})

describe('a listener that does not read', () => {
  it('is dropped, soon and before it costs much, while the others hear on', async test => {
    const { clock, events, open } = await stage(test)
    const [good, bad] = [await open(), await open()]
    await Promise.all([good.until('hello'), bad.until('hello')])
    bad.pause()
    let told = 0
    // What the sockets hold is the kernel's affair; nothing holds 64 MB.
    while (events.listeners === 2 && told < 64 * 1024 * KB) {
      burst(events, MAX_WAITING)
      told += MAX_WAITING
      const from = good.heard.length
      while (good.heard.length < from + MAX_WAITING / KB - 1 && events.listeners > 0) await turn()
      clock.advance(2_000)
      await turn()
      await turn()
    }
    test.diagnostic(`dropped after ${told / KB} KB, of which the sockets hold the most`)
    assert.equal(events.listeners, 1)
    burst(events, KB)
    await good.until('session', ({ data }) => data.index === 1)
  })

  it('is dropped without any time going by when floods follow each other', async test => {
    const { events, open } = await stage(test)
    const bad = await open()
    await bad.until('hello')
    bad.pause()
    let told = 0
    while (events.listeners === 1 && told < 64 * 1024 * KB) {
      burst(events, MAX_WAITING)
      told += MAX_WAITING
      for (let index = 0; index < 3; index += 1) await turn()
    }
    test.diagnostic(`dropped after ${told / KB} KB`)
    assert.equal(events.listeners, 0)
  })
})

describe('a channel', () => {
  it('remembers so many events, but no more of long ones than fit', async test => {
    const { events, open } = await stage(test)
    const first = await open()
    const { id } = await first.until('hello')
    burst(events, 4 * MAX_WAITING, 16 * KB)
    const { id: last } = await first.until('session', ({ data }) => data.index === 128)
    for (const [missed, heard] of [
      [60, 'session'],
      [last - id, 'hello'],
    ] as const) {
      const again = await open({ 'last-event-id': String(last - missed) })
      await again.until(heard)
      assert.equal(again.heard[0]?.type, heard, `after ${missed} events`)
    }
  })

  it('is forgotten a while after its only listener was lost during a long hello', async test => {
    const { clock, events, open } = await stage(test, () => ({ filler: 'x'.repeat(16 * MAX_WAITING) }))
    const stream = await open()
    stream.close()
    await stream.ended
    while (events.listeners > 0) await turn()
    assert.deepEqual(events.sessions, ['default'])
    clock.advance(20_000)
    assert.deepEqual([events.sessions, clock.pending], [[], 0])
  })

  it('is forgotten where its first hello failed', async test => {
    const { clock, events, open } = await stage(test, () => {
      throw new Error('nothing to describe')
    })
    const stream = await open()
    await stream.ended
    clock.advance(20_000)
    assert.deepEqual([events.sessions, clock.pending], [[], 0])
  })
})
