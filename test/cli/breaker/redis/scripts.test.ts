/** The scripts in Redis against the core: any history, told to both with the same clock, goes the same way step by step. */

import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { Redis } from 'ioredis'
import type { CircuitEvent, Override, Permit, Verdict } from '../../../../cli/breaker/circuit.ts'
import { CircuitCore } from '../../../../cli/breaker/core.ts'
import { type CircuitOptions, circuitSettings } from '../../../../cli/breaker/options.ts'
import { readReply, settingsText, stepEvent } from '../../../../cli/breaker/redis/reply.ts'
import { acquireScript, settleScript } from '../../../../cli/breaker/redis/scripts.ts'
import { RedisServer, withoutRedis } from '../../../support/redis.ts'

/** The test's own clock in place of the server's. */
const HANDED_IN = 'local now = tonumber(ARGV[#ARGV])'
const CHANCE = 0.37

type Act =
  | { readonly kind: 'acquire' }
  | {
      readonly kind: 'settle'
      readonly which: number
      readonly verdict: Verdict
      readonly durationMs: number
      readonly retryAfterMs: number
    }
  | { readonly kind: 'override'; readonly state: Override }

const acts: fc.Arbitrary<Act> = fc.oneof(
  { weight: 100, arbitrary: fc.constant<Act>({ kind: 'acquire' }) },
  {
    weight: 100,
    arbitrary: fc.record({
      kind: fc.constant('settle' as const),
      which: fc.nat(6),
      verdict: fc.constantFrom<Verdict>('ok', 'ok', 'fail', 'fail', 'ignore'),
      durationMs: fc.constantFrom(0, 5, 50, 51),
      retryAfterMs: fc.constantFrom(0, 0, 0, 30, 400, 5_000),
    }),
  },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constant('override' as const),
      state: fc.constantFrom<Override>('forced-open', 'disabled', 'closed'),
    }),
  },
)

/** Milliseconds between two steps. */
const gaps = fc.oneof(
  { weight: 20, arbitrary: fc.integer({ min: 0, max: 80 }).map(quarters => quarters / 4) },
  { weight: 3, arbitrary: fc.integer({ min: 20, max: 700 }) },
)

const options: fc.Arbitrary<CircuitOptions> = fc
  .record({
    rules: fc.constantFrom<CircuitOptions>(
      { failurePercentage: 50 },
      { failurePercentage: 33.3, slowCallPercentage: 60, slowCallMs: 50 },
      { maxFailures: 3 },
      { consecutiveFailures: 2, failurePercentage: 80 },
      { slowCallPercentage: 40, slowCallMs: 51 },
    ),
    window: fc.constantFrom<CircuitOptions>(
      { windowCalls: 4, minimumCalls: 2 },
      { windowCalls: 7, minimumCalls: 5 },
      { windowMs: 100, windowBuckets: 10, minimumCalls: 3 },
      { windowMs: 77, windowBuckets: 4, minimumCalls: 2 },
    ),
    open: fc.constantFrom<CircuitOptions>(
      { openForMs: 60 },
      { openForMs: 40, openFactor: 2, openMaxMs: 150, stableForMs: 70, jitter: 0.5 },
    ),
    probes: fc.record({ probes: fc.integer({ min: 1, max: 4 }), probeLeaseMs: fc.constantFrom(30, 200) }),
    retryAfterMaxMs: fc.constantFrom(100, 3_600_000),
  })
  .map(({ rules, window, open, probes, retryAfterMaxMs }) => ({
    ...rules,
    ...window,
    ...open,
    ...probes,
    retryAfterMaxMs,
  }))

