/** Requests that are held: the control plane does not notice them, a reset leaves nothing of them, and there is a limit. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import net from 'node:net'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { systemClock } from '../../../../server/lib/clock.ts'
import { control } from '../../../support/control.ts'
import { startTestServer } from '../../../support/server.ts'

const REQUEST = 'GET /catalogs/155568600 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n'

/** A clock that knows how many timers wait. */
function countingClock() {
  let waiting = 0
  return {
    waiting: () => waiting,
    now: systemClock.now,
    after(ms: number, act: () => void) {
      let over = false
      const end = () => {
        if (!over) waiting -= 1
        over = true
      }
      waiting += 1
      const cancel = systemClock.after(ms, () => {
        end()
        act()
      })
      return () => {
        end()
        cancel()
      }
    },
  }
}

async function connect(port: number): Promise<net.Socket> {
  const socket = net.connect(port, '127.0.0.1')
  socket.on('error', () => {})
  await once(socket, 'connect')
  return socket
}

function percentile99(times: number[]): number {
  return times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Number.NaN
}

/** Waits for something that is about to become true. */
async function until(what: () => boolean | Promise<boolean>): Promise<void> {
  for (let i = 0; i < 3_000; i += 1) {
    if (await what()) return
    await sleep(10)
  }
  assert.fail('it did not become true in half a minute')
}

test('500 hang: control and health answer meanwhile, the 501st is served, a reset leaves nothing behind', async t => {
  const clock = countingClock()
  const server = await startTestServer(t, { clock })
  const call = control(server)
  await call('PATCH', '/chaos', { failRate: 100, faults: [{ kind: 'hang', for: '60s' }] })
  const idle = clock.waiting()
  const sockets = await Promise.all(Array.from({ length: 500 }, () => connect(server.port)))
  for (const socket of sockets) socket.write(REQUEST)
  const inFlight = async () => (await call('GET', '/chaos/stats')).body.inFlight as number
  await until(async () => (await inFlight()) === 500)
  assert.equal(clock.waiting(), idle + 500)

  const paths = ['/chaos', '/chaos/stats', '/chaos/fail-rate', '/health', '/ready', '/chaos/preview?n=5']
  const ask = async ({ url }: { url: string }, path: string) => {
    const startedAt = performance.now()
    assert.equal((await control({ url })('GET', path)).status, 200)
    return performance.now() - startedAt
  }
  // A server where nothing hangs is asked in turns with the other: what a busy machine costs, it costs both.
  const calm = await startTestServer(t)
  const times: number[] = []
  const calmTimes: number[] = []
  for (let i = 0; i < 300; i += 1) {
    const path = paths[i % paths.length] ?? '/health'
    times.push(await ask(server, path))
    calmTimes.push(await ask(calm, path))
  }
  const p99 = percentile99(times)
  t.diagnostic(
    `control plane while 500 hang: p99 ${p99.toFixed(1)} ms, while none does ${percentile99(calmTimes).toFixed(1)} ms`,
  )
  // The goal is 50 ms; a machine that does other things meanwhile gets ten times as much.
  assert.ok(p99 < Math.max(500, 10 * percentile99(calmTimes)), `p99 ${p99} ms`)
  assert.equal(await inFlight(), 500)

  const served = await fetch(`${server.url}/catalogs/155568600`)
  assert.equal(served.status, 200)
  await served.text()
  const stats = (await call('GET', '/chaos/stats')).body
  assert.equal(stats.overflow, 1)
  assert.equal(stats.outcomes.success, 1)

  const ended = Promise.all(sockets.map(socket => once(socket.resume(), 'end')))
  assert.equal((await call('POST', '/chaos/reset')).status, 204)
  await ended
  await until(async () => (await inFlight()) === 0)
  assert.equal(clock.waiting(), idle)
  assert.equal(server.chaos.control.sessions.first.requestTimers.size, 0)
})

