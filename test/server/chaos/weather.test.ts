/** Outages on the session's clock: the two-state process, windows, and those that somebody declares. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { ChaosControl } from '../../../server/chaos/control.ts'
import { streamSeed } from '../../../server/chaos/decision/draw.ts'
import { RandomOutages } from '../../../server/chaos/decision/random-outages.ts'
import { sessionLog } from '../../../server/telemetry/telemetry.ts'
import { ManualClock } from '../../support/manual-clock.ts'

fc.configureGlobal({ seed: 42 })

const process = (seed: string, availability = 90, mean = 6_000) =>
  new RandomOutages(streamSeed(seed, 'outage'), availability, mean)

suite('the two-state process', () => {
  for (const [availability, mean] of [
    [90, 6_000],
    [50, 1_000],
    [99, 500],
    [10, 2_000],
  ] as const) {
    test(`is up ${availability} % of the time, in outages of ${mean} ms on average`, () => {
      const weather = process('42', availability, mean)
      let down = 0
      let count = 0
      const periods = 3_000
      const end = (periods * mean * 100) / (100 - availability)
      for (let at = 0; at < end; ) {
        const outage = weather.at(at)
        if (outage) {
          down += outage.toMs - outage.fromMs
          count += 1
          at = outage.toMs
        } else at += mean / 50
      }
      assert.ok(Math.abs(down / end - (1 - availability / 100)) < 0.1 * (1 - availability / 100), `${down / end}`)
      assert.ok(Math.abs(down / count - mean) < 0.1 * mean, `${down / count} ms`)
    })
  }

  test('is the same whenever and in whatever order it is asked', () => {
    fc.assert(
      fc.property(fc.string(), fc.array(fc.double({ min: -1_000, max: 200_000, noNaN: true })), (seed, moments) => {
        const asked = process(seed)
        for (const at of moments) assert.deepEqual(asked.at(at), process(seed).at(at))
      }),
    )
  })

  test('has a copy that goes its own way, and need not begin at 0', () => {
    const weather = process('42', 50, 100)
    weather.at(50_000)
    const copy = weather.copy()
    for (let at = 90_000; at > 40_000; at -= 777) assert.deepEqual(copy.at(at), process('42', 50, 100).at(at))
    assert.deepEqual(weather.at(50_001), process('42', 50, 100).at(50_001))
  })

  test('ends when it is told to, however fast it changes and whatever the clock says', () => {
    const { clock, control } = controlOf()
    const { first } = control.sessions
    for (const availability of [0.01, 50, 99.99]) {
      first.layers.change({ patch: { outage: { availability, meanLength: '10ms' } } }, { source: 'api', at: '' })
      for (let hours = 0; hours < 3; hours += 1) {
        clock.advance(8 * 3_600_000)
        first.endOutages()
        assert.equal(first.outageAt(first.compiled(), clock.now()), null)
      }
    }
  })

  test('is up at 0 and before', () => {
    for (let seed = 0; seed < 50; seed += 1) {
      assert.equal(process(String(seed)).at(0), null)
      assert.equal(process(String(seed)).at(-5_000), null)
    }
  })
})

function controlOf() {
  const clock = new ManualClock()
  const control = new ChaosControl({
    clock,
    wall: () => 0,
    version: '0',
    seed: '42',
    log: sessionLog,
    maxSessions: 200,
  })
  const make = (id: string, more: object = {}) => {
    const session = control.create({ id, pinned: true, ...more })
    assert.ok(session)
    return session
  }
  const set = (session: ReturnType<typeof make>, patch: object, ttlMs?: number) =>
    control.change(session, { patch }, { source: 'api', ttlMs })
  const isDown = (session: ReturnType<typeof make>) =>
    control.observeOutage(session, session.compiled(), clock.now()) !== null
  return { clock, control, make, set, isDown }
}

suite('a session', () => {
  test('meets windows on its own clock', () => {
    const { clock, make, set, isDown } = controlOf()
    clock.advance(12_345)
    const session = make('s', { startsInMs: 1_000 })
    set(session, {
      outage: {
        windows: [
          { from: '2s', for: '1s' },
          { from: '5s', to: '6s' },
        ],
      },
    })
    const down: number[] = []
    for (let at = -1_000; at < 7_000; at += 500) {
      if (isDown(session)) down.push(at)
      clock.advance(500)
    }
    assert.deepEqual(down, [2_000, 2_500, 5_000, 5_500])
  })

  test('shares the weather of another on the same clock, whatever traffic either has', () => {
    const { clock, control, make, set, isDown } = controlOf()
    set(control.sessions.first, { outage: { availability: 50, meanLength: '1s' } })
    const one = make('one', { startsInMs: 250 })
    clock.advance(100)
    const two = make('two', { clockOf: one })
    const seen: boolean[] = []
    for (let i = 0; i < 400; i += 1) {
      clock.advance(50)
      if (i % 3 === 0) isDown(one)
      seen.push(isDown(two))
      assert.equal(isDown(one), isDown(two))
    }
    assert.ok(seen.includes(true) && seen.includes(false))
  })

  test('keeps its weather when other settings change, and begins anew after a reset', () => {
    const { clock, control, set, isDown } = controlOf()
    const session = control.sessions.first
    const watch = (change: (i: number) => void) => {
      control.reset(session)
      set(session, { outage: { availability: 50, meanLength: '1s' } })
      return Array.from({ length: 200 }, (_, i) => {
        change(i)
        clock.advance(50)
        return isDown(session)
      })
    }
    const injectsNothing = watch(() => {})
    assert.deepEqual(
      watch(i => set(session, { failRate: i / 10 })),
      injectsNothing,
    )
  })

  test('tells when an outage begins and ends', () => {
    const { clock, control, set, isDown } = controlOf()
    const told: string[] = []
    control.on(event => {
      if (event.type === 'outage') told.push(event.change)
    })
    set(control.sessions.first, { outage: { windows: [{ from: '1s', to: '2s' }] } })
    for (let i = 0; i < 30; i += 1) {
      clock.advance(100)
      isDown(control.sessions.first)
    }
    assert.deepEqual(told, ['began', 'ended'])
  })
})

suite('changes that revert by themselves', () => {
  test('give back what they replaced', () => {
    const { clock, control, set } = controlOf()
    const { first } = control.sessions
    set(first, { failRate: 10 })
    set(first, { failRate: 70, sampler: 'deck' }, 30_000)
    clock.advance(29_999)
    assert.equal(first.layers.effective().failRate, 70)
    clock.advance(1)
    assert.deepEqual([first.layers.effective().failRate, first.layers.effective().sampler], [10, 'bernoulli'])
    assert.equal(clock.pending, 0)
  })

  test('but not what somebody has changed since', () => {
    const { clock, control, set } = controlOf()
    const { first } = control.sessions
    set(first, { failRate: 70, sampler: 'deck' }, 30_000)
    clock.advance(10_000)
    set(first, { failRate: 71 })
    clock.advance(30_000)
    assert.deepEqual([first.layers.effective().failRate, first.layers.effective().sampler], [71, 'bernoulli'])
  })

  test('and a reset forgets them', () => {
    const { clock, control, set } = controlOf()
    set(control.sessions.first, { failRate: 70 }, 30_000)
    control.reset(control.sessions.first)
    assert.equal(clock.pending, 0)
    set(control.sessions.first, { failRate: 50 })
    clock.advance(60_000)
    assert.equal(control.sessions.first.layers.effective().failRate, 50)
  })
})

suite('idle sessions', () => {
  test('are forgotten after half an hour, those in use are not', () => {
    const { clock, control, make } = controlOf()
    make('idle')
    make('busy').inFlight = 1
    clock.advance(31 * 60_000)
    make('new')
    assert.deepEqual(
      control.sessions.list().map(session => session.id),
      ['default', 'busy', 'new'],
    )
  })
})
