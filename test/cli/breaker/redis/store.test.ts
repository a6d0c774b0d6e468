/** The shared circuit on a real Redis: the contract, and what happens when Redis forgets, stands still or dies. */

import assert from 'node:assert/strict'
import { spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { type AddressInfo, connect } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, afterEach, before, beforeEach, describe, it } from 'node:test'
import { createServer } from 'node:tls'
import { pathToFileURL } from 'node:url'
import { Redis } from 'ioredis'
import { CircuitBreaker } from '../../../../cli/breaker/breaker.ts'
import type { CircuitEvent, CircuitStore, Permit, Verdict } from '../../../../cli/breaker/circuit.ts'
import { type CircuitOptions, circuitSettings } from '../../../../cli/breaker/options.ts'
import { openRedisCircuits, type RedisCircuits } from '../../../../cli/breaker/redis/circuits.ts'
import type { RedisStore } from '../../../../cli/breaker/redis/store.ts'
import { systemClock } from '../../../../server/lib/clock.ts'
import { loaderOf, moduleFile } from '../../../support/project.ts'
import { RedisServer, withoutRedis } from '../../../support/redis.ts'
import { CONTRACT, storeContract } from '../store-contract.ts'

const sleep = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const parts = { clock: systemClock, random: () => 0 }
/** Where the deadline is not what is tested, a busy machine must not decide the test. */
const patient = { ...parts, deadlineMs: 5_000 }

const DEADLINE_MS = 100
/** The deadline, and what a machine that does other things as well may add. */
const BOUND_MS = 1_000

describe('on a real Redis', { skip: withoutRedis }, () => {
  let server: RedisServer
  const connections: RedisCircuits[] = []

  before(async () => {
    server = await RedisServer.start()
    for (let client = 0; client < 3; client++) connections.push(await openRedisCircuits(server.url, patient))
  })
  after(async () => {
    for (const connection of connections) connection.close()
    await server.kill()
  })

  let circuits = 0
  function clients(options: CircuitOptions = CONTRACT, name = `circuit ${circuits++}`): [CircuitStore, CircuitStore] {
    const [first, second] = connections.map(connection => connection.open(name, circuitSettings(options)))
    assert.ok(first && second)
    return [first, second]
  }

  storeContract('RedisStore', async settings => {
    const name = `contract ${circuits++}`
    const stores = connections.map(connection => connection.open(name, settings))
    const [first, second, third] = stores
    assert.ok(first && second && third)
    const events = stores.map(store => record(store))
    return {
      clients: [first, second, third],
      wait: ms => sleep(ms + 5),
      async close() {
        assert.ok(!events.flat().some(event => event.type === 'store-degraded'), 'all of it happened in Redis')
        for (const store of stores) store.close()
      },
    }
  })

  it('tells a client of what another one did, when it next asks', async () => {
    const [first, second] = clients()
    const events = record(second)
    await calls(first, 'ok', 'fail', 'ok', 'fail')
    assert.equal(second.state(), 'closed')
    await second.acquire()
    const [event] = events
    assert.ok(event?.type === 'state')
    assert.deepEqual([event.from, event.to, event.why], ['closed', 'open', '2 of 4 calls failed'])
  })

  it('keeps circuits of other names, and of other settings, apart', async () => {
    const [first] = clients(CONTRACT, 'mine')
    const [other] = clients(CONTRACT, 'yours')
    const [different] = clients({ ...CONTRACT, probes: 1 }, 'mine')
    await calls(first, 'fail', 'fail', 'fail', 'fail')
    assert.equal((await first.acquire()).admitted, false)
    assert.equal((await other.acquire()).admitted, true)
    assert.equal((await different.acquire()).admitted, true)
  })

  it('leaves nothing in Redis for ever', async () => {
    const [first] = clients(CONTRACT, 'expiring')
    await calls(first, 'fail', 'fail', 'fail', 'fail')
    await withRedis(server, async redis => {
      const keys = await redis.keys('flaky-catalog:circuit:*')
      assert.ok(keys.length > 0)
      for (const key of keys) {
        const left = await redis.pttl(key)
        assert.ok(left > 0 && left <= 86_400_000, `${key} is kept for ${left} ms`)
      }
    })
  })

  it('begins anew after FLUSHALL, and takes nothing of what came before for news', async () => {
    const [first, second] = clients()
    const events = record(first)
    const permits = await Promise.all([1, 2, 3, 4, 5].map(() => admitted(second)))
    await calls(first, 'fail', 'fail', 'fail', 'fail')
    await withRedis(server, redis => redis.flushall())
    const permit = await admitted(first)
    for (const old of permits) await second.settle(old, 'fail')
    await first.settle(permit, 'ok')
    assert.equal((await second.acquire()).admitted, true)
    assert.ok(permits.every(old => old.generation < permit.generation))
    assert.deepEqual(
      events.flatMap(event => (event.type === 'state' ? [`${event.to}: ${event.why}`] : [event.type])),
      ['open: 4 of 4 calls failed', 'closed: begun anew'],
    )
  })

  it('decides alone while its key holds something else, and says so once', async () => {
    const [store] = clients(CONTRACT, 'taken')
    const events = record(store)
    await calls(store, 'ok')
    await withRedis(server, async redis => {
      const [key] = await redis.keys('flaky-catalog:circuit:taken:*')
      await redis.set(String(key), 'not a circuit')
      for (let times = 0; times < 60; times++) {
        await calls(store, 'ok')
        await sleep(10)
      }
      assert.deepEqual(
        events.map(({ type }) => type),
        ['store-degraded'],
      )
      await redis.del(String(key))
    })
    await until(async () => {
      await calls(store, 'ok')
      return events.at(-1)?.type === 'store-recovered'
    })
  })
})

