/** Retries: what is tried again, when, how often, and what the caller hears in the end. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { jitter, RetryBudget, type RetryOptions, retry } from '../../../cli/policy/retry.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { collect, crowdedOut, failed, request, success, Upstream } from './upstream.ts'

function world(options: Partial<RetryOptions> = {}) {
  const clock = new ManualClock()
  const upstream = new Upstream()
  const usual = { clock, random: () => 0.5, retries: 3, base: 100, cap: 1_000, patience: 10_000 }
  return { clock, upstream, send: retry({ ...usual, ...options })(upstream.send) }
}

const REFUSED = { ...success(), outcome: 'shortCircuited', status: 0, retryAfterMs: 700 } as const

describe('retry', () => {
  it('tries again with the next attempt until it goes well', () => {
    const { clock, upstream, send } = world()
    const { answers } = collect(send, request(3))
    upstream.call().answer(failed('status', 503))
    clock.advance(50)
    upstream.call().answer(failed('reset'))
    clock.advance(100)
    upstream.call().answer(success())
    assert.deepEqual(answers, [success()])
    assert.deepEqual(
      upstream.calls.map(({ request: { key, attempt } }) => [key, attempt]),
      [
        ['7-3', 0],
        ['7-3', 1],
        ['7-3', 2],
      ],
    )
  })

  it('pauses a random part of a limit that doubles up to its cap', () => {
    const asked: number[] = []
    const random = ({ attempt }: { attempt: number }) => {
      asked.push(attempt)
      return 0.999
    }
    const { clock, upstream, send } = world({ random, retries: 5 })
    collect(send, request())
    const pauses: number[] = []
    for (let attempt = 0; attempt < 5; attempt++) {
      const before = clock.now()
      upstream.call().answer(failed('timeout'))
      while (upstream.calls.length < attempt + 2) clock.advance(0.1)
      pauses.push(Math.round(clock.now() - before))
    }
    assert.deepEqual(
      [pauses, asked],
      [
        [100, 200, 400, 799, 999],
        [0, 1, 2, 3, 4],
      ],
    )
  })

  it('gives the last failure when the tries are used up', () => {
    const { clock, upstream, send } = world({ retries: 1 })
    const { answers } = collect(send, request())
    upstream.call().answer(failed('timeout'))
    clock.advance(1_000)
    upstream.call().answer(failed('status', 502))
    assert.deepEqual([answers, upstream.calls.length, clock.pending], [[failed('status', 502)], 2, 0])
  })

  it('never pauses less than Retry-After, and spreads what comes after it', () => {
    const { clock, upstream, send } = world()
    collect(send, request())
    upstream.call().answer(failed('status', 503, 2_000))
    clock.advance(2_049)
    assert.equal(upstream.calls.length, 1)
    clock.advance(1)
    assert.equal(upstream.calls.length, 2)
  })

  it('gives up at once where Retry-After asks for more patience than it has', () => {
    const { upstream, send } = world({ patience: 1_000 })
    const { answers } = collect(send, request())
    upstream.call().answer(failed('status', 503, 1_001))
    assert.deepEqual(answers, [failed('status', 503, 1_001)])
  })

  for (const answer of [
    failed('status', 400),
    failed('status', 422),
    failed('aborted'),
    crowdedOut(),
    REFUSED,
    success(),
    { ...success(), status: 404 },
  ]) {
    it(`leaves ${answer.outcome} ${answer.failure ?? ''} ${answer.status} as it is`, () => {
      const { upstream, clock, send } = world()
      const { answers } = collect(send, request())
      upstream.call().answer(answer)
      assert.deepEqual([answers, upstream.calls.length, clock.pending], [[answer], 1, 0])
    })
  }

  it('has failed, as its last call did, when a further try is refused', () => {
    const { clock, upstream, send } = world()
    const { answers } = collect(send, request())
    upstream.call().answer(failed('status', 503))
    clock.advance(50)
    upstream.call().answer(REFUSED)
    assert.deepEqual(answers, [failed('status', 503)])
  })

  it('is given up in the middle of a pause', () => {
    const { clock, upstream, send } = world()
    const { answers, cancel } = collect(send, request())
    upstream.call().answer(failed('timeout'))
    cancel()
    cancel()
    clock.advance(10_000)
    assert.deepEqual([answers, upstream.calls.length, clock.pending], [[failed('aborted')], 1, 0])
  })

  it('is given up in the middle of a further try', () => {
    const { clock, upstream, send } = world()
    const { answers, cancel } = collect(send, request())
    upstream.call().answer(failed('timeout'))
    clock.advance(50)
    cancel()
    assert.deepEqual([answers, upstream.call().cancelled], [[failed('aborted')], true])
  })

  it('is given up in the pause after a call that failed at once', () => {
    const clock = new ManualClock()
    let calls = 0
    const send = retry({ clock, random: () => 0.5, retries: 3, base: 100, cap: 1_000, patience: 0 })((_, done) => {
      calls++
      done(failed('refused'))
      return () => {}
    })
    const { answers, cancel } = collect(send, request())
    cancel()
    clock.advance(10_000)
    assert.deepEqual([answers, calls, clock.pending], [[failed('aborted')], 1, 0])
  })

  it('cancels a further try that makes its own caller give up', () => {
    const clock = new ManualClock()
    const upstream = new Upstream()
    const answers: unknown[] = []
    const cancel = retry({ clock, random: () => 0.5, retries: 3, base: 100, cap: 1_000, patience: 0 })(
      (outgoing, done) => {
        const stop = upstream.send(outgoing, done)
        if (outgoing.attempt > 0) cancel()
        return stop
      },
    )(request(), answer => answers.push(answer))
    upstream.call().answer(failed('timeout'))
    clock.advance(50)
    assert.deepEqual([answers, upstream.open.length], [[failed('aborted')], 0])
  })

  it('waits exactly as long as its patience', () => {
    const { clock, upstream, send } = world({ patience: 1_000 })
    collect(send, request())
    upstream.call().answer(failed('status', 503, 1_000))
    clock.advance(1_050)
    assert.equal(upstream.calls.length, 2)
  })

  it('asks its budget before it pauses, not after', () => {
    const { clock, upstream, send } = world({ budget: new RetryBudget({ share: 20, reserve: 1 }) })
    const first = collect(send, request(0))
    const second = collect(send, request(1))
    upstream.call(0).answer(failed('timeout'))
    upstream.call(1).answer(failed('timeout'))
    assert.deepEqual([first.answers, second.answers], [[], [failed('timeout')]])
    clock.advance(50)
    assert.equal(upstream.calls.length, 3)
  })
})

describe('RetryBudget', () => {
  const spendAll = (budget: RetryBudget) => {
    let spent = 0
    while (budget.spend()) spent++
    return spent
  }

  it('starts with its reserve', () => assert.equal(spendAll(new RetryBudget({ share: 20, reserve: 10 })), 10))

  it('earns its share of the requests', () => {
    const budget = new RetryBudget({ share: 20, reserve: 10 })
    spendAll(budget)
    for (let call = 0; call < 34; call++) budget.called()
    assert.equal(spendAll(budget), 6)
  })

  it('saves no more than its reserve', () => {
    const budget = new RetryBudget({ share: 20, reserve: 10 })
    for (let call = 0; call < 1_000; call++) budget.called()
    assert.equal(spendAll(budget), 10)
  })
})

describe('jitter', () => {
  it('is the same for the same seed, key and attempt, and else differs', () => {
    const draws = ['7', '8'].flatMap(seed => [0, 1].map(attempt => jitter(seed)({ ...request(), attempt })))
    assert.equal(new Set(draws).size, 4)
    assert.deepEqual(draws[0], jitter('7')(request()))
    assert.ok(draws.every(draw => draw >= 0 && draw < 1))
  })

  it('is even', () => {
    const random = jitter('42')
    const tenths = new Array<number>(10).fill(0)
    for (let index = 0; index < 10_000; index++) {
      const tenth = Math.floor(random(request(index)) * 10)
      tenths[tenth] = (tenths[tenth] ?? 0) + 1
    }
    assert.ok(
      tenths.every(times => times > 880 && times < 1_120),
      tenths.join(' '),
    )
  })
})
