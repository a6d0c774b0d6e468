/** The same sequential histories through this breaker, opossum and cockatiel, as far as all of them are right. */

import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { CircuitState, ConsecutiveBreaker, CountBreaker, circuitBreaker, handleAll, type IBreaker } from 'cockatiel'
import fc from 'fast-check'
import Opossum from 'opossum'
import { type BreakerOptions, CircuitBreaker } from '../../../cli/breaker/index.ts'

before(() => mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval'] }))
after(() => mock.timers.reset())

const clock = { now: () => Date.now() }
const OPEN_MS = 100

type Step = { wait: number } | { ok: boolean }

const steps = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: fc.boolean().map((ok): Step => ({ ok })) },
    { weight: 1, arbitrary: fc.constantFrom(1, 50, 99, 100, 101, 250).map((wait): Step => ({ wait })) },
  ),
  { minLength: 20, maxLength: 120, size: 'max' },
)

/** One breaker: makes a call, or does not; says whether it is closed. */
interface Subject {
  run(call: () => Promise<void>): Promise<unknown>
  closed(): boolean
}

function ours(options: BreakerOptions): Subject {
  const breaker = new CircuitBreaker({ openForMs: OPEN_MS, probes: 1, clock, ...options })
  return { run: call => breaker.run(call), closed: () => breaker.state === 'closed' }
}

function cockatiel(breaker: IBreaker): Subject {
  const policy = circuitBreaker(handleAll, { halfOpenAfter: OPEN_MS, breaker })
  return { run: call => policy.execute(call), closed: () => policy.state === CircuitState.Closed }
}

/** What the caller and the upstream see of a history: per call, whether it was made, and the state after it. */
async function play(
  subject: Subject,
  history: readonly Step[],
  until: (closedAgain: number) => boolean,
): Promise<string[]> {
  const seen: string[] = []
  let [closed, closedAgain] = [true, 0]
  for (const step of history) {
    if ('wait' in step) {
      mock.timers.tick(step.wait)
      continue
    }
    let made = false
    await subject
      .run(async () => {
        made = true
        if (!step.ok) throw new Error('down')
      })
      .catch(() => {})
    if (subject.closed() && !closed) closedAgain += 1
    closed = subject.closed()
    seen.push(`${made ? 'made' : 'refused'} ${closed ? 'closed' : 'not closed'}`)
    if (until(closedAgain)) break
  }
  return seen
}

const reached = { refused: 0, closedAgain: 0 }

function tally(seen: readonly string[]): void {
  reached.refused += seen.filter(line => line.startsWith('refused')).length
  reached.closedAgain += seen.filter(
    (line, at) => line === 'made closed' && seen[at - 1]?.endsWith('not closed'),
  ).length
}

test('consecutive failures: cockatiel, over whole histories', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 4 }), steps, async (n, history) => {
      const seen = await play(ours({ consecutiveFailures: n }), history, () => false)
      assert.deepEqual(seen, await play(cockatiel(new ConsecutiveBreaker(n)), history, () => false))
      tally(seen)
    }),
    { seed: 1, numRuns: 200 },
  )
})

// Both of them open above the threshold and this breaker at it, hence a hair less for them.
const HAIR = 1e-9

test('a share of the last N calls: cockatiel, until it closes again with a success already counted', async () => {
  const shares = fc.constantFrom(20, 33, 50, 75)
  await fc.assert(
    fc.asyncProperty(
      shares,
      fc.integer({ min: 2, max: 10 }),
      fc.integer({ min: 1, max: 10 }),
      steps,
      async (p, size, min, history) => {
        const minimumCalls = Math.min(min, size)
        const options = { failurePercentage: p, windowCalls: size, minimumCalls }
        const breaker = new CountBreaker({ threshold: p / 100 - HAIR, size, minimumNumberOfCalls: minimumCalls })
        const seen = await play(ours(options), history, again => again === 1)
        assert.deepEqual(seen, await play(cockatiel(breaker), history, again => again === 1))
        tally(seen)
      },
    ),
    { seed: 2, numRuns: 200 },
  )
})

test('a share of the last seconds: opossum, until it closes again with its old failures still counted', async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.constantFrom(20, 33, 50, 75),
      fc.integer({ min: 1, max: 10 }),
      steps,
      async (p, min, history) => {
        const theirs = new Opossum((call: () => Promise<void>) => call(), {
          timeout: false,
          resetTimeout: OPEN_MS,
          rollingCountTimeout: 1e6,
          volumeThreshold: min,
          errorThresholdPercentage: p - HAIR,
        })
        const subject = { run: (call: () => Promise<void>) => theirs.fire(call), closed: () => theirs.closed }
        const seen = await play(
          ours({ failurePercentage: p, minimumCalls: min, windowMs: 1e6 }),
          history,
          again => again === 1,
        )
        assert.deepEqual(seen, await play(subject, history, again => again === 1))
        theirs.shutdown()
        tally(seen)
      },
    ),
    { seed: 3, numRuns: 200 },
  )
})

test('the histories got far enough to mean something', t => {
  t.diagnostic(JSON.stringify(reached))
  assert.ok(reached.refused >= 5_000, `refused ${reached.refused} times`)
  assert.ok(reached.closedAgain >= 500, `closed again ${reached.closedAgain} times`)
})