describe('CircuitBreaker on a shared circuit', { skip: withoutRedis }, () => {
  it('is opened by one client for all', async () => {
    const server = await RedisServer.start()
    const [here, there] = [await openRedisCircuits(server.url), await openRedisCircuits(server.url)]
    try {
      const settings = circuitSettings(CONTRACT)
      const first = new CircuitBreaker({ store: here.open('catalog', settings) })
      const second = new CircuitBreaker({ store: there.open('catalog', settings) })
      for (let call = 0; call < 4; call++)
        await assert.rejects(
          first.run(() => Promise.reject(new Error('down'))),
          /down/,
        )
      await assert.rejects(
        second.run(() => 'not called'),
        { name: 'CircuitOpenError' },
      )
    } finally {
      here.close()
      there.close()
      await server.kill()
    }
  })
})

describe('when Redis is slow or gone', { skip: withoutRedis }, () => {
  let server: RedisServer
  let circuits: RedisCircuits
  let store: CircuitStore
  let events: CircuitEvent[]

  beforeEach(async () => {
    server = await RedisServer.start()
    circuits = await openRedisCircuits(server.url, { ...parts, deadlineMs: DEADLINE_MS })
    store = circuits.open('burst', circuitSettings(CONTRACT))
    events = record(store)
  })
  afterEach(async () => {
    await store.close()
    circuits.close()
    await server.kill()
  })

  for (const [lastError, begin, end] of [
    ['stands still (SIGSTOP)', () => server.pause(), () => server.resume()],
    ['dies (kill -9) and starts again empty', () => server.kill(), () => server.restart()],
  ] as const) {
    it(`no call fails or waits when Redis ${lastError} in the middle of a burst, and it comes back by itself`, async () => {
      const burst = run(store)
      await until(() => burst.calls > 500)
      const before = burst.calls
      await begin()
      await until(() => types().includes('store-degraded'))
      // Calls go on without Redis.
      await until(() => burst.calls > before + 5_000)
      await end()
      await until(() => types().includes('store-recovered'))
      const back = burst.calls
      await until(() => burst.calls > back + 500)
      await burst.stop()
      assert.deepEqual([burst.refused, burst.errors], [0, []])
      assert.ok(burst.longestMs < BOUND_MS, `the longest call waited ${burst.longestMs} ms`)
      const [degraded] = events
      assert.equal(degraded?.type, 'store-degraded')
      assert.equal(events.filter(({ type }) => type === 'state').length, 0, 'the state stayed closed throughout')
    })
  }

  it('keeps an open circuit open when Redis dies, and probes its way back alone', async () => {
    const open = circuits.open('open', circuitSettings({ ...CONTRACT, openForMs: 2_000 }))
    const heard = record(open)
    await calls(open, 'fail', 'fail', 'fail', 'fail')
    const before = await open.acquire()
    await server.kill()
    await until(async () => {
      await open.acquire()
      return heard.some(({ type }) => type === 'store-degraded')
    })
    const after = await open.acquire()
    assert.ok(!before.admitted && !after.admitted && after.state === 'open')
    assert.ok(after.retryAfterMs <= before.retryAfterMs)
    await sleep(after.retryAfterMs + 5)
    const probes = [await admitted(open), await admitted(open)]
    for (const probe of probes) await open.settle(probe, 'ok')
    assert.equal(open.state(), 'closed')
    open.close()
  })

  it('opens alone when calls fail while Redis is away, and takes the shared state when it is back', async () => {
    await calls(store, 'ok')
    server.pause()
    await until(async () => {
      await store.acquire()
      return types().includes('store-degraded')
    })
    await calls(store, 'fail', 'fail', 'fail', 'fail')
    assert.equal(store.state(), 'open')
    server.resume()
    await until(async () => {
      await store.acquire()
      return types().includes('store-recovered')
    })
    assert.equal(store.state(), 'closed')
    assert.equal((await store.acquire()).admitted, true)
  })

  it('gives back a probe that Redis granted too late', async () => {
    const single = circuits.open(
      'single',
      circuitSettings({ ...CONTRACT, openForMs: 50, probes: 1, probeLeaseMs: 60_000 }),
    )
    const other = await openRedisCircuits(server.url, patient)
    const patientStore = other.open(
      'single',
      circuitSettings({ ...CONTRACT, openForMs: 50, probes: 1, probeLeaseMs: 60_000 }),
    )
    await calls(single, 'fail', 'fail', 'fail', 'fail')
    await sleep(60)
    server.pause()
    const alone = await single.acquire()
    assert.equal(alone.admitted, true, "this process's own circuit probes")
    server.resume()
    await until(async () => (await patientStore.acquire()).admitted)
    other.close()
  })

  it('works without Redis from the start, and finds it when it comes', async () => {
    await server.kill()
    const early = await openRedisCircuits(server.url, { ...parts, deadlineMs: DEADLINE_MS })
    const lonely = early.open('early', circuitSettings(CONTRACT))
    const heard = record(lonely)
    await calls(lonely, 'ok', 'ok')
    assert.deepEqual(
      heard.map(({ type }) => type),
      ['store-degraded'],
    )
    await server.restart()
    await until(() => heard.at(-1)?.type === 'store-recovered')
    await calls(lonely, 'fail', 'fail', 'fail', 'fail')
    assert.equal((await lonely.acquire()).admitted, false)
    early.close()
  })

  it('lets nobody wait when it is closed', async () => {
    server.pause()
    const waiting = store.acquire()
    store.close()
    assert.equal((await waiting).admitted, true)
    server.resume()
  })

  function types(): string[] {
    return events.map(({ type }) => type)
  }
})