describe('the scripts do what the core does', { skip: withoutRedis }, () => {
  let server: RedisServer
  let redis: Redis
  before(async () => {
    server = await RedisServer.start()
    redis = new Redis(server.url, { protocol: 2 })
  })
  after(async () => {
    redis.disconnect()
    await server.kill()
  })

  it('for every history', async () => {
    const acquire = String(await redis.script('LOAD', acquireScript(HANDED_IN)))
    const settle = String(await redis.script('LOAD', settleScript(HANDED_IN)))
    const reached = new Map<string, number>()
    let histories = 0
    await fc.assert(
      fc.asyncProperty(
        options,
        fc.array(fc.tuple(gaps, acts), { maxLength: 300, size: 'max' }),
        async (given, steps) => {
          const settings = circuitSettings(given)
          const told: CircuitEvent[] = []
          const core = new CircuitCore(settings, 1, () => CHANCE)
          core.tell = event => told.push(event)
          const key = `history ${histories++}`
          const text = settingsText(settings)
          const run = async (sha: string, ...args: (string | number)[]) =>
            readReply(await redis.evalsha(sha, 2, key, `${key} hold`, text, CHANCE, ...args, now))
          let now = 1
          await run(acquire, 'ask')
          const inFlight: Permit[] = []

          for (const [gap, act] of steps) {
            now += gap
            told.length = 0
            if (act.kind === 'acquire') {
              const ours = core.acquire(now)
              const { what, state, generation, probe, retryAfterMs } = await compare(run(acquire, 'ask'))
              const theirs =
                what === 'admitted' ? { admitted: true, generation, probe } : { admitted: false, state, retryAfterMs }
              const { admitted } = ours
              assert.deepEqual(theirs, admitted ? { admitted, generation: ours.generation, probe: ours.probe } : ours)
              if (ours.admitted) inFlight.push(ours)
            } else if (act.kind === 'settle') {
              const permit = inFlight.splice(act.which % Math.max(1, inFlight.length), 1)[0]
              if (!permit) continue
              const { verdict, durationMs, retryAfterMs } = act
              const { generation, probe } = permit
              core.settle(permit, verdict, now, { durationMs, retryAfterMs })
              const { what } = await compare(run(settle, generation, probe, verdict, durationMs, retryAfterMs))
              const late = told.some(event => event.type === 'late')
              assert.equal(what, late ? 'late' : 'settled')
              count(late ? 'late' : 'in time')
            } else {
              core.override(act.state, now)
              await compare(run(settle, 0, 0, act.state, -1, 0))
            }
            const { state, generation } = await run(acquire, 'check')
            assert.deepEqual([state, generation], [core.state, core.generation])
            for (const event of told) if (event.type === 'state') count(event.to)
            for (const event of told) if (event.type === 'probe') count(event.outcome)
          }

          async function compare(answer: ReturnType<typeof run>) {
            const reply = await answer
            const plain = (events: readonly CircuitEvent[]) => events.map(({ atMs: _, ...event }) => event)
            const heard = told.filter(
              event => event.type === 'state' || (event.type === 'probe' && event.outcome === 'overdue'),
            )
            assert.deepEqual(plain(reply.events.map(step => stepEvent(step, 0))), plain(heard))
            return reply
          }
        },
      ),
      { numRuns: 200, seed: 20_261_123 },
    )
    for (const what of [
      'open',
      'half-open',
      'closed',
      'forced-open',
      'disabled',
      'late',
      'overdue',
      'in time',
      'ignore',
    ])
      assert.ok((reached.get(what) ?? 0) >= 20, `${what} was reached ${reached.get(what) ?? 0} times`)

    function count(what: string): void {
      reached.set(what, (reached.get(what) ?? 0) + 1)
    }
  })

  it('takes a clock that was set back for one that stood still', async () => {
    const settings = circuitSettings({ windowCalls: 2, minimumCalls: 2, openForMs: 1_000 })
    const [acquire, settle] = [acquireScript(HANDED_IN), settleScript(HANDED_IN)]
    const run = async (script: string, now: number, ...args: (string | number)[]) =>
      readReply(await redis.eval(script, 2, 'set back', 'hold', settingsText(settings), CHANCE, ...args, now))
    const { generation } = await run(acquire, 100_000, 'ask')
    for (const _ of [1, 2]) await run(settle, 100_000, generation, 0, 'fail', 0, 0)
    const waits: (number | string)[] = []
    for (const now of [100_400, 10_000, 10_300, 10_999, 11_001]) {
      const { what, retryAfterMs } = await run(acquire, now, 'ask')
      waits.push(what === 'refused' ? retryAfterMs : what)
    }
    assert.deepEqual(waits, [600, 1_000, 700, 1, 'admitted'])
  })
})
