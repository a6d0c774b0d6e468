/** Control without HTTP: outages of sessions, changes that revert by themselves, idle sessions. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { chaosControl } from '../../support/chaos-control.ts'

suite('a session', () => {
  test('ends random outages when it is told to, however fast they change and whatever the clock says', () => {
    const { clock, control } = chaosControl()
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

  test('meets windows on its own clock', () => {
    const { clock, make, set, isDown } = chaosControl()
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

  test('shares the outages of another on the same clock, whatever traffic either has', () => {
    const { clock, control, make, set, isDown } = chaosControl()
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

  test('keeps its outages when other settings change, and begins anew after a reset', () => {
    const { clock, control, set, isDown } = chaosControl()
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
    const { clock, control, set, isDown } = chaosControl()
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
    const { clock, control, set } = chaosControl()
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
    const { clock, control, set } = chaosControl()
    const { first } = control.sessions
    set(first, { failRate: 70, sampler: 'deck' }, 30_000)
    clock.advance(10_000)
    set(first, { failRate: 71 })
    clock.advance(30_000)
    assert.deepEqual([first.layers.effective().failRate, first.layers.effective().sampler], [71, 'bernoulli'])
  })

  test('each by itself, in whatever order they end and whatever was changed for good between them', () => {
    const member = fc.constantFrom('failRate', 'sampler', 'latency')
    const values = {
      failRate: fc.constantFrom(null, 0, 30, 50, 100),
      sampler: fc.constantFrom(null, 'deck', 'bernoulli'),
      latency: fc.constantFrom(null, { distribution: 'fixed', delay: '5ms', cap: '60s' }),
    } as const
    const change = member.chain(name =>
      fc.record({
        patch: (values[name] as fc.Arbitrary<unknown>).map(value => ({ [name]: value })),
        ttlMs: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
      }),
    )
    const both = fc.record({
      patch: fc.record({ failRate: values.failRate, sampler: values.sampler }),
      ttlMs: fc.integer({ min: 1, max: 50 }),
    })
    const act = fc.oneof(change, both, fc.record({ advanceMs: fc.integer({ min: 1, max: 40 }) }))
    const steps = fc.array(act, { minLength: 2, maxLength: 40 })
    fc.assert(
      fc.property(steps, fc.boolean(), (acts, isLab) => {
        const { clock, control, make, set } = chaosControl()
        const session = isLab ? make('lab') : control.sessions.first
        const start = session.layers.effective()
        /** What was set of each member, the oldest first, with the moment at which it ends. */
        let model: { name: string; value: unknown; endsAt: number }[] = []
        for (const each of acts) {
          if ('advanceMs' in each) clock.advance(each.advanceMs)
          else {
            set(session, each.patch, each.ttlMs)
            for (const [name, value] of Object.entries(each.patch)) {
              if (each.ttlMs === undefined) model = model.filter(other => other.name !== name)
              // Null switches latency off, and gives other members back.
              const given = value === null && name !== 'latency' ? start[name as 'failRate'] : value
              model.push({ name, value: given, endsAt: clock.now() + (each.ttlMs ?? Number.POSITIVE_INFINITY) })
            }
          }
          model = model.filter(({ endsAt }) => endsAt > clock.now())
          const expected = { ...start, ...Object.fromEntries(model.map(({ name, value }) => [name, value])) }
          assert.deepEqual(session.layers.effective(), expected)
        }
        clock.advance(100)
        assert.equal(clock.pending, 0)
      }),
      { seed: 13, numRuns: 500 },
    )
  })

  test('also where the value was in force already', () => {
    const { clock, control, set } = chaosControl()
    const { first } = control.sessions
    set(first, { failRate: 100 }, 1_000)
    set(first, { failRate: 100 }, 2_000)
    clock.advance(1_500)
    assert.equal(first.layers.effective().failRate, 100)
    clock.advance(500)
    assert.equal(first.layers.effective().failRate, 0)
  })

  test('and a reset forgets them', () => {
    const { clock, control, set } = chaosControl()
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
    const { clock, control, make } = chaosControl()
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
