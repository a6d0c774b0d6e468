/** What the text of each scenario promises is what its run gives, on virtual time and with several seeds. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { loadOfScenario } from '../../../cli/experiment/scenario-load.ts'
import { simulate } from '../../../cli/simulate/simulate.ts'
import { usualWorld } from '../../../cli/simulate/world.ts'
import { experimentSchema } from '../../../server/experiments/spec.ts'

const SEEDS = ['1', '2', '3', '4', '5']
/** How late requests leave on a machine that does other things too: milliseconds, and how many of a hundred. */
const LATENESS_MS = [
  [0.5, 50],
  [2, 40],
  [6, 10],
] as const
const { scenarios } = usualWorld({ seed: '0' })

interface Figures {
  readonly requests: number
  /** Percent of the requests. */
  readonly useful: number
  readonly success: number
  readonly refused: number
  readonly calls: number
  readonly wasted: number
  readonly p95: number
  readonly recoveryMs: number | null
}

/** The figures of the arms of a scenario, those that it names unless others are asked for. */
async function play(name: string, seed: string, own?: readonly string[]): Promise<readonly Figures[]> {
  const scenario = scenarios.find(each => each.name === name)
  assert.ok(scenario)
  const { schedule, timeoutMs, codes } = loadOfScenario(scenario.load)
  const { arms, retries } = scenario.load
  const spec = experimentSchema.parse({
    arms: own ?? arms,
    retries,
    load: { ...schedule, timeoutMs, ...(codes ? { codes } : {}) },
    conditions: { scenario: name },
    seed,
    expect: own ? [] : scenario.expect,
  })
  const result = await simulate(spec, usualWorld({ seed, scenarios, latenessMs: LATENESS_MS }))
  for (const { text, passed } of result.expectations ?? []) assert.ok(passed, `${name}, seed ${seed}: ${text}`)
  return result.arms.map(({ outcomes, upstream, latencyMs, recoveryMs }) => {
    const { success, failed, shortCircuited: refused, fromCache } = outcomes
    const requests = success + failed + refused + fromCache
    const useful = (100 * (success + fromCache)) / requests
    const { calls, wasted } = upstream
    return {
      requests,
      useful,
      success,
      refused,
      calls,
      wasted,
      p95: latencyMs.all.p95 ?? 0,
      recoveryMs: recoveryMs ?? null,
    }
  })
}

const between = (value: number, min: number, max: number, what: string) =>
  assert.ok(value >= min && value <= max, `${what}: ${value}, not ${min} to ${max}`)

type Check = (arms: readonly Figures[]) => void

/** Plays a scenario with each seed. */
function promises(name: string, what: string, arms: readonly string[] | undefined, check: Check): void {
  test(`${name}: ${what}`, async () => {
    for (const seed of SEEDS) check(await play(name, seed, arms))
  })
}

const two = ([one, other]: readonly Figures[]): [Figures, Figures] => {
  assert.ok(one && other)
  return [one, other]
}

suite('the text of a scenario is true', () => {
  promises('blackout', 'saves 95 % of the doomed calls, for some five points', undefined, arms => {
    const [none, breaker] = two(arms)
    between(1 - breaker.wasted / none.wasted, 0.94, 0.97, 'saved')
    between(none.useful - breaker.useful, 3, 6, 'points lost')
  })

  promises('slow-drip', 'saves three quarters of the slow calls, and is back within the run', undefined, arms => {
    const [none, breaker] = two(arms)
    between(1 - breaker.wasted / none.wasted, 0.7, 0.8, 'saved')
    between(none.p95, 990, 1_050, 'a second of patience')
    assert.ok(breaker.recoveryMs !== null && breaker.recoveryMs <= 2_000, `recovery ${breaker.recoveryMs}`)
  })

  const trap = ['none', 'breaker', 'breaker(open-for=250ms)', 'breaker(factor=4)', 'reschedule+breaker']
  promises('half-open-trap', 'growing open times make it worse, short ones and steps better', trap, arms => {
    const [none, breaker, short, growing, steps] = arms
    assert.ok(none && breaker && short && growing && steps)
    between(breaker.wasted / none.wasted, 0.05, 0.15, 'refused calls that are left')
    assert.ok(breaker.useful < none.useful - 5, 'the breaker uses less than there is')
    assert.ok(growing.useful < breaker.useful - 15)
    between(none.useful - short.useful, 0, 3, 'points that a short open time loses')
    assert.ok(steps.useful > 90 && steps.p95 > 2_000)
  })

  promises(
    'rate-limited',
    'retries answer a tenth more for twice the calls; a breaker never opens',
    undefined,
    arms => {
      const [none, retry, breaker] = arms
      assert.ok(none && retry && breaker)
      between(retry.useful - none.useful, 8, 15, 'points won')
      between(retry.calls / none.calls, 1.7, 2.2, 'times the calls')
      between(retry.wasted / none.wasted, 2.7, 3.5, 'times the 429s')
      assert.equal(breaker.refused, 0)
    },
  )

  promises(
    'poison-product',
    'a circuit around all answers 4 % in place of 80',
    ['none', 'breaker(threshold=15)', 'breaker'],
    arms => {
      const [none, breaker, usual] = arms
      assert.ok(none && breaker && usual)
      assert.equal(none.useful, 80)
      between(breaker.useful, 2, 7, 'percent answered')
      between(none.wasted - breaker.wasted, 90, 120, 'doomed calls saved')
      assert.deepEqual([usual.refused, usual.wasted], [0, none.wasted])
    },
  )

  promises(
    'flapping',
    'saves most doomed calls, loses answers; a shorter open time fewer',
    ['none', 'breaker', 'breaker(open-for=250ms)'],
    arms => {
      const [none, breaker, short] = arms
      assert.ok(none && breaker && short)
      between(1 - breaker.wasted / none.wasted, 0.75, 1, 'saved')
      between(none.useful - breaker.useful, 1, 27, 'points lost')
      assert.ok(short.useful > breaker.useful)
    },
  )

  promises('brownout', 'most are told at once; half of the refused would have succeeded', undefined, arms => {
    const [none, breaker] = two(arms)
    assert.ok(none.p95 > 700 && breaker.p95 < 400, `${none.p95} and ${breaker.p95} ms`)
    between((none.success - breaker.success) / breaker.refused, 0.4, 0.6, 'of the refused')
  })

  promises('coin-flip', 'a breaker lowers the share, a retry is the cure', undefined, arms => {
    const [none, breaker, retry] = arms
    assert.ok(none && breaker && retry && breaker.useful < none.useful - 10 && retry.useful > 97)
  })

  promises('bad-deploy', 'keeps what it expects', undefined, arms => {
    const [none, breaker] = two(arms)
    assert.ok(breaker.wasted < none.wasted / 2)
  })

  promises('retry-storm', 'with a breaker all is well in seconds, without never', undefined, arms => {
    const [retry, breaker] = two(arms)
    assert.equal(retry.recoveryMs, null)
    assert.ok(breaker.recoveryMs !== null && breaker.recoveryMs < 5_000)
  })
})
