/** The breaker policy between a circuit and its calls: verdicts, refusals, and permits that always come back. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Admission } from '../../../cli/breaker/circuit.ts'
import { verdictOf } from '../../../cli/policy/answers.ts'
import { breaker } from '../../../cli/policy/breaker.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { FakeStore } from './fake-store.ts'
import { collect, crowdedOut, failed, request, success, Upstream } from './upstream.ts'

function world() {
  const clock = new ManualClock()
  const upstream = new Upstream()
  const store = new FakeStore()
  return { clock, upstream, store, send: breaker(clock, store)(upstream.send) }
}

const REFUSED = { outcome: 'shortCircuited', status: 0, failure: null, retryAfterMs: 250, body: null, ageMs: 0 }
const PERMIT: Admission = { admitted: true, generation: 3, probe: 2 }

describe('verdictOf', () => {
  for (const [answer, verdict] of [
    [success(), 'ok'],
    [{ ...success(), status: 404 }, 'ok'],
    [failed('status', 500), 'fail'],
    [failed('status', 503), 'fail'],
    [failed('status', 429), 'fail'],
    [failed('status', 400), 'ignore'],
    [failed('status', 422), 'ignore'],
    [failed('timeout'), 'fail'],
    [failed('reset'), 'fail'],
    [failed('refused'), 'fail'],
    [failed('dns'), 'fail'],
    [failed('parse', 200), 'fail'],
    [failed('truncated', 200), 'fail'],
    [failed('other'), 'fail'],
    [failed('aborted'), 'ignore'],
    [crowdedOut(), 'ignore'],
    [{ ...success(), outcome: 'shortCircuited' }, 'ignore'],
    [{ ...success(), outcome: 'fromCache' }, 'ignore'],
  ] as const) {
    it(`${answer.outcome} ${answer.failure ?? ''} ${answer.status} is ${verdict}`, () =>
      assert.equal(verdictOf(answer), verdict))
  }
})

describe('breaker with a store of this process', () => {
  it('tells the circuit how the call ended, how long it took, and what the upstream asked for', () => {
    const { clock, upstream, store, send } = world()
    clock.advance(1_000)
    const { answers } = collect(send, request())
    clock.advance(40)
    const answer = failed('status', 503, 2_000)
    upstream.call().answer(answer)
    assert.deepEqual(answers, [answer])
    assert.deepEqual(store.settled, [
      {
        permit: { admitted: true, generation: 0, probe: 0 },
        verdict: 'fail',
        details: { durationMs: 40, retryAfterMs: 2_000 },
      },
    ])
  })

  it('answers a refusal at once, without a call and without a settling', () => {
    const { upstream, store, send } = world()
    store.open(250)
    const { answers, cancel } = collect(send, request())
    cancel()
    assert.deepEqual([answers, upstream.calls.length, store.settled.length], [[REFUSED], 0, 0])
  })

  it('gives the permit of a cancelled call back as ignored', () => {
    const { store, send } = world()
    const { answers, cancel } = collect(send, request())
    cancel()
    cancel()
    assert.deepEqual(answers, [failed('aborted')])
    assert.deepEqual(
      store.settled.map(({ verdict }) => verdict),
      ['ignore'],
    )
  })
})

describe('breaker with a shared store', () => {
  function later() {
    const parts = world()
    const { promise, resolve } = deferred()
    parts.store.admission = promise
    return { ...parts, decide: resolve }
  }

  it('calls when the leave has come', async () => {
    const { upstream, store, send, decide } = later()
    const { answers } = collect(send, request())
    assert.equal(upstream.calls.length, 0)
    await decide(PERMIT)
    upstream.call().answer(success())
    assert.deepEqual([answers, store.settled[0]?.permit], [[success()], PERMIT])
  })

  it('answers a refusal when it has come', async () => {
    const { upstream, send, decide } = later()
    const { answers } = collect(send, request())
    await decide({ admitted: false, state: 'open', retryAfterMs: 250 })
    assert.deepEqual([answers, upstream.calls.length], [[REFUSED], 0])
  })

  it('gives back the permit of a request that was cancelled while it waited', async () => {
    const { upstream, store, send, decide } = later()
    const { answers, cancel } = collect(send, request())
    cancel()
    cancel()
    assert.deepEqual(answers, [failed('aborted')])
    await decide(PERMIT)
    assert.deepEqual([upstream.calls.length, store.settled.map(({ verdict }) => verdict)], [0, ['ignore']])
  })

  it('cancels the call itself once it is under way', async () => {
    const { upstream, send, decide } = later()
    const { answers, cancel } = collect(send, request())
    await decide(PERMIT)
    cancel()
    assert.deepEqual([answers, upstream.call().cancelled], [[failed('aborted')], true])
  })

  it('cancels a call whose beginning makes its own caller give up', async () => {
    const store = new FakeStore()
    const upstream = new Upstream()
    const { promise, resolve } = deferred()
    store.admission = promise
    const answers: unknown[] = []
    const cancel = breaker(
      new ManualClock(),
      store,
    )((outgoing, done) => {
      const stop = upstream.send(outgoing, done)
      cancel()
      return stop
    })(request(), answer => answers.push(answer))
    await resolve(PERMIT)
    assert.deepEqual([answers, upstream.open.length], [[failed('aborted')], 0])
    assert.deepEqual(
      store.settled.map(({ verdict }) => verdict),
      ['ignore'],
    )
  })

  it('hands nothing back for a request that was refused after it was cancelled', async () => {
    const { store, send, decide } = later()
    const { answers, cancel } = collect(send, request())
    cancel()
    await decide({ admitted: false, state: 'open', retryAfterMs: 250 })
    assert.deepEqual([answers, store.settled], [[failed('aborted')], []])
  })

  it('answers once when the caller cancels from inside of its answer', async () => {
    const { store, send, decide } = later()
    const answers: unknown[] = []
    const cancel = send(request(), answer => {
      answers.push(answer)
      cancel()
    })
    await decide({ admitted: false, state: 'open', retryAfterMs: 250 })
    assert.deepEqual([answers, store.settled], [[REFUSED], []])
  })
})

function deferred() {
  let settle: (admission: Admission) => void = () => {}
  const promise = new Promise<Admission>(resolve => {
    settle = resolve
  })
  const resolve = async (admission: Admission) => {
    settle(admission)
    await promise
    await Promise.resolve()
  }
  return { promise, resolve }
}
