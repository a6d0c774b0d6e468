/** The shared circuit on a Redis that answers when the test says so: deadlines, the way out and the way back. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CircuitEvent, State } from '../../../../cli/breaker/circuit.ts'
import { type CircuitOptions, circuitSettings } from '../../../../cli/breaker/options.ts'
import { connectRedis, type RedisLink, redisUrl } from '../../../../cli/breaker/redis/link.ts'
import { RedisStore } from '../../../../cli/breaker/redis/store.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

interface Asked {
  readonly script: 'acquire' | 'settle'
  readonly args: readonly string[]
  answer(what: string, state?: State, generation?: number, probe?: number, wait?: number, hold?: string): Promise<void>
  reply(raw: unknown): Promise<void>
  fail(message: string): Promise<void>
}

function world(options: CircuitOptions = { windowCalls: 4, minimumCalls: 2, openForMs: 1_000, probes: 1 }) {
  const clock = new ManualClock()
  const asked: Asked[] = []
  const ready = new Set<() => void>()
  const lastError: { now: string | null } = { now: null }
  const ask = (script: Asked['script'], args: readonly string[]) =>
    new Promise<unknown>((resolve, reject) => {
      const reply = (raw: unknown) => {
        resolve(raw)
        return turns()
      }
      asked.push({
        script,
        args,
        reply,
        answer: (what, state = 'closed', generation = 7, probe = 0, retryAfterMs = 0, hold = '') =>
          reply([what, state, String(generation), 'because', String(probe), String(retryAfterMs), [], hold]),
        fail(message) {
          reject(new Error(message))
          return turns()
        },
      })
    })
  const link: RedisLink = {
    acquire: (_key, _holdKey, ...args) => ask('acquire', args),
    settle: (_key, _holdKey, ...args) => ask('settle', args),
    onReady(listener) {
      ready.add(listener)
      return () => ready.delete(listener)
    },
    error: () => lastError.now,
    close() {},
  }
  const settings = circuitSettings(options)
  const store = new RedisStore({ link, key: 'circuit', settings, clock, random: () => 0.25 })
  const events: CircuitEvent[] = []
  store.listen(event => events.push(event))
  const types = () => events.map(event => (event.type === 'state' ? `${event.from} > ${event.to}` : event.type))
  const last = () => {
    const call = asked.at(-1)
    if (!call) throw new Error('nothing was asked')
    return call
  }
  return { clock, asked, last, store, events, types, ready, lastError }
}

/** Long enough for every promise on the way to settle. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe('RedisStore', () => {
  it('asks with its settings and chance, and gives the leave that Redis gave', async () => {
    const { store, last, clock } = world()
    const permit = store.acquire()
    const [settings, chance, what] = last().args
    assert.deepEqual([JSON.parse(String(settings)).openForMs, chance, what], [1_000, '0.25', 'ask'])
    await last().answer('admitted', 'closed', 12)
    const { admitted, generation, probe } = { generation: 0, probe: 0, ...(await permit) }
    assert.deepEqual([admitted, generation, probe, clock.pending], [true, 12, 0, 0])
  })

  it('decides alone when the deadline is over, for all that wait, and says so once', async () => {
    const { store, clock, types, asked } = world()
    const first = store.acquire()
    clock.advance(60)
    const second = store.acquire()
    clock.advance(40)
    assert.deepEqual([(await first).admitted, (await second).admitted], [true, true])
    assert.equal((await store.acquire()).admitted, true)
    assert.deepEqual([types(), asked.length, clock.pending], [['store-degraded'], 2, 0])
  })

  it('reads an answer that has arrived while this process stood still', async () => {
    const { store, clock, last, types } = world()
    const permit = store.acquire()
    clock.advance(80)
    await last().answer('admitted')
    clock.advance(20)
    assert.deepEqual([(await permit).admitted, types()], [true, []])
  })

  it('does not wait at all where the connection is gone', async () => {
    const { store, last, events } = world()
    const permit = store.acquire()
    await last().fail('Connection is closed.')
    assert.equal((await permit).admitted, true)
    assert.deepEqual(events, [{ type: 'store-degraded', atMs: 0, why: 'Connection is closed.' }])
  })

  it('says what is wrong with the connection rather than what the client made of it', async () => {
    const { store, last, events, lastError } = world()
    const permit = store.acquire()
    lastError.now = 'connect ECONNREFUSED 127.0.0.1:6379'
    await last().fail("Stream isn't writeable and enableOfflineQueue options is false")
    await permit
    assert.deepEqual(events, [{ type: 'store-degraded', atMs: 0, why: 'connect ECONNREFUSED 127.0.0.1:6379' }])
  })

  it('takes an answer that makes no sense for none', async () => {
    for (const raw of [
      null,
      'OK',
      [],
      ['admitted', 'ajar', '1', '', '0', '0', [], ''],
      ['sure', 'closed', '1', '', '0', '0', [], ''],
      ['admitted', 'closed', '1', '', '0', '0', []],
      ['admitted', 'closed', '1', '', '0', '0', [], 'ajar'],
    ]) {
      const { store, last, types } = world()
      const permit = store.acquire()
      await last().reply(raw)
      assert.deepEqual([(await permit).admitted, types()], [true, ['store-degraded']])
    }
  })

  it('looks whether Redis is back no more often than every 250 ms, and only while there are calls', async () => {
    const { store, clock, last, asked } = world()
    const permit = store.acquire()
    await last().fail('gone')
    await permit
    for (let ms = 0; ms < 1_000; ms += 10) {
      clock.advance(10)
      await store.acquire()
      if (last().args[2] === 'check') await last().fail('still gone')
    }
    assert.equal(asked.filter(({ args }) => args[2] === 'check').length, 4)
    clock.advance(60_000)
    assert.equal(asked.length, 5)
  })

  it('comes back when a look is answered in time, not when it is answered late', async () => {
    const { store, clock, last, types } = world()
    const permit = store.acquire()
    await last().fail('gone')
    await permit
    clock.advance(250)
    await store.acquire()
    clock.advance(100)
    await turns()
    await last().answer('checked')
    assert.deepEqual(types(), ['store-degraded'])
    clock.advance(250)
    await store.acquire()
    await last().answer('checked', 'open')
    assert.deepEqual([types(), store.state()], [['store-degraded', 'store-recovered', 'closed > open'], 'open'])
  })

  it('does not come and go where looks are answered in time and calls are not', async () => {
    const { store, clock, types, asked } = world()
    const calls: Promise<unknown>[] = []
    const late: { at: number; answer: () => Promise<void> }[] = []
    for (let ms = 0; ms < 120_000; ms += 10) {
      const before = asked.length
      calls.push(Promise.resolve(store.acquire()))
      for (const { args, answer } of asked.slice(before)) {
        if (args[2] === 'check') await answer('checked')
        else late.push({ at: ms + 150, answer: () => answer('admitted') })
      }
      clock.advance(10)
      await turns()
      while (late[0] && late[0].at <= ms) await late.shift()?.answer()
    }
    await Promise.all(calls)
    const degraded = types().filter(type => type === 'store-degraded').length
    assert.ok(degraded >= 3 && degraded <= 8, `${degraded} times in two minutes`)
  })

  it('looks as often as ever again once Redis has stayed', async () => {
    const { store, clock, last, types } = world()
    const fail = async () => {
      const permit = store.acquire()
      await last().fail('gone')
      await permit
    }
    const lookAfter = async (ms: number) => {
      clock.advance(ms)
      await store.acquire()
      if (last().args[2] === 'check') await last().answer('checked')
      return types().at(-1)
    }
    await fail()
    assert.equal(await lookAfter(250), 'store-recovered')
    await fail()
    assert.equal(await lookAfter(999), 'store-degraded', 'it did not stay')
    assert.equal(await lookAfter(1), 'store-recovered')
    clock.advance(10_000)
    await fail()
    assert.equal(await lookAfter(250), 'store-recovered')
  })

  it('looks at once when the connection stands again', async () => {
    const { store, last, types, ready } = world()
    const permit = store.acquire()
    await last().fail('gone')
    await permit
    for (const listener of ready) listener()
    await last().answer('checked')
    assert.deepEqual(types(), ['store-degraded', 'store-recovered'])
  })

  it('carries the state over: open stays open for the rest of its time', async () => {
    const { store, clock, last, types } = world()
    const refusal = store.acquire()
    await last().answer('refused', 'open', 8, 0, 700)
    assert.deepEqual(await refusal, { admitted: false, state: 'open', retryAfterMs: 700 })
    clock.advance(300)
    const alone = store.acquire()
    await last().fail('gone')
    assert.deepEqual(await alone, { admitted: false, state: 'open', retryAfterMs: 400 })
    clock.advance(400)
    const probe = await store.acquire()
    assert.ok(probe.admitted && probe.probe === 1)
    await store.settle(probe, 'ok')
    assert.deepEqual(types(), [
      ...['closed > open', 'refused', 'store-degraded', 'refused'],
      ...['open > half-open', 'probe', 'probe', 'half-open > closed'],
    ])
  })

  it('carries over for how long it opened the circuit itself', async () => {
    const { store, clock, last } = world()
    clock.advance(5_000)
    const asking = store.acquire()
    await last().answer('admitted')
    const permit = await asking
    assert.ok(permit.admitted)
    const settled = store.settle(permit, 'fail')
    await last().answer('settled', 'open', 8)
    await settled
    clock.advance(300)
    const alone = store.acquire()
    await last().fail('gone')
    assert.deepEqual(await alone, { admitted: false, state: 'open', retryAfterMs: 700 })
  })

  it('probes at once, alone, where the shared circuit was half-open', async () => {
    const { store, last, types } = world()
    const asking = store.acquire()
    await last().answer('refused', 'half-open', 8, 0, 60_000)
    await asking
    const alone = store.acquire()
    await last().fail('gone')
    const probe = await alone
    assert.ok(probe.admitted && probe.probe === 1)
    assert.deepEqual(types().slice(2), ['store-degraded', 'half-open > open', 'open > half-open', 'probe'])
  })

  it('holds itself open alone where the shared circuit was held open by hand', async () => {
    const { store, last } = world()
    const asking = store.acquire()
    await last().answer('refused', 'forced-open', 8, 0, -1)
    assert.deepEqual(await asking, { admitted: false, state: 'forced-open', retryAfterMs: Number.POSITIVE_INFINITY })
    const alone = store.acquire()
    await last().fail('gone')
    assert.equal((await alone).admitted, false)
    assert.equal(store.state(), 'forced-open')
  })

  it('is taken by hand in Redis, and alone where Redis is away', async () => {
    const { store, last, asked, types } = world()
    const shared = store.override('forced-open')
    assert.deepEqual(last().args.slice(2, 5), ['0', '0', 'forced-open'])
    await last().answer('settled', 'forced-open', 8)
    await shared
    const failing = store.override('closed')
    await last().fail('gone')
    await failing
    await store.override('disabled')
    assert.deepEqual([store.state(), asked.length], ['disabled', 2])
    assert.deepEqual(types().slice(0, 2), ['closed > forced-open', 'store-degraded'])
  })

  it('tells how probes and late calls ended', async () => {
    const { store, last, events } = world()
    for (const [probe, what] of [
      [3, 'settled'],
      [0, 'late'],
      [0, 'settled'],
    ] as const) {
      const asking = store.acquire()
      await last().answer('admitted', 'closed', 7, probe)
      const permit = await asking
      assert.ok(permit.admitted)
      const settled = store.settle(permit, 'fail')
      await last().answer(what, 'closed', 7, probe)
      await settled
    }
    assert.deepEqual(events, [
      { type: 'probe', atMs: 0, probe: 3, outcome: 'started' },
      { type: 'probe', atMs: 0, probe: 3, outcome: 'fail' },
      { type: 'late', atMs: 0, verdict: 'fail', generation: 7 },
    ])
  })

  it('learns nothing alone from probes, from late calls, nor while it is open', async () => {
    for (const [generation, probe] of [
      [7, 1],
      [6, 0],
    ] as const) {
      const { store, last } = world()
      const permits = []
      for (let call = 0; call < 3; call++) {
        const asking = store.acquire()
        await last().answer('admitted', 'closed', generation, probe)
        permits.push(await asking)
      }
      const current = store.acquire()
      await last().answer('admitted', 'closed', 7)
      await current
      const away = store.acquire()
      await last().fail('gone')
      await away
      for (const permit of permits) if (permit.admitted) await store.settle(permit, 'fail')
      assert.equal(store.state(), 'closed')
    }
  })

  it('asks for nothing and tells nothing of Redis while it works', async () => {
    const { store, last, asked, ready, types } = world()
    const asking = store.acquire()
    for (const listener of ready) listener()
    await last().answer('admitted')
    await asking
    assert.deepEqual([asked.length, types()], [1, []])
  })

  it('looks with one look at a time', async () => {
    const { store, last, asked, ready } = world()
    const permit = store.acquire()
    await last().fail('gone')
    await permit
    for (let times = 0; times < 3; times++) for (const listener of ready) listener()
    assert.equal(asked.filter(({ args }) => args[2] === 'check').length, 1)
  })

  it('learns alone from calls that began with leave from Redis', async () => {
    const { store, last, asked } = world()
    const permits = []
    for (let call = 0; call < 2; call++) {
      const permit = store.acquire()
      await last().answer('admitted')
      permits.push(await permit)
    }
    const away = store.acquire()
    await last().fail('gone')
    await away
    for (const permit of permits) if (permit.admitted) await store.settle(permit, 'fail')
    assert.deepEqual([store.state(), asked.length], ['open', 3])
  })

  it('forgets what it decided alone once Redis is back', async () => {
    const { store, clock, last, types } = world()
    const away = store.acquire()
    await last().fail('gone')
    const own = await away
    clock.advance(250)
    await store.acquire()
    await last().answer('checked')
    assert.ok(own.admitted)
    await store.settle(own, 'fail')
    assert.deepEqual([store.state(), types()], ['closed', ['store-degraded', 'store-recovered']])
  })

  it('keeps what it learned alone when Redis comes and goes: five failures in a row are five', async () => {
    const { store, clock, last, ready } = world({ consecutiveFailures: 5, openForMs: 1_000 })
    let made = 0
    const failing = async (): Promise<void> => {
      const asking = store.acquire()
      const refusesWrites = asking instanceof Promise
      if (refusesWrites) await last().answer('admitted')
      const permit = await asking
      if (!permit.admitted) return
      made++
      const settling = store.settle(permit, 'fail')
      if (refusesWrites) await last().fail('READONLY You can not write against a read only replica.')
      await settling
    }
    for (let call = 0; call < 100; call++) {
      await failing()
      if (made === 5) break
      clock.advance(250)
      if (call % 2 === 0) {
        for (const again of ready) again()
        if (last().args[2] === 'check') await last().answer('checked')
      }
    }
    assert.equal(made, 5)
    assert.equal((await store.acquire()).admitted, false)
  })

  it('does not take what it learned alone for news a long time after', async () => {
    const { store, clock, last } = world({ consecutiveFailures: 2, openForMs: 1_000 })
    const away = store.acquire()
    await last().fail('gone')
    const first = await away
    assert.ok(first.admitted)
    await store.settle(first, 'fail')
    clock.advance(250)
    await store.acquire()
    await last().answer('checked')
    clock.advance(10_000)
    const again = store.acquire()
    await last().fail('gone')
    const second = await again
    assert.ok(second.admitted)
    await store.settle(second, 'fail')
    assert.equal(store.state(), 'closed')
  })

  it('tells Redis what was set by hand while it was away, before it shares the circuit again', async () => {
    for (const state of ['forced-open', 'disabled', 'closed'] as const) {
      const { store, clock, last, types } = world()
      const away = store.acquire()
      await last().fail('gone')
      await away
      await store.override(state)
      clock.advance(250)
      await store.acquire()
      assert.deepEqual([last().script, last().args[4]], ['settle', state])
      await last().fail('still gone')
      clock.advance(250)
      await store.acquire()
      await last().answer('settled', state, 9, 0, 0, state)
      assert.deepEqual([store.state(), types().at(-1)], [state, 'store-recovered'])
      const shared = store.acquire()
      assert.equal(last().args[2], 'ask')
      await last().answer(state === 'forced-open' ? 'refused' : 'admitted', state, 9, 0, -1, state)
      assert.equal((await shared).admitted, state !== 'forced-open')
    }
  })

  it('tells the newest of what was set by hand meanwhile, and does not come back with an older one', async () => {
    const { store, clock, last } = world()
    const away = store.acquire()
    await last().fail('gone')
    await away
    await store.override('disabled')
    clock.advance(250)
    await store.acquire()
    const older = last()
    await store.override('forced-open')
    await older.answer('settled', 'disabled', 9, 0, 0, 'disabled')
    assert.equal(store.state(), 'forced-open')
    clock.advance(250)
    await store.acquire()
    assert.deepEqual(last().args[4], 'forced-open')
  })

  it('says again what Redis has forgotten, but not what somebody else has ended', async () => {
    const { store, last, types } = world()
    const held = store.acquire()
    await last().answer('refused', 'forced-open', 8, 0, -1, 'forced-open')
    await held
    const asking = store.acquire()
    await last().answer('admitted', 'closed', 9)
    assert.deepEqual([last().script, last().args[4]], ['settle', 'forced-open'])
    await last().answer('settled', 'forced-open', 10, 0, 0, 'forced-open')
    await last().answer('refused', 'forced-open', 10, 0, -1, 'forced-open')
    assert.equal((await asking).admitted, false)
    const ended = store.acquire()
    await last().answer('admitted', 'closed', 11, 0, 0, 'closed')
    assert.equal((await ended).admitted, true)
    const later = store.acquire()
    await last().answer('admitted', 'closed', 11)
    assert.equal((await later).admitted, true)
    assert.deepEqual(types(), ['closed > forced-open', 'refused', 'refused', 'forced-open > closed'])
  })

  it('holds on when Redis comes back empty', async () => {
    const { store, clock, last } = world()
    const held = store.acquire()
    await last().answer('refused', 'forced-open', 8, 0, -1, 'forced-open')
    await held
    const away = store.acquire()
    await last().fail('gone')
    await away
    clock.advance(250)
    await store.acquire()
    await last().answer('checked', 'closed', 90)
    assert.equal((await store.acquire()).admitted, false)
    clock.advance(250)
    await store.acquire()
    assert.equal(last().args[4], 'forced-open')
    await last().answer('settled', 'forced-open', 91, 0, 0, 'forced-open')
    assert.equal(store.state(), 'forced-open')
  })

  it('says as far as it knows whether a call would be admitted', async () => {
    const { store, clock, last } = world()
    assert.equal(store.canCall().admitted, true)
    const refusal = store.acquire()
    await last().answer('refused', 'open', 8, 0, 700)
    await refusal
    clock.advance(300)
    assert.deepEqual(store.canCall(), { admitted: false, state: 'open', retryAfterMs: 400 })
    const alone = store.acquire()
    await last().fail('gone')
    await alone
    assert.deepEqual(store.canCall(), { admitted: false, state: 'open', retryAfterMs: 400 })
    clock.advance(400)
    assert.equal(store.canCall().admitted, true)
  })

  it('gives back a probe that was granted too late', async () => {
    const { store, clock, asked } = world()
    const permit = store.acquire()
    clock.advance(100)
    await permit
    await asked[0]?.answer('admitted', 'half-open', 9, 3)
    const settle = asked.find(({ script }) => script === 'settle')
    assert.deepEqual(settle?.args.slice(2), ['9', '3', 'ignore', '-1', '0'])
    await settle?.fail('gone')
  })

  it('hands a permit back once', async () => {
    const { store, last, asked } = world()
    const asking = store.acquire()
    await last().answer('admitted', 'half-open', 9, 3)
    const permit = await asking
    assert.ok(permit.admitted)
    const settled = store.settle(permit, 'fail', { durationMs: 12.5, retryAfterMs: 2_000 })
    assert.deepEqual(last().args.slice(2), ['9', '3', 'fail', '12.5', '2000'])
    await last().answer('settled', 'open', 10, 3)
    await settled
    await store.settle(permit, 'ok')
    assert.equal(asked.length, 2)
  })

  it('tells what another process did before it tells of its own step', async () => {
    const { store, last, types } = world()
    const asking = store.acquire()
    await last().reply([
      ...['admitted', 'half-open', '12', 'the open time is over', '1', '0'],
      [
        ['overdue', '4'],
        ['state', 'half-open', 'open', '11', '1 of 1 probes failed'],
        ['state', 'open', 'half-open', '12', 'the open time is over'],
      ],
      '',
    ])
    await asking
    assert.deepEqual(types(), ['probe', 'closed > half-open', 'half-open > open', 'open > half-open', 'probe'])
  })

  it('is closed with nobody waiting and no timer left', async () => {
    const { store, clock, ready, asked, types } = world()
    const waiting = store.acquire()
    store.close()
    assert.deepEqual([(await waiting).admitted, clock.pending, ready.size], [true, 0, 0])
    assert.equal((await store.acquire()).admitted, true)
    clock.advance(60_000)
    assert.deepEqual([(await store.acquire()).admitted, asked.length, types()], [true, 1, []])
  })
})

describe('the address of Redis', () => {
  for (const good of ['redis://localhost:6379', 'redis://localhost', 'rediss://user:word@host:1/2'])
    it(`takes ${good}`, () => assert.equal(redisUrl(good), good))

  for (const bad of [
    'redis://localhost/first',
    'redis://localhost/-1',
    'redis://localhost/1.5',
    'redis://localhost/0/1',
    'redis://localhost?db=x',
  ])
    it(`refuses the database of ${bad}`, () => {
      const message = `"${bad}" names no database of Redis: write its number, as in redis://localhost:6379/2`
      assert.throws(() => redisUrl(bad), { name: 'RedisUrlError', message })
    })

  for (const secret of [
    'redis://user:s3cret@host/x',
    'redis://:s3cret@host/x',
    'http://user:s3cret@host',
    'user:s3cret@host:6379',
    'redis://us@er:s3cret@host/x',
    'redis//user:s3cret@host',
    'redis://host:port/x?password=s3cret',
    'rediss+sentinel://:s3cret@host/x',
  ])
    it(`does not repeat the password of ${secret}`, () => {
      assert.throws(
        () => redisUrl(secret),
        error => error instanceof Error && !/s3cret/.test(error.message),
      )
    })

  for (const address of [
    'redis+sentinel://host:26379/master',
    'redis-sentinel://host',
    'sentinel://host',
    'redis://a:1,b:2',
  ])
    it(`says of ${address} that there is no Sentinel and no Cluster here`, () => {
      assert.throws(() => redisUrl(address), {
        name: 'RedisUrlError',
        message: /Sentinel and Cluster .* address of the master/,
      })
    })

  for (const bad of ['', 'localhost:6379', 'http://localhost', 'redis'])
    it(`refuses ${JSON.stringify(bad)}`, async () => {
      const message = `"${bad}" is no address of Redis: write redis://localhost:6379`
      await assert.rejects(connectRedis(bad), { name: 'RedisUrlError', message })
    })
})
