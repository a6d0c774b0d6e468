/** What holds for every arm, whatever the upstream, the clock and the callers do, and in whatever order. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import type { CircuitStore } from '../../../cli/breaker/circuit.ts'
import { MemoryStore } from '../../../cli/breaker/memory-store.ts'
import type { CircuitSettings } from '../../../cli/breaker/options.ts'
import { buildArm } from '../../../cli/policy/arm.ts'
import { cache } from '../../../cli/policy/cache.ts'
import { jitter, RetryBudget } from '../../../cli/policy/retry.ts'
import type { Answer, Cancel } from '../../../cli/policy/send.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { failed, request, success, Upstream } from './upstream.ts'

const RETRIES = 2
const MAX = 2
const SHARE = 30
const RESERVE = 2

const CIRCUIT = 'threshold=50,min-calls=3,window=6,open-for=60ms'
const LAYERS = [
  'cache(200ms,size=2)',
  `retry(${RETRIES},base=20ms)`,
  `retry(${RETRIES},base=20ms)+budget(${SHARE}%,reserve=${RESERVE})`,
  `bulkhead(${MAX},queue=1)`,
] as const

const expressions = fc
  .tuple(
    fc.subarray([...LAYERS]).filter(layers => layers.filter(layer => layer.startsWith('retry')).length < 2),
    fc.constantFrom('none', `breaker(${CIRCUIT},probes=2,lease=90ms)`, `opossum(${CIRCUIT})`, `cockatiel(${CIRCUIT})`),
    fc.boolean(),
  )
  .map(([layers, circuit, held]) => {
    if (circuit === 'none') return layers.length === 0 ? 'none' : layers.join('+')
    return [...layers, ...(held ? ['reschedule(150ms,queue=3,at-once=2)'] : []), circuit].join('+')
  })

type Step =
  | { readonly kind: 'send'; readonly code: string }
  | { readonly kind: 'answer'; readonly which: number; readonly answer: Answer }
  | { readonly kind: 'cancel'; readonly which: number }
  | { readonly kind: 'advance'; readonly ms: number }
  | { readonly kind: 'settle' }

const answers = fc.constantFrom(
  ...[success(), success(), failed('status', 503), failed('status', 429, 30), failed('reset'), failed('status', 400)],
)
const steps: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('send' as const), code: fc.constantFrom('a', 'b', 'c') }) },
  { weight: 6, arbitrary: fc.record({ kind: fc.constant('answer' as const), which: fc.nat(9), answer: answers }) },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant('cancel' as const), which: fc.nat(9) }) },
  {
    weight: 4,
    arbitrary: fc.record({ kind: fc.constant('advance' as const), ms: fc.constantFrom(0, 5, 20, 60, 100) }),
  },
  { weight: 3, arbitrary: fc.constant<Step>({ kind: 'settle' }) },
)

/** One request, everything it was answered with, and how it is given up. */
interface Sent {
  readonly answers: Answer[]
  readonly cancel: Cancel
}

describe('every arm', () => {
  for (const [where, later] of [
    ['in this process', false],
    ['somewhere that answers later', true],
  ] as const) {
    it(`answers each request once, cleans up, and keeps its bounds, with a circuit ${where}`, async () => {
      const reached = { refused: 0, retried: 0, crowded: 0, cached: 0, aborted: 0 }
      await fc.assert(
        fc.asyncProperty(expressions, fc.array(steps, { maxLength: 120, size: 'max' }), async (expression, history) => {
          const clock = new ManualClock()
          const upstream = new Upstream()
          const openCircuit = (settings: CircuitSettings) => {
            const store = new MemoryStore({ settings, clock, random: () => 0 })
            return later ? slowed(store) : store
          }
          const parts = { call: upstream.send, clock, random: jitter('7'), timeoutMs: 70, openCircuit }
          const arm = await buildArm(expression, parts)
          const sent: Sent[] = []

          for (const step of history) {
            if (step.kind === 'send') {
              const answers: Answer[] = []
              sent.push({ answers, cancel: arm.send(request(sent.length, step.code), answer => answers.push(answer)) })
            } else if (step.kind === 'answer') {
              const open = upstream.open
              open[step.which % Math.max(1, open.length)]?.answer(step.answer)
            } else if (step.kind === 'cancel') {
              const one = sent.at(-1 - step.which)
              const before = one?.answers.length
              one?.cancel()
              if (before === 0) assert.deepEqual(one?.answers, [failed('aborted')], 'a cancel is answered at once')
            } else if (step.kind === 'advance') clock.advance(step.ms)
            else await turns()
            if (expression.includes('bulkhead')) assert.ok(upstream.open.length <= MAX, 'calls in flight')
          }

          for (let round = 0; round < 40 && sent.some(one => one.answers.length === 0); round++) {
            await turns()
            for (const call of upstream.open) call.answer(success())
            clock.advance(50)
          }
          await arm.close()
          await turns()

          const what = `${expression} on ${JSON.stringify(history)}`
          for (const { answers, cancel } of sent) {
            assert.equal(answers.length, 1, `answered ${answers.length} times: ${what}`)
            cancel()
            assert.equal(answers.length, 1, `answered again after the end: ${what}`)
          }
          assert.deepEqual([upstream.open.length, clock.pending], [0, 0], `calls and timers left by ${what}`)

          const tries = new Map<string, number>()
          for (const { request } of upstream.calls) {
            assert.equal(request.attempt, tries.get(request.key) ?? 0, 'attempts count up from 0')
            tries.set(request.key, request.attempt + 1)
          }
          const allowed = expression.includes('retry') ? RETRIES + 1 : 1
          for (const times of tries.values()) assert.ok(times <= allowed, `${times} tries: ${what}`)
          const retried = upstream.calls.length - tries.size
          for (const [index, { answers }] of sent.entries()) {
            const called = tries.has(request(index).key)
            const [answer] = answers
            if (answer?.outcome === 'shortCircuited') assert.ok(!called, `called and then short-circuited: ${what}`)
            if (answer?.outcome === 'failed' && answer.failure !== 'aborted') {
              assert.ok(called, `failed (${answer.failure}) without a call: ${what}`)
            }
          }
          if (expression.includes('budget')) assert.ok(retried <= RESERVE + (sent.length * SHARE) / 100, 'budget')

          reached.retried += retried
          for (const { answers } of sent) {
            if (answers[0]?.outcome === 'shortCircuited') reached.refused++
            if (answers[0]?.outcome === 'fromCache') reached.cached++
            if (answers[0]?.failure === 'bulkhead') reached.crowded++
            if (answers[0]?.failure === 'aborted') reached.aborted++
          }
        }),
        { numRuns: 400, seed: 20_261_123 },
      )
      for (const [what, times] of Object.entries(reached)) assert.ok(times >= 50, `${what} was reached ${times} times`)
    })
  }
})