describe('when Redis reads and refuses writes', { skip: withoutRedis, concurrency: true }, () => {
  const refusals: readonly [
    name: string,
    refuse: (redis: Redis) => Promise<unknown>,
    allow: (redis: Redis) => Promise<unknown>,
  ][] = [
    ['READONLY', redis => redis.replicaof('127.0.0.1', 1), redis => redis.replicaof('NO', 'ONE')],
    ['OOM', redis => redis.config('SET', 'maxmemory', '1'), redis => redis.config('SET', 'maxmemory', '0')],
    [
      'NOREPLICAS',
      redis => redis.config('SET', 'min-replicas-to-write', '1'),
      redis => redis.config('SET', 'min-replicas-to-write', '0'),
    ],
    ['NOPERM', redis => redis.acl('SETUSER', 'default', '-hset'), redis => redis.acl('SETUSER', 'default', '+hset')],
    [
      'NOPERM, for one command of those that calls need',
      redis => redis.acl('SETUSER', 'default', '-pexpire'),
      redis => redis.acl('SETUSER', 'default', '+pexpire'),
    ],
    ['MISCONF', failedSnapshot, redis => redis.config('SET', 'stop-writes-on-bgsave-error', 'no')],
  ]

  for (const [name, refuse, allow] of refusals) {
    it(`${name}: five failing calls are made, one degradation is told, and it comes back when writes do`, async () => {
      const folder = await mkdtemp(join(tmpdir(), 'refusing-'))
      const server = await RedisServer.start(['--dir', folder])
      const circuits = await openRedisCircuits(server.url, patient)
      try {
        await rm(folder, { recursive: true })
        const settings = circuitSettings({ consecutiveFailures: 5, openForMs: 60_000 })
        const store = circuits.open('refused', settings)
        const breaker = new CircuitBreaker({ store })
        const events = record(store)
        const told = (): string[] => events.map(({ type }) => type).filter(type => type.startsWith('store-'))
        await breaker.run(() => 'fine')
        await withRedis(server, refuse)
        let made = 0
        for (let call = 0; call < 100; call++) {
          await breaker.run(() => Promise.reject(new Error(`down ${made++}`))).catch(() => {})
          await sleep(15)
        }
        assert.deepEqual([made, told()], [5, ['store-degraded']])
        const [degraded] = events.filter(({ type }) => type === 'store-degraded')
        assert.match(
          degraded?.type === 'store-degraded' ? degraded.why : '',
          name.startsWith('NOPERM') ? /NOPERM|can't run this command/ : new RegExp(name),
        )
        await withRedis(server, allow)
        await until(async () => {
          await breaker.run(() => 'fine').catch(() => {})
          return told().length > 1
        })
        assert.deepEqual(told(), ['store-degraded', 'store-recovered'])
      } finally {
        circuits.close()
        await server.kill()
      }
    })
  }

  it('looks for a new master behind the same address: one connection more a second, not more', async () => {
    const server = await RedisServer.start()
    const circuits = await openRedisCircuits(server.url, patient)
    try {
      const store = circuits.open('failover', circuitSettings(CONTRACT))
      await withRedis(server, async redis => {
        await redis.replicaof('127.0.0.1', 1)
        const connected = async (): Promise<number> =>
          Number(/total_connections_received:(\d+)/.exec(await redis.info('stats'))?.[1])
        const before = await connected()
        const startedAt = performance.now()
        for (let call = 0; call < 150; call++) {
          await store.acquire()
          await sleep(10)
        }
        const more = (await connected()) - before
        const seconds = (performance.now() - startedAt) / 1_000
        assert.ok(more >= 1 && more <= 1.5 + seconds, `${more} connections in ${seconds} s`)
      })
    } finally {
      circuits.close()
      await server.kill()
    }
  })

  /** A snapshot that cannot be written, because the folder for it has gone. */
  async function failedSnapshot(redis: Redis): Promise<void> {
    await redis.config('SET', 'save', '3600 1')
    await redis.bgsave()
    await until(async () => /rdb_last_bgsave_status:err/.test(await redis.info('persistence')))
  }
})

