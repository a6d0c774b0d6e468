/** Other circuit breakers in an arm: set up to mean the same as ours, and told apart from it only by what they do. */

import assert from 'node:assert/strict'
import { describe, it, mock } from 'node:test'
import fc from 'fast-check'
import type { State } from '../../../cli/breaker/circuit.ts'
import { CircuitOptionsError } from '../../../cli/breaker/options.ts'
import { type Arm, buildArm } from '../../../cli/policy/arm.ts'
import type { Answer } from '../../../cli/policy/send.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { collect, failed, request, success, Upstream } from './upstream.ts'

const ENGINES = ['breaker', 'opossum', 'cockatiel'] as const

/** An arm whose clock, and the timers and `Date` that libraries use, move together. */
async function world(expression: string) {
  const clock = new ManualClock()
  const upstream = new Upstream()
  const arm = await buildArm(expression, { call: upstream.send, clock, random: () => 0.5, timeoutMs: 60_000 })
  const states: [State, number][] = []
  arm.states((state, atMs) => states.push([state, atMs]))
  const advance = (ms: number) => {
    clock.advance(ms)
    mock.timers.tick(ms)
  }
  return { arm, upstream, clock, states, advance }
}

/** What became of one request after another, each answered before the next leaves: `S` success, `F` failed, `-` no call. */
async function history(arm: Arm, upstream: Upstream, fates: string): Promise<string> {
  let outcomes = ''
  for (const fate of fates) {
    const { answers } = collect(arm.send, request())
    await settled()
    for (const call of upstream.open) call.answer(fate === 'S' ? success() : failed('status', 503))
    await settled()
    outcomes += letter(answers[0])
  }
  return outcomes
}

function letter(answer: Answer | undefined): string {
  if (answer === undefined) return '?'
  return { success: 'S', failed: 'F', shortCircuited: '-', fromCache: 'C' }[answer.outcome]
}

/** Long enough for every promise of a library to settle. */
async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await Promise.resolve()
}

describe('engines on a history where all are right', () => {
  for (const engine of ENGINES) {
    it(`${engine} opens at the threshold, probes, reopens, closes`, async () => {
      mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
      try {
        const probes = engine === 'breaker' ? ',probes=1' : ''
        const { arm, upstream, states, advance } = await world(
          `${engine}(threshold=50,min-calls=6,window=10s,open-for=1s${probes})`,
        )
        assert.equal(await history(arm, upstream, 'SSFSFF'), 'SSFSFF', 'three of six failed: the circuit opens')
        assert.equal(arm.state(), 'open')
        assert.equal(await history(arm, upstream, 'SSS'), '---')
        advance(999)
        assert.equal(await history(arm, upstream, 'S'), '-')
        advance(1)
        assert.equal(await history(arm, upstream, 'FSS'), 'F--', 'the probe fails: open again')
        advance(1_000)
        assert.equal(await history(arm, upstream, 'SSS'), 'SSS', 'the probe succeeds: closed')
        const expected = ['open 0', 'half-open 1000', 'open 1000', 'half-open 2000', 'closed 2000']
        assert.deepEqual(
          states.map(([state, atMs]) => `${state} ${atMs}`),
          expected,
        )
        assert.equal(upstream.calls.length, 10)
        await arm.close()
      } finally {
        mock.timers.reset()
      }
    })

    it(`${engine} stays closed below the minimum of calls, and below the threshold`, async () => {
      const { arm, upstream } = await world(`${engine}(threshold=50,min-calls=6,window=10s,open-for=1s)`)
      assert.equal(await history(arm, upstream, 'FFFFF'), 'FFFFF')
      assert.equal(await history(arm, upstream, 'SSSSSSSFS'), 'SSSSSSSFS')
      assert.equal(arm.state(), 'closed')
      await arm.close()
    })

    it(`${engine} takes a client error for no failure`, async () => {
      const { arm, upstream } = await world(`${engine}(threshold=50,min-calls=2,window=10s,open-for=1s)`)
      const answers: Answer[] = []
      for (let index = 0; index < 20; index++) {
        arm.send(request(index), answer => answers.push(answer))
        await settled()
        for (const call of upstream.open) call.answer(failed('status', 422))
        await settled()
      }
      assert.deepEqual([answers.length, answers[19], arm.state()], [20, failed('status', 422), 'closed'])
      await arm.close()
    })

    it(`${engine} answers a cancelled request once, at once, and forgets it`, async () => {
      const { arm, upstream } = await world(`${engine}(threshold=50,min-calls=2,window=10s,open-for=1s)`)
      const answers: Answer[] = []
      for (let index = 0; index < 10; index++) {
        const sent = collect(arm.send, request(index))
        await settled()
        sent.cancel()
        sent.cancel()
        answers.push(...sent.answers)
        await settled()
      }
      assert.deepEqual(answers, new Array(10).fill(failed('aborted')))
      assert.ok(upstream.calls.every(call => call.cancelled))
      assert.equal(arm.state(), 'closed')
      await arm.close()
    })

    it(`${engine} in an arm with retries and a cache never has a refusal tried again`, async () => {
      const { arm, upstream } = await world(`cache+retry(2)+${engine}(threshold=50,min-calls=2,window=10s,open-for=1h)`)
      assert.equal(await history(arm, upstream, 'S'), 'S')
      collect(arm.send, request())
      await settled()
      upstream.call().answer(failed('timeout'))
      await settled()
      assert.equal(arm.state(), 'open')
      assert.equal(await history(arm, upstream, 'S'), 'C')
      assert.equal(upstream.calls.length, 2)
      await arm.close()
    })
  }

  for (const engine of ['breaker', 'cockatiel']) {
    it(`${engine} counts failures in a row`, async () => {
      const { arm, upstream } = await world(`${engine}(consecutive=3,open-for=1h)`)
      assert.equal(await history(arm, upstream, 'FFSFFSFFFS'), 'FFSFFSFFF-')
    })

    it(`${engine} judges by the last calls`, async () => {
      const { arm, upstream } = await world(`${engine}(threshold=50,min-calls=4,window=4,open-for=1h)`)
      assert.equal(await history(arm, upstream, 'SSSSSSSSFSFS'), 'SSSSSSSSFSF-')
    })
  }
})

