/** The webhook: told once for each trouble, and harmless whatever becomes of it. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { fetchPost, notify } from '../../../cli/policy/notify.ts'
import { FakeStore } from './fake-store.ts'

function world(post: () => Promise<unknown> = async () => {}) {
  const circuit = new FakeStore()
  const posts: [string, unknown][] = []
  const stop = notify(circuit, 'breaker', 'http://hook/', (url, json) => {
    posts.push([url, JSON.parse(json)])
    return post()
  })
  return { circuit, posts, stop }
}

describe('notify', () => {
  it('tells of an opening', () => {
    const { circuit, posts } = world()
    circuit.open(1_000, 42)
    const text = 'Circuit "breaker" opened: the test says so'
    const message = { text, circuit: 'breaker', state: 'open', why: 'the test says so', atMs: 42 }
    assert.deepEqual(posts, [['http://hook/', message]])
  })

  it('does not tell of a reopening, and tells of the next trouble', () => {
    const { circuit, posts } = world()
    for (const state of ['open', 'half-open', 'open', 'half-open', 'closed', 'open'] as const) circuit.move(state)
    assert.equal(posts.length, 2)
  })

  it('is harmless when the webhook fails, at once or later', async () => {
    for (const post of [() => Promise.reject(new Error('no')), thrower]) {
      const { circuit, posts } = world(post)
      circuit.open(1_000)
      await Promise.resolve()
      assert.equal(posts.length, 1)
    }
  })

  it('lets go of the circuit', () => {
    const { circuit, stop } = world()
    assert.equal(circuit.listeners, 1)
    stop()
    assert.equal(circuit.listeners, 0)
  })

  it('posts JSON over HTTP', async () => {
    const server = createServer(async (incoming, response) => {
      const chunks = await incoming.toArray()
      received.push([incoming.method, incoming.headers['content-type'], Buffer.concat(chunks).toString()])
      response.end('thanks')
    })
    const received: unknown[] = []
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    try {
      await fetchPost(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`, '{"text":"hi"}')
      assert.deepEqual(received, [['POST', 'application/json', '{"text":"hi"}']])
    } finally {
      server.closeAllConnections()
      server.close()
    }
  })
})

function thrower(): Promise<unknown> {
  throw new Error('no')
}