describe('a hold by hand', { skip: withoutRedis }, () => {
  let server: RedisServer
  const connections: RedisCircuits[] = []
  before(async () => {
    server = await RedisServer.start()
    for (let client = 0; client < 2; client++) connections.push(await openRedisCircuits(server.url, patient))
  })
  after(async () => {
    for (const connection of connections) connection.close()
    await server.kill()
  })
  const [fast, slow] = [circuitSettings(CONTRACT), circuitSettings({ ...CONTRACT, openForMs: 9_000 })]
  const open = (client: number, name: string, settings = fast): RedisStore => {
    const connection = connections[client]
    assert.ok(connection)
    return connection.open(name, settings)
  }
  const states = async (...stores: RedisStore[]): Promise<string[]> => {
    for (const store of stores) await store.acquire()
    return stores.map(store => store.state())
  }

  it('holds all circuits of its name, of whatever settings, and ends for all of them', async () => {
    const stores = [open(0, 'two'), open(1, 'two', slow), open(1, 'two')] as const
    const other = open(0, 'two more')
    const events = record(stores[1])
    await states(...stores)
    await stores[0].override('forced-open')
    assert.deepEqual(await states(...stores, other), ['forced-open', 'forced-open', 'forced-open', 'closed'])
    await stores[1].override('disabled')
    assert.deepEqual(await states(...stores), ['disabled', 'disabled', 'disabled'])
    await stores[2].override('closed')
    assert.deepEqual(await states(...stores), ['closed', 'closed', 'closed'])
    const edges = events.flatMap(event => (event.type === 'state' ? [`${event.from} > ${event.to}: ${event.why}`] : []))
    assert.deepEqual(edges, [
      'closed > forced-open: by hand',
      'forced-open > disabled: by hand',
      'disabled > closed: by hand',
    ])
  })

  it('holds a circuit that nobody has used before, and calls that began before it are late', async () => {
    const [first, second] = [open(0, 'fresh'), open(1, 'fresh', slow)]
    const permit = await admitted(second)
    await first.override('forced-open')
    const late = record(second)
    await second.settle(permit, 'fail')
    assert.ok(late.some(({ type }) => type === 'late'))
    assert.deepEqual(await states(second, open(1, 'fresh', circuitSettings({ openForMs: 5 }))), [
      'forced-open',
      'forced-open',
    ])
  })

  it('has no end of its own, refusals or not; what it holds may expire, and a reset is remembered for a day', async () => {
    const store = open(0, 'kept')
    await store.override('forced-open')
    await withRedis(server, async redis => {
      assert.equal(await redis.pttl('flaky-catalog:circuit:kept:hold'), -1)
      for (const key of await redis.keys('flaky-catalog:circuit:kept:*'))
        if (!key.endsWith(':hold')) await redis.del(key)
      assert.deepEqual(await states(store, open(1, 'kept', slow)), ['forced-open', 'forced-open'])
      await store.override('closed')
      const left = await redis.pttl('flaky-catalog:circuit:kept:hold')
      assert.ok(left > 86_000_000 && left <= 86_400_000, String(left))
    })
  })

  it('is said again where Redis has lost it', async () => {
    const [store, other] = [open(0, 'lost'), open(1, 'lost', slow)]
    await store.override('forced-open')
    await store.acquire()
    await withRedis(server, redis => redis.flushall())
    assert.deepEqual(await states(store, other), ['forced-open', 'forced-open'])
    await withRedis(server, redis => redis.del('flaky-catalog:circuit:lost:hold'))
    assert.deepEqual(await states(other, store), ['forced-open', 'forced-open'])
  })

  it('set while Redis is away holds all of its name in this process at once, and everywhere when Redis is back', async () => {
    const stores = [open(0, 'away'), open(0, 'away', slow)] as const
    const elsewhere = open(1, 'away')
    await states(...stores, elsewhere)
    const events = stores.map(store => record(store))
    await server.kill()
    await stores[0].override('forced-open')
    assert.deepEqual(await states(...stores), ['forced-open', 'forced-open'])
    await server.restart()
    await until(async () => {
      await states(...stores)
      return events.every(list => list.some(({ type }) => type === 'store-recovered'))
    })
    await until(async () => (await states(...stores, elsewhere)).every(state => state === 'forced-open'))
    await stores[1].override('closed')
    assert.deepEqual(await states(...stores, elsewhere), ['closed', 'closed', 'closed'])
  })
})

