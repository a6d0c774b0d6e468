/** `--store`: one circuit for several processes, and a word when Redis is away. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Command } from 'commander'
import { circuitSettings } from '../../../cli/breaker/options.ts'
import { openSharedCircuits } from '../../../cli/experiment/redis.ts'
import type { Io } from '../../../cli/io.ts'
import { storeOption } from '../../../cli/options/keep.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { RedisServer, withoutRedis } from '../../support/redis.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf, spawnChaos } from '../harness.ts'

function listener(): { io: Io; lines: string[] } {
  const lines: string[] = []
  const output = { isTTY: false, columns: 80, write: (text: string) => void lines.push(text) }
  const io: Io = {
    stdout: output,
    stderr: output,
    env: {},
    clock: systemClock,
    wallMs: Date.now,
    draw: () => 'x',
    interrupted: new AbortController().signal,
  }
  return { io, lines }
}

const read = (...args: string[]) =>
  storeOption(new Command().exitOverride().configureOutput({ writeErr() {} }))
    .parse(args, { from: 'user' })
    .opts().store

describe('--store', () => {
  it('takes the address of a Redis', () => {
    assert.equal(read('--store', 'redis://localhost:6379'), 'redis://localhost:6379')
    assert.equal(read(), undefined)
  })

  it('refuses anything else, and says what to type', () => {
    for (const bad of ['localhost:6379', 'http://localhost', ''])
      assert.throws(() => read('--store', bad), /It is an address of Redis, such as redis:\/\/localhost:6379\./)
  })

  it('names a database that is none, and repeats no password', async () => {
    await assert.rejects(openSharedCircuits(listener().io, 'redis://user:s3cret@localhost/x'), error => {
      assert.match(String(error), /--store "redis:\/\/\*\*\*@localhost\/x" names no database/)
      return true
    })
    assert.throws(
      () => read('--store', 'http://user:s3cret@localhost'),
      error =>
        error instanceof Error && /It is an address of Redis/.test(error.message) && !/s3cret/.test(error.message),
    )
  })

  it('refuses a database that Redis does not have, before anything is sent', { skip: withoutRedis }, async () => {
    const server = await RedisServer.start()
    try {
      const opening = openSharedCircuits(listener().io, `${server.url}/99`)
      await assert.rejects(opening, { exitCode: 2, message: /^--store .*no such database/ })
    } finally {
      await server.kill()
    }
  })

  it('is nothing where no address was typed', async () => {
    assert.equal(await openSharedCircuits(listener().io, undefined), null)
  })

  it('keeps one circuit for two, and says once that Redis is away', { skip: withoutRedis }, async () => {
    const server = await RedisServer.start()
    const { io, lines } = listener()
    const stores = [await openSharedCircuits(io, server.url), await openSharedCircuits(io, server.url)]
    try {
      const settings = circuitSettings({ consecutiveFailures: 1, openForMs: 60_000 })
      const [first, second] = stores.map(store => store?.openCircuit(settings, 'breaker'))
      const permit = await first?.acquire()
      assert.ok(first && permit?.admitted)
      await first.settle(permit, 'fail')
      assert.equal((await second?.acquire())?.admitted, false)
      assert.deepEqual(lines, [])
      await server.kill()
      for (let call = 0; call < 5; call++) await first.acquire()
      assert.equal(lines.length, 1)
      assert.match(lines[0] ?? '', /^chaos: Redis is away \(.+\): this process decides by a circuit of its own\.\n$/)
    } finally {
      for (const store of stores) store?.close()
      await server.kill()
    }
  })

  it('lets one process open the circuit for another', { skip: withoutRedis }, async t => {
    const redis = await RedisServer.start()
    t.after(() => redis.kill())
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    const burst = ['burst', '-u', server.url, '-n', '20', '--open-for', '60s', '--store', redis.url, '--json']
    const ends = []
    for (const _ of ['first', 'second']) ends.push(await spawnChaos(burst).ended)
    assert.deepEqual(
      ends.map(({ code, stderr }) => [code, stderr]),
      [
        [0, ''],
        [0, ''],
      ],
    )
    assert.deepEqual(
      ends.map(ran => documentOf(ran).arms[0]?.outcomes),
      [
        { success: 0, failed: 20, shortCircuited: 0, fromCache: 0 },
        { success: 0, failed: 0, shortCircuited: 20, fromCache: 0 },
      ],
    )
  })

  it('runs on without Redis, and says so once', async t => {
    const server = await startTestServer(t)
    const ran = await chaos(['burst', '-u', server.url, '-n', '50', '--store', 'redis://127.0.0.1:1', '--json'])
    assert.equal(ran.code, 0)
    assert.equal(documentOf(ran).arms[0]?.outcomes.success, 50)
    assert.match(
      ran.stderr,
      /^chaos: Redis is away \(connect ECONNREFUSED 127\.0\.0\.1:1\): this process decides by a circuit of its own\.\n$/,
    )
  })
})
