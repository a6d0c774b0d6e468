/** 10,000 requests over real HTTP: how many fail, which ones, and that the server counts what its client counts. */

import assert from 'node:assert/strict'
import { after, describe, it } from 'node:test'
import { Pool } from 'undici'
import { type ServerOptions, startServer } from '../../../../server/server.ts'

const CODES = ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400']
const REQUESTS = 10_000
const RATE = 70

interface Run {
  /** Indices of the requests that failed. */
  failed: number[]
  /** What the server says it counted. */
  stats: { requests: number; inFlight: number; outcomes: Record<string, number>; faults: Record<string, number> }
}

/** Fires all requests through 64 connections at a server of its own. */
async function fire(options: ServerOptions, key: ((index: number) => string) | null): Promise<Run> {
  const server = await startServer(options)
  const pool = new Pool(server.url, { connections: 64 })
  after(() => Promise.all([pool.close(), server.close(100)]))
  const failed: number[] = []
  await Promise.all(
    Array.from({ length: REQUESTS }, async (_, index) => {
      const headers = key ? { 'X-Chaos-Key': key(index) } : {}
      const path = `/catalogs/${CODES[index % CODES.length]}`
      const { statusCode, headers: answered, body } = await pool.request({ path, method: 'GET', headers })
      await body.dump()
      assert.equal('x-chaos-fault' in answered, statusCode === 500)
      assert.ok(statusCode === 200 || statusCode === 500)
      if (statusCode === 500) failed.push(index)
    }),
  )
  const { body } = await pool.request({ path: '/chaos/stats', method: 'GET' })
  const stats = (await body.json()) as Run['stats']
  return { failed: failed.sort((a, b) => a - b), stats }
}

function assertCounted({ failed, stats }: Run): void {
  assert.equal(stats.requests, REQUESTS)
  assert.equal(stats.inFlight, 0)
  assert.equal(stats.outcomes.injected, failed.length)
  assert.equal(stats.outcomes.success, REQUESTS - failed.length)
  assert.deepEqual(stats.faults, { status: failed.length })
}

const boot = (sampler: 'bernoulli' | 'deck', seed = '42'): ServerOptions => ({
  seed,
  settings: { failRate: RATE, sampler },
})
const key = (index: number) => `run-${index}`

describe(`${REQUESTS} requests at ${RATE} %`, () => {
  const deck = fire(boot('deck'), key)
  const bernoulli = deck.then(() => fire(boot('bernoulli'), key))

  it('fail exactly 7,000 times with the deck, whether they have keys or not', async () => {
    for (const run of [await deck, await fire(boot('deck'), null)]) {
      assert.equal(run.failed.length, (REQUESTS * RATE) / 100)
      assertCounted(run)
    }
  })

  it('fail within four standard deviations with bernoulli, whether they have keys or not', async () => {
    const p = RATE / 100
    const deviation = Math.sqrt(REQUESTS * p * (1 - p))
    for (const run of [await bernoulli, await fire(boot('bernoulli'), null)]) {
      assert.ok(Math.abs(run.failed.length - REQUESTS * p) <= 4 * deviation, String(run.failed.length))
      assertCounted(run)
    }
  })

  it('fail for the same keys after a restart with the same seed', async () => {
    assert.deepEqual((await fire(boot('bernoulli'), key)).failed, (await bernoulli).failed)
    assert.deepEqual((await fire(boot('deck'), key)).failed, (await deck).failed)
  })

  it('fail for other keys with another seed', async () => {
    assert.notDeepEqual((await fire(boot('bernoulli', '43'), key)).failed, (await bernoulli).failed)
  })
})