for (const [how, method, path] of [
  ['a reset of their session', 'POST', '/chaos/reset?session=lab'],
  ['the end of their session', 'DELETE', '/chaos/sessions/lab'],
] as const) {
  test(`${how} releases 10,000 held requests, every one`, async t => {
    const clock = countingClock()
    const server = await startTestServer(t, { clock, limits: { held: 10_000, requests: 20_000 } })
    const call = control(server)
    const settings = { failRate: 100, faults: [{ kind: 'hang', for: '60s' }] }
    assert.equal((await call('POST', '/chaos/sessions', { id: 'lab', settings })).status, 201)
    const { sessions } = server.chaos.control
    const lab = sessions.get('lab')
    const idle = clock.waiting()
    // Twenty in line on each of 500 connections: as many descriptors as any machine gives.
    const sockets = await Promise.all(Array.from({ length: 500 }, () => connect(server.port)))
    t.after(() => {
      for (const socket of sockets) socket.destroy()
    })
    for (const socket of sockets)
      socket.write(REQUEST.replace('\r\n\r\n', '\r\nX-Chaos-Session: lab\r\n\r\n').repeat(20))
    await until(() => lab?.requestTimers.size === 10_000)
    assert.equal(lab?.inFlight, 10_000)
    const ended = Promise.all(sockets.map(socket => once(socket.resume(), 'close')))
    assert.equal((await call(method, path)).status, 204)
    await ended
    await until(() => lab?.inFlight === 0)
    assert.equal(lab?.requestTimers.size, 0)
    assert.ok(clock.waiting() <= idle, `${clock.waiting()} timers wait, ${idle} before`)
  })
}

for (const kind of ['hang', 'stall', 'drip']) {
  test(`a client that leaves a ${kind} takes its timer with it`, async t => {
    const clock = countingClock()
    const server = await startTestServer(t, { clock })
    server.chaos.change({ failRate: 100, faults: [{ kind, [kind === 'drip' ? 'over' : 'for']: '60s' }] }, 'api')
    const idle = clock.waiting()
    const socket = await connect(server.port)
    socket.write(REQUEST)
    await until(() => clock.waiting() === idle + 1)
    socket.destroy()
    await until(() => clock.waiting() === idle)
    const { body } = await control(server)('GET', '/chaos/stats')
    assert.deepEqual([body.inFlight, body.outcomes.injected], [0, 1])
  })

  test(`a reset ends a ${kind}`, async t => {
    const server = await startTestServer(t)
    server.chaos.change({ failRate: 100, faults: [{ kind, [kind === 'drip' ? 'over' : 'for']: '60s' }] }, 'api')
    const socket = await connect(server.port)
    socket.write(REQUEST)
    await until(() => server.chaos.control.sessions.first.requestTimers.size === 1)
    const ended = once(socket.resume(), 'end')
    server.chaos.control.reset(server.chaos.control.sessions.first)
    await ended
  })
}

test('a delayed request whose client leaves is aborted, and never reaches its handler', async t => {
  const clock = countingClock()
  const server = await startTestServer(t, { clock })
  server.chaos.change({ latency: { distribution: 'fixed', delay: '60s' } }, 'api')
  const idle = clock.waiting()
  const socket = await connect(server.port)
  socket.write(REQUEST)
  await until(() => clock.waiting() === idle + 1)
  socket.destroy()
  await until(() => clock.waiting() === idle)
  const { body } = await control(server)('GET', '/chaos/stats')
  assert.deepEqual([body.inFlight, body.outcomes.aborted], [0, 1])
})

test('a reset of the default session releases what waits in sessions that inherit its capacity', async t => {
  const clock = countingClock()
  const server = await startTestServer(t, { clock })
  const { control: chaos } = server.chaos
  const heir = chaos.create({ id: 'heir', pinned: true })
  const own = chaos.create({ id: 'own', pinned: true })
  const capacity = { workers: 1, service: '60s', queue: 10 }
  chaos.change(own, { patch: { capacity } }, { source: 'api' })
  server.chaos.change({ capacity }, 'api')
  const idle = clock.waiting()
  const ask = (session: string) =>
    fetch(`${server.url}/catalogs/155568600`, { headers: { 'X-Chaos-Session': session } })
  const answers = Array.from({ length: 4 }, () => ask('heir'))
  const kept = ask('own').catch(() => null)
  await until(() => heir.inFlight === 4 && own.inFlight === 1)
  chaos.reset(chaos.sessions.first)
  for (const answer of await Promise.all(answers)) assert.equal(answer.status, 200)
  assert.deepEqual([heir.capacity, own.inFlight], [null, 1])
  chaos.reset(own)
  await kept
  assert.equal(clock.waiting(), idle)
})