describe('the connection', { skip: withoutRedis }, () => {
  const withoutOpenssl = spawnSync('openssl', ['version']).error ? 'no openssl to make a certificate with' : false

  it('is made over TLS to a rediss:// address, if the certificate is trusted', { skip: withoutOpenssl }, async () => {
    const folder = await mkdtemp(join(tmpdir(), 'tls-'))
    const [key, cert] = [join(folder, 'key.pem'), join(folder, 'cert.pem')]
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost']
    spawnSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', key, '-out', cert, ...subject])
    const redis = await RedisServer.start()
    const tls = createServer({ key: await readFile(key), cert: await readFile(cert) }, socket => {
      const plain = connect(redis.port, '127.0.0.1')
      socket.pipe(plain).pipe(socket)
      for (const end of [socket, plain]) end.on('error', () => end.destroy())
    })
    tls.on('tlsClientError', () => {})
    await once(tls.listen(0, 'localhost'), 'listening')
    const circuits = moduleFile('cli/breaker/index')
    const script = join(folder, 'ask.mjs')
    await writeFile(
      script,
      `import { circuitSettings, openRedisCircuits } from ${JSON.stringify(pathToFileURL(circuits))}
       const url = 'rediss://:@localhost:${(tls.address() as AddressInfo).port}'
       const circuits = await openRedisCircuits(url, { deadlineMs: 5_000 })
       const store = circuits.open('secure', circuitSettings({}))
       store.listen(event => console.log(event.type, event.why))
       const { generation } = await store.acquire()
       console.log(generation > 1e12 ? 'shared' : 'alone')
       circuits.close()`,
    )
    const ask = async (env: NodeJS.ProcessEnv): Promise<string> => {
      const child = spawn(process.execPath, [...loaderOf(circuits), script], { env: { ...process.env, ...env } })
      let said = ''
      child.stdout.on('data', chunk => {
        said += chunk
      })
      await once(child, 'close')
      return said
    }
    try {
      assert.equal(await ask({ NODE_EXTRA_CA_CERTS: cert }), 'shared\n')
      // Node.js 24 and later add a hint of their own.
      assert.match(await ask({}), /^store-degraded self-signed certificate(;.*)?\nalone\n$/)
    } finally {
      tls.close()
      await redis.kill()
      await rm(folder, { recursive: true })
    }
  })

  it('is shared by any number of circuits without a warning', async () => {
    const server = await RedisServer.start()
    const circuits = await openRedisCircuits(server.url, patient)
    const warnings: unknown[] = []
    const note = (warning: Error): void => void warnings.push(warning.name)
    process.on('warning', note)
    try {
      for (let count = 0; count < 30; count++)
        await circuits.open(`circuit ${count}`, circuitSettings(CONTRACT)).acquire()
      await sleep(1)
      assert.deepEqual(warnings, [])
    } finally {
      process.off('warning', note)
      circuits.close()
      await server.kill()
    }
  })

  it('to a database that is not there is refused, and is not one to another database', async () => {
    const server = await RedisServer.start()
    try {
      const url = server.url.replace('//', '//:s3cret@')
      await assert.rejects(openRedisCircuits(`${url}/99`, patient), error => {
        assert.ok(error instanceof Error && error.name === 'RedisUrlError')
        assert.match(error.message, /\/99": Redis has no such database, it says "ERR DB index is out of range"$/)
        return !/s3cret/.test(error.message)
      })
      await server.kill()
      const late = await openRedisCircuits(`${server.url}/99`, { ...parts, deadlineMs: DEADLINE_MS })
      const store = late.open('nowhere', circuitSettings(CONTRACT))
      await server.restart()
      await sleep(1_500)
      const events = record(store)
      await calls(store, 'ok')
      const [event] = events
      assert.match(event?.type === 'store-degraded' ? event.why : '', /DB index is out of range/)
      await withRedis(server, async redis => assert.equal(await redis.dbsize(), 0))
      late.close()
    } finally {
      await server.kill()
    }
  })
})

/** Calls, twenty at a time, that all go well; it counts what went wrong, and the longest wait for the store. */
function run(store: CircuitStore) {
  const burst = { calls: 0, refused: 0, longestMs: 0, errors: [] as unknown[], stop }
  let stopped = false
  const workers = Array.from({ length: 20 }, async () => {
    while (!stopped) await call().catch(error => burst.errors.push(error))
  })
  async function call(): Promise<void> {
    const asked = performance.now()
    const admission = await store.acquire()
    const given = performance.now()
    await sleep(1)
    const ended = performance.now()
    if (admission.admitted) await store.settle(admission, 'ok')
    else burst.refused++
    burst.longestMs = Math.max(burst.longestMs, given - asked, performance.now() - ended)
    burst.calls++
  }
  async function stop(): Promise<void> {
    stopped = true
    await Promise.all(workers)
  }
  return burst
}

async function calls(store: CircuitStore, ...verdicts: Verdict[]): Promise<void> {
  for (const verdict of verdicts) await store.settle(await admitted(store), verdict)
}

async function admitted(store: CircuitStore): Promise<Permit> {
  const admission = await store.acquire()
  assert.ok(admission.admitted, 'admitted')
  return admission
}

function record(store: CircuitStore): CircuitEvent[] {
  const events: CircuitEvent[] = []
  store.listen(event => events.push(event))
  return events
}

async function until(holds: () => boolean | Promise<boolean>): Promise<void> {
  const patience = performance.now() + 15_000
  while (!(await holds())) {
    assert.ok(performance.now() < patience, `waited 15 s for ${holds}`)
    await sleep(10)
  }
}

async function withRedis(server: RedisServer, act: (redis: Redis) => Promise<unknown>): Promise<void> {
  const redis = new Redis(server.url, { protocol: 2 })
  await act(redis)
  redis.disconnect()
}