describe('engines on any sequential history', () => {
  it('decide alike, request by request, until they have closed again', async () => {
    const fates = fc.array(fc.boolean(), { minLength: 1, maxLength: 60, size: 'max' })
    const gaps = fc.infiniteStream(fc.constantFrom(0, 100, 500, 999, 1_000, 1_500))
    const settings = fc.record({
      threshold: fc.constantFrom(1, 33, 50, 70, 100),
      minCalls: fc.integer({ min: 1, max: 12 }),
    })
    const reached = { opened: 0, reopened: 0, closed: 0 }
    await fc.assert(
      fc.asyncProperty(fates, gaps, settings, async (fates, gaps, { threshold, minCalls }) => {
        mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
        const rule = `threshold=${threshold},min-calls=${minCalls},window=100s,open-for=1s`
        const worlds = await Promise.all(
          [`breaker(${rule},probes=1)`, `opossum(${rule})`, `cockatiel(${rule})`].map(expression => world(expression)),
        )
        try {
          let opened = false
          for (const good of fates) {
            const outcomes: string[] = []
            for (const { arm, upstream } of worlds) outcomes.push(await history(arm, upstream, good ? 'S' : 'F'))
            assert.equal(new Set(outcomes).size, 1, `ours, opossum, cockatiel: ${outcomes}`)
            const closed = worlds.map(({ arm }) => arm.state() === 'closed')
            assert.equal(new Set(closed).size, 1, `closed: ${closed}`)
            if (opened && outcomes[0] === 'F') reached.reopened++
            if (opened && closed[0]) {
              reached.closed++
              break
            }
            if (!opened && !closed[0]) reached.opened++
            opened = !closed[0]
            // While all are closed no time passes: where their windows end is not what is compared here.
            const ms = opened ? (gaps.next().value ?? 0) : 0
            mock.timers.tick(ms)
            for (const { clock } of worlds) clock.advance(ms)
          }
        } finally {
          for (const { arm } of worlds) await arm.close()
          mock.timers.reset()
        }
      }),
      { numRuns: 100, seed: 20_261_123 },
    )
    for (const [what, times] of Object.entries(reached)) assert.ok(times >= 20, `${what}: ${times} times`)
  })
})

describe('engines where they differ', () => {
  it('cockatiel makes others wait for its probe, ours refuses them', async () => {
    for (const [engine, waiting] of [
      ['breaker', 'refused'],
      ['cockatiel', 'waits'],
    ] as const) {
      mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
      try {
        const { arm, upstream, advance } = await world(`${engine}(threshold=50,min-calls=2,open-for=1s)`)
        await history(arm, upstream, 'FF')
        advance(1_000)
        for (let probe = 0; probe < 3; probe++) collect(arm.send, request())
        const { answers } = collect(arm.send, request())
        await settled()
        assert.equal(answers.length === 0 ? 'waits' : 'refused', waiting, engine)
        await arm.close()
      } finally {
        mock.timers.reset()
      }
    }
  })

  it('a request that cockatiel makes wait and that is given up is never called', async () => {
    mock.timers.enable({ apis: ['setTimeout', 'setInterval', 'Date'] })
    try {
      const { arm, upstream, advance } = await world('cockatiel(threshold=50,min-calls=2,open-for=1s)')
      await history(arm, upstream, 'FF')
      advance(1_000)
      collect(arm.send, request(2))
      const { answers, cancel } = collect(arm.send, request(3))
      await settled()
      cancel()
      upstream.call().answer(success())
      await settled()
      assert.deepEqual([answers, upstream.calls.length], [[failed('aborted')], 3])
    } finally {
      mock.timers.reset()
    }
  })

  for (const [expression, message] of [
    ['opossum', 'opossum opens at a share of failures only'],
    ['cockatiel', 'cockatiel opens at a share of failures (threshold), or at failures in a row (consecutive)'],
  ] as const) {
    it(`${expression} refuses a run whose rule it does not have`, async () => {
      const parts = { call: new Upstream().send, clock: new ManualClock(), random: () => 0, timeoutMs: 1_000 }
      const circuit = { maxFailures: 5 }
      await assert.rejects(buildArm(expression, { ...parts, circuit }), (error: Error) => {
        assert.ok(error instanceof CircuitOptionsError)
        assert.ok(error.message.startsWith(message), error.message)
        return true
      })
    })
  }
})
