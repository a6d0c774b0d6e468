/** Arms built from expressions: what stands in them, in which order, and what can be seen of their circuit. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CircuitOptionsError, type CircuitSettings } from '../../../cli/breaker/options.ts'
import { type ArmParts, buildArm, wantsBody } from '../../../cli/policy/arm.ts'
import { ArmError, parseArm } from '../../../cli/policy/parse.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { FakeStore } from './fake-store.ts'
import { collect, failed, request, success, Upstream } from './upstream.ts'

function world(more: Partial<ArmParts> = {}) {
  const clock = new ManualClock()
  const upstream = new Upstream()
  const store = new FakeStore()
  const opened: [CircuitSettings, string][] = []
  const parts: ArmParts = {
    call: upstream.send,
    clock,
    random: () => 0.5,
    timeoutMs: 100,
    openCircuit(settings, name) {
      opened.push([settings, name])
      return store
    },
    ...more,
  }
  return { clock, upstream, store, opened, parts, build: (expression: string) => buildArm(expression, parts) }
}

describe('buildArm', () => {
  it('gives every arm the timeout of the run, `none` too', async () => {
    const { clock, upstream, build } = world()
    const arm = await build('none')
    const { answers } = collect(arm.send, request())
    clock.advance(100)
    assert.deepEqual([answers, upstream.calls.length, arm.state()], [[failed('timeout')], 1, null])
  })

  it('lets an arm have a timeout of its own', async () => {
    const { clock, build } = world()
    const { answers } = collect((await build('none+timeout(40ms)')).send, request())
    clock.advance(40)
    assert.deepEqual(answers, [failed('timeout')])
  })

  it('puts the breaker outside of the timeout, so that a timeout counts against the circuit', async () => {
    const { clock, store, build } = world()
    collect((await build('breaker')).send, request())
    clock.advance(100)
    assert.deepEqual(
      store.settled.map(({ verdict }) => verdict),
      ['fail'],
    )
  })

  it('opens the circuit with what was written, over what the run says, over the defaults', async () => {
    const { opened, build } = world({ circuit: { failurePercentage: 90, probes: 7, windowCalls: 50 } })
    await build('breaker(threshold=40,window=5s)')
    const [settings, name] = opened[0] ?? []
    const { failurePercentage, probes, minimumCalls, windowCalls, windowMs } = settings ?? {}
    assert.deepEqual([failurePercentage, probes, minimumCalls, windowCalls, windowMs], [40, 7, 10, 0, 5_000])
    assert.equal(name, 'breaker(threshold=40,window=5s)')
  })

  it('tells of the circuit until nobody listens, and closes it', async () => {
    const { store, build } = world()
    const arm = await build('breaker')
    const seen: unknown[] = []
    const stop = arm.states((state, atMs) => seen.push([state, atMs]))
    store.open(1_000, 42)
    store.emit({ type: 'store-recovered', atMs: 50 })
    stop()
    store.heal(60)
    await arm.close()
    assert.deepEqual([seen, arm.state(), store.closed], [[['open', 42]], 'closed', true])
  })

  it('answers through the whole arm', async () => {
    const { upstream, build } = world()
    const { answers } = collect((await build('breaker')).send, request())
    upstream.call().answer(success())
    assert.deepEqual(answers, [success()])
  })

  it('keeps its circuit in this process where nothing else is said', async () => {
    const { upstream, clock, parts } = world()
    const { openCircuit: _, ...rest } = parts
    const arm = await buildArm('breaker(threshold=50,min-calls=2,jitter=1)', rest)
    for (let index = 0; index < 2; index++) {
      collect(arm.send, request(index))
      upstream.call().answer(failed('status', 500))
    }
    const { answers } = collect(arm.send, request(2))
    assert.deepEqual([arm.state(), answers[0]?.outcome, answers[0]?.retryAfterMs], ['open', 'shortCircuited', 1_500])
    clock.advance(1_500)
    collect(arm.send, request(3))
    assert.equal(arm.state(), 'half-open')
  })

  it('nests every word in its fixed place, whatever their order', async () => {
    for (const expression of [
      'cache+reschedule(wait=1s)+retry(1,base=100ms)+budget+notify(http://hook/)+breaker+bulkhead(1)',
      'bulkhead(1)+breaker+notify(http://hook/)+budget+retry(1,base=100ms)+reschedule(wait=1s)+cache',
    ]) {
      const posts: string[] = []
      const { clock, upstream, store, build } = world({ post: async url => posts.push(url) })
      const arm = await build(expression)
      const first = collect(arm.send, request(0))
      upstream.call().answer(success('kept'))
      assert.deepEqual(first.answers, [success('kept')])

      const second = collect(arm.send, request(1))
      const crowded = collect(arm.send, request(2))
      assert.equal(upstream.calls.length, 2, 'one call at a time')
      assert.equal(crowded.answers[0]?.outcome, 'fromCache', 'the cache answers whom the bulkhead refuses')
      clock.advance(100)
      assert.equal(second.answers.length, 0, 'timed out inside of the retry')
      clock.advance(50)
      upstream.call().answer(failed('timeout'))
      assert.equal(second.answers.at(-1)?.outcome, 'fromCache', 'the cache is outside of the retry')
      assert.deepEqual(
        store.settled.map(({ verdict }) => verdict),
        ['ok', 'ignore', 'fail', 'fail'],
      )

      store.open(10_000)
      const refused = collect(arm.send, request(3))
      clock.advance(999)
      assert.equal(refused.answers.length, 0, 'waits for the circuit before it turns to the cache')
      clock.advance(1)
      assert.deepEqual([refused.answers.at(-1)?.outcome, posts], ['fromCache', ['http://hook/']])
      assert.equal(upstream.calls.length, 3)
      await arm.close()
      assert.deepEqual([clock.pending, store.listeners, store.closed], [0, 0, true])
    }
  })

  it('refuses what no parser and no circuit understands', async () => {
    const { build } = world()
    await assert.rejects(build('braker'), ArmError)
    await assert.rejects(build('breaker(min-calls=30)'), CircuitOptionsError)
  })

  it('has a use for bodies only where it keeps them', () => {
    assert.deepEqual(['none', 'retry+breaker', 'breaker+cache'].map(parseArm).map(wantsBody), [false, false, true])
  })
})
