/** Whatever faults meet on one connection, in whatever order, and whenever its client leaves: nothing of it is left. */

import assert from 'node:assert/strict'
import { readdirSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { after, suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import autocannon from 'autocannon'
import { httpGet } from '../../../support/raw.ts'
import { startTestServer } from '../../../support/server.ts'

const CONNECTIONS = 64
const PATH = '/catalogs/155568600'
const server = await startTestServer({ after }, { limits: { connections: CONNECTIONS, requests: 1_000 } })
const { control } = server.chaos
const { first } = control.sessions

/** Each kind by the header that asks for it; `served` asks for none, `refused` for room where there is none. */
const FAULTS = [
  { kind: 'status' },
  { kind: 'reset' },
  { kind: 'empty' },
  { kind: 'hang', for: '3ms' },
  { kind: 'stall', for: '3ms' },
  { kind: 'truncate', afterBytes: 10 },
  { kind: 'malformed' },
  { kind: 'garbage' },
  { kind: 'drip', over: '3ms' },
  { kind: 'wrong-type' },
  { kind: 'rate-limit', limit: 1, per: '1h' },
]
const KINDS = [...FAULTS.map(({ kind }) => kind), 'served', 'refused']
const PAIRS = KINDS.flatMap(one => KINDS.map(two => [one, two]))
const TRIPLES = PAIRS.flatMap(pair => KINDS.map(three => [...pair, three]))

server.chaos.change(
  { rules: FAULTS.map(fault => ({ id: fault.kind, match: { header: { 'x-want': fault.kind } }, faults: [fault] })) },
  'api',
)
const full = control.create({ id: 'full', pinned: true })
const capacity = { workers: 1, service: '60s', queue: 0, whenFull: 'reset' }
control.change(full, { patch: { capacity } }, { source: 'api' })
await new Promise<void>(resolve => {
  const socket = connect(server.port, '127.0.0.1', () => socket.write(wanted('refused')))
  const timer = setInterval(() => {
    if (full.inFlight === 0) return
    clearInterval(timer)
    socket.destroy()
    socket.on('close', () => resolve())
  }, 5)
})

function wanted(kind: string): string {
  const header = kind === 'refused' ? 'X-Chaos-Session: full' : `X-Want: ${kind}`
  return `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\n${header}\r\n\r\n`
}

const LAST = `GET ${PATH} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`

/** Ways of a client, with all requests in one piece (pipelined) or in pieces of their own. */
const CLIENTS: Readonly<Record<string, (socket: Socket, requests: readonly string[]) => void>> = {
  'reads to the end': (socket, requests) => socket.write(requests.join('') + LAST),
  'sends one after the other': (socket, requests) => sendEach(socket, [...requests, LAST]),
  'ends at once': (socket, requests) => socket.end(requests.join('')),
  'ends between two': (socket, requests) => sendEach(socket, requests, () => socket.end()),
  'leaves at once': (socket, requests) => socket.write(requests.join(''), () => socket.destroy()),
  'resets at once': (socket, requests) => socket.write(requests.join(''), () => socket.resetAndDestroy()),
  'leaves at the first byte': (socket, requests) => {
    socket.once('data', () => socket.destroy())
    socket.write(requests.join('') + LAST)
  },
}

function sendEach(socket: Socket, requests: readonly string[], done = () => {}): void {
  const [request, ...rest] = requests
  if (request === undefined || socket.destroyed) done()
  else socket.write(request, () => setImmediate(sendEach, socket, rest, done))
}

const descriptors = () => readdirSync('/proc/self/fd').length

/** Waits for something that is about to become true; false where it does not. */
async function becomes(what: () => boolean): Promise<boolean> {
  for (let tries = 0; tries < 1_000; tries += 1) {
    if (what()) return true
    await sleep(10)
  }
  return false
}

const clients = new Set<Socket>()

/** Closes every connection from the side of the clients. */
function hangUp(): void {
  for (const socket of clients) socket.destroy()
}

/** One connection until it has closed; one that is left open for long is closed by hand. */
function session(way: (socket: Socket, requests: readonly string[]) => void, kinds: readonly string[]): Promise<void> {
  return new Promise(resolve => {
    const socket = connect(server.port, '127.0.0.1', () => way(socket, kinds.map(wanted)))
    socket.setNoDelay(true).setTimeout(2_000, () => socket.destroy())
    socket.resume()
    clients.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => {
      clients.delete(socket)
      resolve()
    })
  })
}

async function all(way: (socket: Socket, requests: readonly string[]) => void, lists: readonly string[][]) {
  const left = [...lists]
  const lane = async () => {
    for (let kinds = left.pop(); kinds; kinds = left.pop()) await session(way, kinds)
  }
  await Promise.all(Array.from({ length: CONNECTIONS / 2 }, lane))
}

/** Nothing is in flight, and there is room for as many connections as the limit says. */
async function isClean(before: number): Promise<void> {
  await becomes(() => first.inFlight === 0 && full.inFlight === 0 && descriptors() <= before)
  assert.deepEqual([first.inFlight, full.inFlight, first.requestTimers.size], [0, 0, 0], 'in flight, held')
  assert.ok(descriptors() <= before, `${descriptors()} descriptors, ${before} before`)
  const statuses = await Promise.all(
    Array.from({ length: CONNECTIONS }, async () => (await httpGet(server.url + PATH)).status),
  )
  assert.deepEqual(new Set(statuses), new Set([200]))
}

suite('every ordered pair and triple of faults on one connection leaves nothing', () => {
  for (const [what, way] of Object.entries(CLIENTS)) {
    test(`whose client ${what}`, async () => {
      await httpGet(server.url + PATH)
      const before = descriptors()
      const isHasty = what !== 'reads to the end' && what !== 'leaves at once'
      await all(way, isHasty ? PAIRS : [...PAIRS, ...TRIPLES])
      await isClean(before)
    })
  }

  test('that are done in the same moment, when what was delayed is released', async () => {
    await httpGet(server.url + PATH)
    const before = descriptors()
    const lists = [...PAIRS, ...TRIPLES].filter(kinds => !kinds.includes('refused'))
    server.chaos.change({ latency: { distribution: 'fixed', delay: '60s' } }, 'api')
    while (lists.length > 0) {
      const batch = lists.splice(0, CONNECTIONS / 2)
      const closed = batch.map(kinds => session((socket, requests) => socket.write(requests.join('')), kinds))
      assert.ok(await becomes(() => first.requestTimers.size === batch.flat().length))
      first.requestTimers.release()
      assert.ok(await becomes(() => first.requestTimers.size === 0), 'what hangs has ended')
      hangUp()
      await Promise.all(closed)
      assert.ok(await becomes(() => first.inFlight === 0), `${first.inFlight} requests are in flight`)
    }
    server.chaos.change({ latency: null }, 'api')
    await isClean(before)
  })
})

test('many pipelined requests of a load generator, some of them failing on the wire, leave nothing', async () => {
  await httpGet(server.url + PATH)
  const before = descriptors()
  const faults = ['status', 'reset', 'empty'].map(kind => ({ kind }))
  server.chaos.change({ failRate: 30, faults, rules: [] }, 'api')
  const { requests } = await autocannon({ url: server.url + PATH, connections: 20, pipelining: 10, amount: 5_000 })
  server.chaos.change({ failRate: 0 }, 'api')
  assert.ok(requests.sent >= 5_000)
  await isClean(before)
})
