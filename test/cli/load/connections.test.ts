/** The generator's own limits: connections that this machine does not give, that are all busy, or that are still being opened. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { after, describe, it, type TestContext } from 'node:test'
import { type ClientOptions, openClient } from '../../../cli/load/client.ts'
import type { Connector } from '../../../cli/load/connect.ts'
import { Recorder } from '../../../cli/load/recorder.ts'
import { catalogTarget } from '../../../cli/load/target.ts'
import { verdictOf } from '../../../cli/policy/answers.ts'
import type { Answer, Send } from '../../../cli/policy/send.ts'
import { timeout } from '../../../cli/policy/timeout.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { bareServer } from './bare-server.ts'

const closing: (() => Promise<void>)[] = []
after(async () => {
  for (const close of closing) await close()
})

/** A client that counts like a run, and its recorder. */
function counted(url: string, options: Partial<ClientOptions> = {}) {
  const recorder = new Recorder('none', 10_000, systemClock)
  const client = openClient({
    target: { ...catalogTarget(new URL(url)), address: '127.0.0.1' },
    connections: 1_000,
    keepsBodies: false,
    meter: recorder,
    clock: systemClock,
    wallMs: () => 0,
    ...options,
  })
  closing.push(client.close)
  return { ...client, recorder }
}

const ask = (send: Send, index = 0) =>
  new Promise<Answer>(resolve => send({ index, key: `k-${index}`, attempt: 0, code: 'x' }, resolve))
const askAll = (send: Send, count: number) => Promise.all(Array.from({ length: count }, (_, index) => ask(send, index)))

/** Connects as often as it is let; then fails as an operating system does. */
function shortOf(code: string, given: number) {
  const made: Socket[] = []
  const tries = { count: 0 }
  const connector: Connector = ({ hostname, port }, callback) => {
    tries.count++
    if (made.length >= given) {
      setImmediate(() => callback(Object.assign(new Error(`connect ${code}`), { code }), null))
      return
    }
    const socket = connect({ host: hostname, port: Number(port) })
    made.push(socket)
    socket.once('connect', () => callback(null, socket)).on('error', () => {})
  }
  return { connector, tries }
}

/** Answers `{}` when it is let; says how many requests it holds. */
async function holdingServer(t: TestContext) {
  const held: (() => void)[] = []
  const state = { open: false, most: 0 }
  const url = await bareServer(t, (_, response) => {
    const answer = () => response.setHeader('content-type', 'application/json').end('{}')
    if (state.open) answer()
    else held.push(answer)
    state.most = Math.max(state.most, held.length)
  })
  const release = () => {
    state.open = true
    for (const answer of held.splice(0)) answer()
  }
  return { url, held, state, release }
}

const until = async (holds: () => boolean) => {
  while (!holds()) await new Promise(resolve => setTimeout(resolve, 1))
}

describe('connections that this machine does not give', () => {
  for (const [code, lacking] of [
    ['EMFILE', 'open-files'],
    ['ENFILE', 'open-files'],
    ['EADDRNOTAVAIL', 'ports'],
    ['ENOBUFS', 'memory'],
    ['EPERM', 'permission'],
  ] as const) {
    it(`${code}: the calls wait for those that it gave, and none is a failure of the upstream`, async t => {
      const url = await bareServer(t, (_, response) => response.setHeader('content-type', 'application/json').end('{}'))
      const { connector } = shortOf(code, 3)
      const { send, recorder } = counted(url, { connector })
      const answers = await askAll(send, 50)
      assert.ok(answers.every(answer => answer.outcome === 'success'))
      const { upstream, connections } = recorder.measured()
      assert.deepEqual(upstream, { calls: 50, wasted: 0 })
      assert.deepEqual([connections?.lacking, connections?.open], [lacking, 3])
    })

    it(`${code} from the first: every call ends, as no call, and opens no circuit`, async () => {
      const { connector, tries } = shortOf(code, 0)
      const { send, recorder } = counted('http://127.0.0.1:9', { connector })
      const answers = await askAll(send, 20)
      for (const answer of answers) {
        assert.deepEqual([answer.outcome, answer.failure, verdictOf(answer)], ['failed', 'local', 'ignore'])
      }
      const { upstream, connections } = recorder.measured()
      assert.deepEqual(upstream, { calls: 0, wasted: 0 })
      assert.deepEqual([connections?.lacking, connections?.open], [lacking, 0])
      assert.ok(tries.count <= 40, `${tries.count} tries`)
    })
  }

  it('are not waited for in advance, and the run goes on with those that there are', async t => {
    const url = await bareServer(t, (_, response) => response.setHeader('content-type', 'application/json').end('{}'))
    const { connector, tries } = shortOf('EMFILE', 12)
    const { open, send, recorder } = counted(url, { connector })
    await open(30)
    assert.ok((await askAll(send, 40)).every(answer => answer.outcome === 'success'))
    assert.equal(tries.count, 30)
    const { connections } = recorder.measured()
    assert.deepEqual([connections?.lacking, connections?.open], ['open-files', 12])
  })

  it('leave a call to one that has become free meanwhile', async t => {
    const url = await bareServer(t, (_, response) => response.setHeader('content-type', 'application/json').end('{}'))
    const refuse: (() => void)[] = []
    let made = 0
    const connector: Connector = ({ hostname, port }, callback) => {
      if (made++ > 0) {
        refuse.push(() => callback(Object.assign(new Error('EMFILE'), { code: 'EMFILE' }), null))
        return
      }
      const socket = connect({ host: hostname, port: Number(port) })
      socket.once('connect', () => callback(null, socket)).on('error', () => {})
    }
    const { send } = counted(url, { connector })
    const answers = [ask(send, 0), ask(send, 1)]
    assert.equal((await answers[0])?.outcome, 'success')
    refuse[0]?.()
    assert.equal((await answers[1])?.outcome, 'success')
  })

  it('are shared out among the arms, and leave some for whoever else needs one', async t => {
    const most = { open: 0, seen: 0 }
    const url = await bareServer(t, (_, response) => {
      most.seen = Math.max(most.seen, ++most.open)
      setTimeout(() => {
        most.open--
        response.setHeader('content-type', 'application/json').end('{}')
      }, 5)
    })
    const { connector } = shortOf('EMFILE', 20)
    const clients = [counted(url, { connector }), counted(url, { connector })]
    const given = await Promise.all(clients.map(({ open }) => open(15)))
    assert.equal(
      given.reduce<number>((sum, each) => sum + (each ?? 15), 0),
      20,
    )
    for (const { limitTo } of clients) limitTo(6)
    for (const { send } of clients) {
      most.seen = 0
      await askAll(send, 30)
      assert.ok(most.seen <= 6, `${most.seen} at once`)
    }
  })

  it('a refused connection is a call that failed, as before', async () => {
    const { connector } = shortOf('ECONNREFUSED', 0)
    const { send, recorder } = counted('http://127.0.0.1:9', { connector })
    const answers = await askAll(send, 3)
    assert.ok(answers.every(answer => answer.failure === 'refused' && verdictOf(answer) === 'fail'))
    assert.deepEqual(recorder.measured().upstream, { calls: 3, wasted: 3 })
  })
})

