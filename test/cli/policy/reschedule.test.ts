/** Rescheduling: refused requests wait for the circuit, within bounds, and are not tried before they can succeed. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { breaker } from '../../../cli/policy/breaker.ts'
import { type RescheduleOptions, reschedule } from '../../../cli/policy/reschedule.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { FakeStore } from './fake-store.ts'
import { collect, crowdedOut, failed, request, success, Upstream } from './upstream.ts'

function world(options: Partial<RescheduleOptions> = {}) {
  const clock = new ManualClock()
  const upstream = new Upstream()
  const circuit = new FakeStore()
  const policy = reschedule({ clock, circuit, wait: 5_000, queue: 10, 'at-once': 2, ...options })
  const send = policy.wrap(breaker(clock, circuit)(upstream.send))
  const start = (index: number) => collect(send, request(index))
  const reached = () => upstream.calls.map(call => call.request.index)
  return { clock, upstream, circuit, policy, start, reached }
}

const REFUSED = { outcome: 'shortCircuited', status: 0, failure: null, retryAfterMs: 1_000, body: null, ageMs: 0 }

describe('reschedule', () => {
  it('sends what was refused again once the circuit has closed, so many at once, in order', () => {
    const { clock, upstream, circuit, start, reached } = world()
    circuit.open(1_000)
    const requests = [0, 1, 2].map(start)
    assert.deepEqual([reached(), requests[0]?.answers], [[], []])
    clock.advance(500)
    circuit.heal()
    clock.advance(0)
    assert.deepEqual(reached(), [0, 1])
    upstream.call(0).answer(success())
    assert.deepEqual(reached(), [0, 1, 2])
    upstream.call(1).answer(failed('timeout'))
    upstream.call(2).answer(success())
    assert.deepEqual(
      requests.map(({ answers }) => answers),
      [[success()], [failed('timeout')], [success()]],
    )
    assert.equal(clock.pending, 0)
  })

  it('sends one ahead when the circuit may let a probe pass, although no other traffic comes', () => {
    const { clock, upstream, circuit, start, reached } = world()
    circuit.open(1_000)
    ;[0, 1, 2].map(start)
    clock.advance(999)
    circuit.admission = null
    circuit.current = 'half-open'
    assert.deepEqual(reached(), [])
    clock.advance(1)
    assert.deepEqual(reached(), [0])
    upstream.call(0).answer(success())
    assert.deepEqual(reached(), [0, 1])
  })

  it('holds nobody back whom a full bulkhead refused: no circuit will close for it', () => {
    const clock = new ManualClock()
    const policy = reschedule({ clock, circuit: new FakeStore(), wait: 5_000, queue: 10, 'at-once': 2 })
    const send = policy.wrap((_, done) => {
      done(crowdedOut())
      return () => {}
    })
    assert.deepEqual([collect(send, request()).answers, clock.pending], [[crowdedOut()], 0])
  })

  it('asks again later, and not at once, when it is refused again', () => {
    const { clock, circuit, start, reached } = world()
    circuit.open(1_000)
    ;[0, 1, 2].map(start)
    let asked = 0
    const acquire = circuit.acquire.bind(circuit)
    circuit.acquire = () => {
      asked++
      return acquire()
    }
    clock.advance(3_500)
    assert.deepEqual([asked, reached()], [3, []])
  })

  it('asks with one request at a time also where the circuit answers later', async () => {
    const { clock, circuit, start } = world()
    circuit.open(1_000)
    ;[0, 1, 2].map(start)
    let asked = 0
    circuit.acquire = async () => {
      asked++
      return { admitted: false, state: 'open', retryAfterMs: 1_000 }
    }
    clock.advance(1_000)
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    assert.equal(asked, 1)
  })

  it('waits for closed, not for any other state', () => {
    const { clock, circuit, start, reached } = world()
    circuit.open(1_000)
    start(0)
    circuit.admission = null
    for (const state of ['half-open', 'open'] as const) circuit.move(state)
    clock.advance(999)
    assert.deepEqual(reached(), [])
  })

  it('keeps the time of a request that is refused again', () => {
    const { clock, circuit, start } = world({ wait: 2_500 })
    circuit.open(1_000)
    const { answers } = start(0)
    clock.advance(2_499)
    assert.deepEqual(answers, [])
    clock.advance(1)
    assert.deepEqual([answers, clock.pending], [[REFUSED], 0])
  })

  it('is given up in the middle of a call that it began late', () => {
    const { clock, upstream, circuit, start } = world()
    circuit.open(1_000)
    const { answers, cancel } = start(0)
    circuit.heal()
    clock.advance(0)
    clock.advance(10_000)
    assert.equal(answers.length, 0, 'its time to wait no longer counts')
    cancel()
    assert.deepEqual([answers, upstream.call().cancelled, clock.pending], [[failed('aborted')], true, 0])
  })

  it('gives the refusal when the time has run out', () => {
    const { clock, circuit, start } = world()
    circuit.open(1_000)
    const { answers } = start(0)
    clock.advance(4_999)
    assert.deepEqual(answers, [])
    clock.advance(1)
    assert.deepEqual([answers, clock.pending], [[REFUSED], 0])
  })

  it('waits for a circuit that is held open by hand until the time has run out', () => {
    const { clock, circuit, start } = world()
    circuit.open(Number.POSITIVE_INFINITY)
    const { answers } = start(0)
    assert.equal(clock.pending, 1, 'only the end of its patience is awaited')
    clock.advance(5_000)
    assert.deepEqual([answers, clock.pending], [[{ ...REFUSED, retryAfterMs: Number.POSITIVE_INFINITY }], 0])
  })

  it('lets refusals beyond its room through', () => {
    const { circuit, start } = world({ queue: 1 })
    circuit.open(1_000)
    assert.deepEqual([start(0).answers, start(1).answers], [[], [REFUSED]])
  })

  it('forgets a request that is cancelled while it waits', () => {
    const { clock, circuit, start, reached } = world()
    circuit.open(1_000)
    const { answers, cancel } = start(0)
    cancel()
    cancel()
    assert.deepEqual([answers, clock.pending], [[failed('aborted')], 0])
    circuit.heal()
    clock.advance(10_000)
    assert.deepEqual(reached(), [])
  })

  it('cancels a request that is on its way again, and lets the next go', () => {
    const { clock, upstream, circuit, start, reached } = world({ 'at-once': 1 })
    circuit.open(1_000)
    const first = start(0)
    start(1)
    circuit.heal()
    clock.advance(0)
    first.cancel()
    assert.deepEqual([first.answers, upstream.call(0).cancelled, reached()], [[failed('aborted')], true, [0, 1]])
  })

  it('gives refusals to all that wait when it closes', () => {
    const { clock, circuit, policy, start } = world()
    circuit.open(1_000)
    const requests = [start(0), start(1)]
    policy.close()
    assert.deepEqual([requests.map(({ answers }) => answers), clock.pending], [[[REFUSED], [REFUSED]], 0])
    assert.equal(circuit.listeners, 0)
  })
})