describe('the cache', () => {
  it('agrees with a list that keeps everything and looks twice', () => {
    const operations = fc.record({
      code: fc.constantFrom('a', 'b', 'c', 'd', 'e'),
      good: fc.boolean(),
      ms: fc.constantFrom(0, 1, 40, 99, 100, 101),
    })
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 4 }), fc.array(operations, { maxLength: 80 }), (size, history) => {
        const clock = new ManualClock()
        let next: Answer = success()
        const send = cache(clock, { ttl: 100, size })((_, done) => {
          done(next)
          return () => {}
        })
        /** Newest use last. */
        let kept: { code: string; body: string; at: number }[] = []
        for (const [position, { code, good, ms }] of history.entries()) {
          clock.advance(ms)
          next = good ? success(`${position}`) : failed('timeout')
          let got: Answer = next
          send(request(position, code), answer => {
            got = answer
          })
          const known = kept.find(entry => entry.code === code)
          const fresh = known && clock.now() - known.at <= 100 ? known : undefined
          kept = kept.filter(entry => entry.code !== code)
          if (good) kept = [...kept, { code, body: `${position}`, at: clock.now() }].slice(-size)
          else if (fresh) kept = [...kept, fresh]
          const expected =
            good || !fresh ? next : { ...success(fresh.body), outcome: 'fromCache', ageMs: clock.now() - fresh.at }
          assert.deepEqual(got, expected)
        }
      }),
    )
  })
})

describe('the budget', () => {
  it('never lets more retries pass than its reserve and its share of any stretch of requests', () => {
    const share = fc.constantFrom(1, 12.5, 20, 33, 100)
    const reserve = fc.integer({ min: 1, max: 5 })
    fc.assert(
      fc.property(share, reserve, fc.array(fc.boolean(), { maxLength: 300 }), (share, reserve, history) => {
        const budget = new RetryBudget({ share, reserve })
        const spent: { requests: number; retries: number }[] = [{ requests: 0, retries: 0 }]
        for (const isRequest of history) {
          const { requests, retries } = spent.at(-1) ?? { requests: 0, retries: 0 }
          if (isRequest) budget.called()
          spent.push({
            requests: requests + (isRequest ? 1 : 0),
            retries: retries + (!isRequest && budget.spend() ? 1 : 0),
          })
        }
        for (const [from, start] of spent.entries()) {
          for (const end of spent.slice(from)) {
            const most = reserve + ((end.requests - start.requests) * share) / 100
            assert.ok(end.retries - start.retries <= most)
          }
        }
      }),
    )
  })
})

/** The same store, each answer a few turns later. */
function slowed(store: MemoryStore): CircuitStore {
  return {
    async acquire() {
      await Promise.resolve()
      await Promise.resolve()
      return store.acquire()
    },
    async settle(permit, verdict, details) {
      await Promise.resolve()
      store.settle(permit, verdict, details)
    },
    state: () => store.state(),
    listen: listener => store.listen(listener),
    close: () => store.close(),
  }
}

/** Long enough for every promise on the way to settle. */
async function turns(): Promise<void> {
  for (let turn = 0; turn < 15; turn++) await Promise.resolve()
}
