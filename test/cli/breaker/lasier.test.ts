/** The rules of `lasier` by their own names: what they map to, and the half-open state that they gain. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { CircuitBreaker } from '../../../cli/breaker/breaker.ts'
import { fromLasier, MaxFailuresRule, PercentageFailuresRule } from '../../../cli/breaker/lasier.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const percentage = new PercentageFailuresRule({ maxFailuresPercentage: 60, minAcceptedRequests: 4 })
const maximum = new MaxFailuresRule({ maxFailures: 3 })

test('a percentage rule maps to a percentage, a minimum one higher, and milliseconds', () => {
  assert.deepEqual(fromLasier({ rule: percentage, failureTimeout: 30, circuitTimeout: 5 }), {
    failurePercentage: 60,
    minimumCalls: 5,
    windowMs: 30_000,
    openForMs: 5_000,
  })
})

test('a maximum rule maps to a maximum; without timeouts things last a day', () => {
  assert.deepEqual(fromLasier({ rule: maximum }), { maxFailures: 3, windowMs: 86_400_000, openForMs: 86_400_000 })
  new CircuitBreaker(fromLasier({ rule: maximum }))
})

const bad: readonly [make: () => unknown, message: RegExp][] = [
  [
    () => new PercentageFailuresRule({ maxFailuresPercentage: 101, minAcceptedRequests: 0.5 }),
    /^2 bad options: maxFailuresPercentage is 101: it must be a number above 0 and at most 100 \(%\); minAcceptedRequests is 0.5: it must be a whole number from 0 to 999999 \(requests\)$/,
  ],
  [
    () => new PercentageFailuresRule({ maxFailuresPercentage: 0, minAcceptedRequests: 0 }),
    /^maxFailuresPercentage is 0/,
  ],
  [
    () => new PercentageFailuresRule({ maxFailuresPercentage: 5, minAcceptedRequests: -1 }),
    /^minAcceptedRequests is -1/,
  ],
  [() => new PercentageFailuresRule({ maxFailuresPercentage: 5 } as never), /^minAcceptedRequests is undefined/],
  [
    () => new MaxFailuresRule({ maxFailures: 0 }),
    /^maxFailures is 0: it must be a whole number from 1 to 1000000 \(failures\)$/,
  ],
  [
    () => fromLasier({ rule: maximum, failureTimeout: 0, circuitTimeout: 86_401 }),
    /^2 bad options: failureTimeout is 0: .*; circuitTimeout is 86401: it must be a number above 0 and at most 86400 \(seconds\)$/,
  ],
]

for (const [make, message] of bad) {
  test(`refused: ${message.source.slice(1, 50)}`, () => assert.throws(make, { name: 'CircuitOptionsError', message }))
}

test('the edges of the ranges are in them', () => {
  new PercentageFailuresRule({ maxFailuresPercentage: 100, minAcceptedRequests: 0 })
  new PercentageFailuresRule({ maxFailuresPercentage: 0.1, minAcceptedRequests: 999_999 })
  new MaxFailuresRule({ maxFailures: 1_000_000 })
  fromLasier({ rule: maximum, failureTimeout: 86_400, circuitTimeout: 0.001 })
})

async function play(
  options: ReturnType<typeof fromLasier>,
  clock: ManualClock,
  letters: string,
): Promise<CircuitBreaker> {
  const breaker = new CircuitBreaker({ ...options, clock })
  for (const letter of letters) {
    await breaker
      .run(async () => {
        if (letter === 'f') throw new Error('down')
      })
      .catch(() => {})
  }
  return breaker
}

test('opens with the request after the accepted ones, as lasier does', async () => {
  const options = fromLasier({ rule: percentage, failureTimeout: 30, circuitTimeout: 5 })
  assert.equal((await play(options, new ManualClock(), 'ffff')).state, 'closed')
  assert.equal((await play(options, new ManualClock(), 'fffff')).state, 'open')
  assert.equal((await play(options, new ManualClock(), 'ssfff')).state, 'open', 'exactly the percentage is enough')
})

test('unlike lasier, probes decide after the circuit timeout, and the rest is refused', async () => {
  const clock = new ManualClock()
  const breaker = await play(fromLasier({ rule: maximum, failureTimeout: 30, circuitTimeout: 5 }), clock, 'fff')
  clock.advance(5_000)
  let started = 0
  const never = (): Promise<never> => {
    started += 1
    return new Promise(() => {})
  }
  for (let call = 0; call < 50; call += 1) breaker.run(never).catch(() => {})
  assert.equal(started, 3)
  assert.equal(breaker.state, 'half-open')
})

/** lasier's two counters: keys in a cache, each of which expires so long after it was first added. */
class LasierCounters {
  readonly #keys = new Map<'requests' | 'failures', { count: number; until: number }>()
  #now = 0

  /** A failed request, whose way to the cache takes `stepMs` each time; returns the rate by which the rule decides. */
  fail(at: number, stepMs: number): number {
    this.#now = at + stepMs
    this.#add('requests')
    this.#now += stepMs
    this.#add('failures')
    this.#get('requests').count += 1
    this.#add('failures')
    this.#get('failures').count += 1
    return (this.#get('failures').count * 100) / this.#get('requests').count
  }

  #add(key: 'requests' | 'failures'): void {
    if ((this.#keys.get(key)?.until ?? 0) <= this.#now) this.#keys.set(key, { count: 0, until: this.#now + 10_000 })
  }

  #get(key: 'requests' | 'failures'): { count: number } {
    return this.#keys.get(key) ?? { count: 0 }
  }
}

test('unlike in lasier, failures never count for more than all calls', async () => {
  const theirs = new LasierCounters()
  for (let at = 0; at < 5_000; at += 1_000) assert.equal(theirs.fail(at, 2), 100)
  assert.equal(theirs.fail(10_001, 1), 600, 'the requests have expired, the failures will in a moment')

  const clock = new ManualClock()
  const options = fromLasier({ rule: percentage, failureTimeout: 10, circuitTimeout: 5 })
  const breaker = new CircuitBreaker({ ...options, clock })
  for (let step = 0; step < 100; step += 1) {
    await breaker.run(() => Promise.reject(new Error('down'))).catch(() => {})
    clock.advance(997)
    const { window } = breaker.snapshot()
    for (const [calls, failures] of window.kind === 'time' ? window.buckets : []) assert.ok(failures <= calls)
  }
})
