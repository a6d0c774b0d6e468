/** Arms built from expressions: what stands in them, in which order, and what can be seen of their circuit. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type ArmParts, buildArm } from '../../../cli/policy/arm.ts'
import type { CircuitSettings } from '../../../cli/policy/circuit-settings.ts'
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
  return { clock, upstream, store, opened, build: (expression: string) => buildArm(expression, parts) }
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
    const { opened, build } = world({ circuit: { threshold: 90, probes: 7 } })
    await build('breaker(threshold=40)')
    const [settings, name] = opened[0] ?? []
    assert.deepEqual([settings?.threshold, settings?.probes, settings?.['min-calls']], [40, 7, 10])
    assert.equal(name, 'breaker(threshold=40)')
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
})