describe('connections that are all busy', () => {
  it('a call that finds none free in time never left: no call, no failure of the upstream', async t => {
    const { url, held } = await holdingServer(t)
    const { open, send, recorder } = counted(url, { connections: 2 })
    await open(2)
    const guarded = timeout(systemClock, 60)(send)
    const answers = await askAll(guarded, 5)
    assert.deepEqual(answers.map(answer => answer.failure).sort(), ['local', 'local', 'local', 'timeout', 'timeout'])
    assert.equal(held.length, 2)
    const { upstream, connections } = recorder.measured()
    assert.deepEqual(upstream, { calls: 2, wasted: 2 })
    assert.deepEqual([connections?.waited, connections?.capped], [3, 3])
  })

  it('as many as there are requests in flight are open by default', async t => {
    const { url, held, state, release } = await holdingServer(t)
    const { send, recorder } = counted(url)
    const answers = askAll(send, 200)
    await until(() => held.length === 200)
    release()
    await answers
    assert.equal(state.most, 200)
    assert.equal(recorder.measured().connections?.capped ?? 0, 0)
  })

  it('what waits for one is measured', async t => {
    const { url, held, release } = await holdingServer(t)
    const { open, send, recorder } = counted(url, { connections: 1 })
    await open(1)
    const answers = askAll(send, 3)
    await until(() => held.length === 1)
    await new Promise(resolve => setTimeout(resolve, 30))
    release()
    await answers
    const { connections } = recorder.measured()
    assert.deepEqual([connections?.waited, connections?.capped], [2, 2])
    assert.ok((connections?.waitMs.max ?? 0) >= 25)
  })
})

describe('connections in advance', () => {
  /** A server that counts connections, and how many of them were being opened at a time. */
  async function server(t: TestContext) {
    const counts = { connections: 0 }
    const http = createServer((_, response) => response.setHeader('content-type', 'application/json').end('{}'))
    http.on('connection', () => counts.connections++)
    await new Promise<void>(resolve => http.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      http.closeAllConnections()
      http.close()
    })
    return { url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`, counts }
  }

  it('are those that the calls then use', async t => {
    const { url, counts } = await server(t)
    const { open, send } = counted(url)
    await open(300)
    await until(() => counts.connections === 300)
    assert.ok((await askAll(send, 300)).every(answer => answer.outcome === 'success'))
    assert.equal(counts.connections, 300)
  })

  it('are no more than there may be', async t => {
    const { url, counts } = await server(t)
    const { open, send } = counted(url, { connections: 7 })
    await open(300)
    await askAll(send, 30)
    assert.equal(counts.connections, 7)
  })

  it('are opened so many at a time that a listen backlog holds them', async () => {
    let opening = 0
    let most = 0
    const connector: Connector = (_, callback) => {
      most = Math.max(most, ++opening)
      setImmediate(() => {
        opening--
        callback(Object.assign(new Error('refused'), { code: 'ECONNREFUSED' }), null)
      })
    }
    const { open, send } = counted('http://127.0.0.1:9', { connector })
    await open(1_000)
    await askAll(send, 500)
    assert.ok(most <= 100, `${most} at a time`)
  })

  it('that are still being opened are given up with the rest', () => {
    let givenUp = 0
    const connector: Connector = () => () => void givenUp++
    const { send, close } = counted('http://127.0.0.1:9', { connector })
    const failures: unknown[] = []
    for (let index = 0; index < 3; index++)
      send({ index, key: 'k', attempt: 0, code: 'x' }, ({ failure }) => failures.push(failure))
    void close()
    assert.deepEqual([givenUp, failures], [3, ['aborted', 'aborted', 'aborted']])
  })

  it('that the server has closed meanwhile are opened again', async t => {
    const { url, counts } = await server(t)
    const sockets: Socket[] = []
    const connector: Connector = ({ hostname, port }, callback) => {
      const socket = connect({ host: hostname, port: Number(port) })
      sockets.push(socket)
      socket.once('connect', () => callback(null, socket)).on('error', () => {})
    }
    const { open, send } = counted(url, { connector })
    await open(3)
    for (const socket of sockets) socket.destroy()
    assert.ok((await askAll(send, 3)).every(answer => answer.outcome === 'success'))
    assert.equal(counts.connections, 6)
  })
})
