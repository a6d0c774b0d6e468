/** The breaker around random concurrent calls: no call is lost, mixed up or made twice, and its circuit is the oracle's. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CircuitEvent, Permit, Verdict } from '../../../cli/breaker/circuit.ts'
import { CircuitBreaker, type CircuitOpenError } from '../../../cli/breaker/index.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { Model } from './model.ts'
import { settings } from './trace.ts'

type Step =
  | { wait: number }
  | { start: 'sync' | 'async' | 'abortable' }
  | { end: number; how: 'value' | 'error' | 'abort' }

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    { weight: 5, arbitrary: fc.constantFrom('sync', 'async', 'abortable').map(start => ({ start }) as Step) },
    {
      weight: 5,
      arbitrary: fc.record({
        end: fc.nat(9),
        how: fc.constantFrom('value', 'error', 'error', 'abort'),
      }) as fc.Arbitrary<Step>,
    },
    { weight: 2, arbitrary: fc.oneof(fc.nat(50), fc.nat(1_000)).map(wait => ({ wait })) },
  ),
  { minLength: 20, maxLength: 100, size: 'max' },
)

/** One call: how to end it, and what `run` came to. */
interface Made {
  readonly number: number
  readonly permit: Permit
  readonly startedAt: number
  readonly end: (how: 'value' | 'error' | 'abort') => Verdict
  result?: unknown
}

const tick = (): Promise<void> => new Promise(setImmediate)

test('concurrent calls that end in any order, by value, by error or by abort', async () => {
  let [refused, late] = [0, 0]
  await fc.assert(
    fc.asyncProperty(settings, steps, async (own, history) => {
      const clock = new ManualClock()
      const { windowCalls, windowMs, ...rest } = { ...own, jitter: 0 }
      const window = windowMs > 0 ? { windowMs } : { windowCalls }
      const breaker = new CircuitBreaker({ ...rest, ...window, clock })
      const model = new Model({ ...own, jitter: 0 }, 0, () => 0)
      const events: CircuitEvent[] = []
      breaker.listen(event => events.push(event))
      const out: Made[] = []
      const refusals: Promise<[number, number]>[] = []
      let [started, numbers] = [0, 0]

      const start = (kind: 'sync' | 'async' | 'abortable'): void => {
        const expected = model.acquire(clock.now())
        const number = numbers++
        const controller = kind === 'abortable' ? new AbortController() : undefined
        let finish: (how: 'value' | 'error') => void = () => {}
        const calledBefore = started
        const result = breaker.run(
          () => {
            started += 1
            return new Promise<number>((resolve, reject) => {
              finish = how => (how === 'value' ? resolve(number) : reject(number))
            })
          },
          { signal: controller?.signal },
        )
        const outcome: Promise<unknown[]> = result.then(
          value => ['value', value],
          error => ['error', error],
        )
        assert.equal(started - calledBefore, expected.admitted ? 1 : 0, 'made once, or not at all')
        if (!expected.admitted) {
          refusals.push(outcome.then(([, error]) => [(error as CircuitOpenError).retryAfterMs, expected.retryAfterMs]))
          return
        }
        const end = (how: 'value' | 'error' | 'abort'): Verdict => {
          if (how === 'abort' && controller) {
            controller.abort(number)
            return 'ignore'
          }
          const verdict = how === 'value' ? 'ok' : 'fail'
          finish(how === 'value' ? 'value' : 'error')
          return verdict
        }
        const made: Made = { number, permit: expected, startedAt: clock.now(), end }
        out.push(made)
        void outcome.then(result => Object.assign(made, { result }))
      }

      for (const step of history) {
        if ('wait' in step) clock.advance(step.wait)
        else if ('start' in step) start(step.start)
        else {
          const [made] = out.splice(step.end % Math.max(1, out.length), 1)
          if (!made) continue
          const verdict = made.end(step.how)
          model.settle(made.permit, verdict, clock.now(), { durationMs: clock.now() - made.startedAt })
          await tick()
          assert.deepEqual(made.result, [verdict === 'ok' ? 'value' : 'error', made.number], 'its own outcome')
        }
      }
      for (const [ours, theirs] of await Promise.all(refusals)) assert.equal(ours, theirs)
      refused += refusals.length
      assert.deepEqual(
        events.map(event => (event.type === 'state' ? { ...event, why: undefined } : event)),
        model.events.map(event => (event.type === 'state' ? { ...event, why: undefined } : event)),
      )
      assert.equal(breaker.state, model.state)
      assert.ok(
        out.every(made => made.result === undefined),
        'calls that hang are still out',
      )
      late += events.filter(({ type }) => type === 'late').length
    }),
    { seed: 1, numRuns: 200 },
  )
  assert.ok(refused >= 1_000 && late >= 500, `refused ${refused}, late ${late}`)
})
