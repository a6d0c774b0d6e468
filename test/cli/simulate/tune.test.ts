/** The search for settings: its fronts and halves hold for whatever is measured, and what it recommends is best on other days. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { circuitSettings } from '../../../cli/breaker/options.ts'
import { circuitOptions } from '../../../cli/policy/circuit-parameters.ts'
import { parseArm } from '../../../cli/policy/parse.ts'
import type { ArmDay } from '../../../cli/report/stats/other-days.ts'
import { isAsGood, isClear, meanGain, paretoFront } from '../../../cli/report/stats/tune-result.ts'
import { candidatesOf, shorterArms } from '../../../cli/simulate/candidates.ts'
import { Trials, trialsOn } from '../../../cli/simulate/trials.ts'
import {
  type Answer,
  betterHalf,
  type Measure,
  type Question,
  roundsOf,
  trialsOf,
  tune,
} from '../../../cli/simulate/tune.ts'
import { usualWorld } from '../../../cli/simulate/world.ts'
import { experimentSchema } from '../../../server/experiments/spec.ts'

const SPACE = { arm: parseArm('breaker'), circuit: {}, candidates: 300, timeoutMs: 2_000, seed: 's' }
const QUESTION: Question = { ...SPACE, given: 'breaker', finalists: 16, days: 60, worth: 10 }

suite('candidates', () => {
  for (const expression of ['breaker', 'retry+budget+breaker+timeout', 'retry(2)+breaker(window=5s)', 'retry']) {
    test(`of ${expression} can be read and keep what it says`, () => {
      const arm = parseArm(expression)
      const all = candidatesOf({ ...SPACE, arm })
      assert.equal(new Set(all).size, all.length)
      assert.equal(all[0], expression)
      assert.ok(all.length > 100)
      for (const text of all) {
        const { policies } = parseArm(text)
        assert.deepEqual([...policies.keys()], [...arm.policies.keys()])
        for (const [policy, typed] of arm.policies) {
          const written = policies.get(policy) ?? {}
          for (const [name, value] of Object.entries(typed)) assert.deepEqual(written[name], value, text)
        }
        circuitSettings(circuitOptions(policies.get('breaker') ?? {}))
      }
    })
  }

  test('are the same for the same seed, and fewer of them are the first of more', () => {
    assert.deepEqual(candidatesOf(SPACE), candidatesOf(SPACE))
    assert.deepEqual(candidatesOf({ ...SPACE, candidates: 20 }), candidatesOf(SPACE).slice(0, 20))
    assert.notDeepEqual(candidatesOf({ ...SPACE, seed: 't' }), candidatesOf(SPACE))
  })

  test('are as many as there are, where there are fewer', () => {
    const few = candidatesOf({ ...SPACE, arm: parseArm('budget(share=5%)+retry(1,base=5ms,cap=1s)'), candidates: 100 })
    assert.deepEqual(
      few.toSorted(),
      [
        'budget(share=5%)+retry(1,base=5ms,cap=1s)',
        ...['1', '10', '100', '3', '30'].map(kept => `budget(share=5%,reserve=${kept})+retry(1,base=5ms,cap=1s)`),
      ].toSorted(),
    )
  })

  test('get shorter by one parameter, which is none that was typed and none that another needs', () => {
    const arm = parseArm('retry(2)+breaker(open-for=2s)')
    const text = 'retry(2,base=5ms)+breaker(open-for=2s,threshold=20,slow-share=50,slow-after=1s)'
    assert.deepEqual(shorterArms(text, { arm, circuit: {} }), [
      'retry(2)+breaker(open-for=2s,threshold=20,slow-share=50,slow-after=1s)',
      'retry(2,base=5ms)+breaker(open-for=2s,slow-share=50,slow-after=1s)',
      'retry(2,base=5ms)+breaker(open-for=2s,threshold=20)',
      'retry(2,base=5ms)+breaker(open-for=2s,threshold=20,slow-share=50)',
    ])
  })
})

const point = fc.record({ useful: fc.nat(8), wasted: fc.nat(8), recoveryMs: fc.nat(3) })

suite('a Pareto front', () => {
  test('holds what nothing is as good as, and something of it is as good as all the rest', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 40 }), points => {
        const front = paretoFront(points)
        assert.equal(front.length > 0, points.length > 0)
        points.forEach((each, index) => {
          const better = front.filter(other => other !== index && isAsGood(points[other] ?? each, each))
          assert.equal(better.length === 0, front.includes(index), JSON.stringify([points, front]))
        })
      }),
    )
  })

  test('is the same points in whatever order they come', () => {
    fc.assert(
      fc.property(fc.array(point, { maxLength: 30 }), points => {
        const figures = (of: typeof points) =>
          paretoFront(of)
            .map(index => JSON.stringify(of[index]))
            .sort()
        assert.deepEqual(figures(points.toReversed()), figures(points))
      }),
    )
  })
})

const day = fc.record({
  requests: fc.constant(100),
  useful: fc.integer({ min: 0, max: 100 }),
  wasted: fc.nat(100),
  recoveryMs: fc.option(fc.nat(5_000)),
})

suite('a round', () => {
  test('keeps as many as it is told, the best of them, and the ends of the front', () => {
    const many = fc.array(fc.array(day, { minLength: 3, maxLength: 3 }), { minLength: 4, maxLength: 40 })
    fc.assert(
      fc.property(many, fc.integer({ min: 4, max: 40 }), (days, count) => {
        const all = days.map((some, index) => ({ arm: `arm-${index}`, days: some }))
        const kept = betterHalf(all, count, 10)
        assert.equal(kept.length, Math.min(count, all.length))
        assert.deepEqual(
          kept,
          all.filter(each => kept.includes(each)),
        )
        const score = (each: (typeof all)[number]) =>
          each.days.reduce((sum, { useful, wasted }) => sum + useful - wasted / 10, 0)
        assert.equal(Math.max(...kept.map(score)), Math.max(...all.map(score)))
      }),
    )
  })

  test('halves the candidates and doubles the days, until those are left that come through', () => {
    assert.deepEqual(roundsOf(100, 16), [
      { candidates: 100, days: 4 },
      { candidates: 50, days: 8 },
      { candidates: 25, days: 16 },
    ])
    assert.deepEqual(roundsOf(16, 16), [])
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 5_000 }), fc.integer({ min: 1, max: 50 }), (candidates, finalists) => {
        const rounds = roundsOf(candidates, finalists)
        assert.equal(rounds[0]?.candidates ?? 0, candidates > finalists ? candidates : 0)
        for (const [index, round] of rounds.entries()) {
          const before = rounds[index - 1]
          if (before) assert.ok(round.candidates < before.candidates && round.days >= before.days)
        }
        // Less than all of them on six times the days of the first round, but for what is measured at the end.
        assert.ok(
          trialsOf({ candidates, finalists, days: 0 }) <= 4 * candidates * (rounds.length + 1) + 200 * finalists,
        )
      }),
    )
  })
})

/** Days on which an arm is useful as its worth says, and all arms have the same luck. */
function scripted(worthOf: (arm: string) => { useful: number; wasted: number }) {
  const asked: string[][] = []
  const measure: Measure = async (arms, { of, from, to }) => {
    asked.push([...arms])
    return arms.map(arm =>
      Array.from({ length: to - from }, (_, index): ArmDay => {
        const luck = ((from + index) * 7 + (of === 'end' ? 3 : 0)) % 11
        const { useful, wasted } = worthOf(arm)
        return { requests: 1_000, useful: useful + luck, wasted, recoveryMs: null }
      }),
    )
  }
  return { measure, asked }
}

const codeOf = ({ recommendation }: Answer) => [recommendation?.code, recommendation?.arm]

suite('tuning', () => {
  test('finds the one that is best, and leaves out of it what makes no difference', async () => {
    const { measure } = scripted(arm => ({ useful: 600, wasted: arm.includes('open-for=50ms') ? 10 : 300 }))
    const answer = await tune(QUESTION, measure)
    assert.deepEqual(codeOf(answer), ['take', 'breaker(open-for=50ms)'])
    assert.equal(answer.trials[0]?.gain.mean.toFixed(6), '2.900000')
    assert.deepEqual([answer.candidates, answer.rounds.length, answer.days], [300, 5, 60])
  })

  test('says that none is best where nothing is better than it, and which comes nearest', async () => {
    const { measure } = scripted(arm => ({ useful: arm === 'none' ? 700 : 690, wasted: 300 }))
    const answer = await tune(QUESTION, measure)
    assert.deepEqual(codeOf(answer), ['none', 'none'])
    assert.deepEqual(answer.recommendation?.gain, { mean: -1, ci95: [-1, -1] })
  })

  test('takes the arm without its breaker where that is as good', async () => {
    const { measure } = scripted(arm => ({ useful: arm.includes('retry') ? 900 : 700, wasted: 300 }))
    const arm = parseArm('retry+breaker')
    const answer = await tune({ ...QUESTION, arm, given: 'retry+breaker' }, measure)
    assert.deepEqual(codeOf(answer), ['without-breaker', 'retry'])
    assert.equal(answer.recommendation?.against, 'retry')
  })

  test('weighs wasted calls as it is told', async () => {
    const { measure } = scripted(arm => ({ useful: arm === 'none' ? 700 : 650, wasted: arm === 'none' ? 300 : 0 }))
    assert.deepEqual(codeOf(await tune({ ...QUESTION, worth: 10 }, measure)), ['none', 'none'])
    assert.deepEqual(codeOf(await tune({ ...QUESTION, worth: 5 }, measure)), ['take', 'breaker'])
  })

  test('asks for all arms of a round on the same days, and for none, the plain arm and the given one in each', async () => {
    const { measure, asked } = scripted(() => ({ useful: 600, wasted: 0 }))
    await tune({ ...QUESTION, arm: parseArm('retry+breaker'), given: 'retry(7)+breaker' }, measure)
    const rounds = asked.filter(arms => arms.length > 16)
    assert.ok(rounds.length > 4)
    for (const arms of rounds) {
      assert.equal(new Set(arms).size, arms.length)
      for (const reference of ['none', 'retry', 'retry(7)+breaker']) assert.ok(arms.includes(reference))
    }
  })

  for (const after of [0, 1, 3, 5]) {
    test(`tells the best so far where it is stopped in round ${after}`, async () => {
      const { measure } = scripted(arm => ({ useful: 600, wasted: arm.includes('open-for=50ms') ? 10 : 300 }))
      let round = 0
      const answer = await tune(QUESTION, async (arms, span) => {
        const all = await measure(arms, span)
        return round++ < after ? all : all.map((days, index) => (index % 3 === 0 ? days : null))
      })
      assert.equal(answer.interrupted, true)
      assert.equal(answer.rounds.length, after)
      assert.equal(answer.days, after === 0 ? 4 : answer.rounds.at(-1)?.days)
      assert.match(answer.recommendation?.best ?? '', /open-for=50ms/)
      assert.ok(answer.trials.length <= 16)
    })
  }

  test('recommends nothing where nothing was measured', async () => {
    const answer = await tune(QUESTION, async arms => arms.map(() => null))
    assert.deepEqual([answer.interrupted, answer.trials, answer.recommendation], [true, [], null])
  })
})

const blackout = { failRate: 100, fromMs: 1_000, toMs: 4_000 }
const SPEC = experimentSchema.parse({
  arms: ['none'],
  load: { requests: 300, schedule: { kind: 'rate', perSecond: 50 } },
  conditions: { outages: [blackout] },
})
const WORLD = usualWorld({ seed: '42' })
const ASKED = { spec: SPEC, distribution: { world: WORLD, edgeMs: 500 }, seed: 's' }

suite('trials', () => {
  const arms = candidatesOf({ ...SPACE, candidates: 19 })
  const span = { of: 'search', from: 2, to: 12 } as const

  test('come to the same, however many threads there are, and whatever arms are beside', async () => {
    const [first, second, alone] = await Promise.all(
      [1, 3, 2].map(async (lanes, index) => {
        const trials = new Trials(ASKED, lanes)
        const some = index === 2 ? arms.slice(7, 8) : arms
        return trials.measure(some, span).finally(() => trials.close())
      }),
    )
    assert.deepEqual(second, first)
    assert.deepEqual(alone?.[0], first?.[7])
    assert.equal(first?.[0]?.length, 10)
  })

  test('of days that were begun later go on where the others ended', async () => {
    const trials = new Trials(ASKED, 1)
    const some = arms.slice(0, 2)
    const whole = await trials.measure(some, span)
    const parts = [await trials.measure(some, { ...span, to: 5 }), await trials.measure(some, { ...span, from: 5 })]
    trials.close()
    assert.deepEqual(
      whole,
      some.map((_, index) => parts.flatMap(part => part[index] ?? [])),
    )
  })

  test('are null once the signal says so', async () => {
    const stop = new AbortController()
    const trials = new Trials(ASKED, 2, { signal: stop.signal, onTrials: () => stop.abort() })
    const found = await trials.measure(arms, span)
    trials.close()
    assert.equal(found.length, arms.length)
    assert.ok(found.includes(null))
  })
})

suite('the recommended settings', () => {
  /** The same outage, that ends at moments which lie evenly over a second; no two of these days are alike. */
  async function evenEnds(arms: readonly string[]): Promise<ArmDay[][]> {
    const days = await Promise.all(
      Array.from({ length: 100 }, async (_, number) => {
        const outages = [{ ...blackout, toMs: blackout.toMs - 500 + number * 10 }]
        const asked = {
          ...ASKED,
          spec: { ...SPEC, conditions: { outages } },
          distribution: { world: WORLD, edgeMs: 0 },
        }
        const span = { of: 'end', from: 1_000 + number, to: 1_001 + number } as const
        return (await trialsOn(asked, { arms, span }))?.[0] ?? []
      }),
    )
    return arms.map((_, place) => days.flatMap(each => each[place] ?? []))
  }

  const worthOf = ({ requests, useful, wasted }: ArmDay) => (100 * (useful - wasted / 10)) / requests

  async function beatenBy(edgeMs: number): Promise<string[]> {
    const trials = new Trials({ ...ASKED, distribution: { world: WORLD, edgeMs } }, 2)
    const question = { ...QUESTION, candidates: 120, days: 60 }
    const { recommendation, trials: others } = await tune(question, trials.measure).finally(() => trials.close())
    assert.equal(recommendation?.code, 'take')
    const best = recommendation?.arm ?? ''
    const names = [best, 'none', ...others.map(({ arm }) => arm).filter(arm => arm !== best)]
    const [mine = [], ...rest] = await evenEnds(names)
    return rest.flatMap((days, index) => {
      const gain = meanGain(days.map((each, number) => worthOf(each) - worthOf(mine[number] ?? each)))
      return isClear(gain) ? [`${names[index + 1]} by ${gain.mean.toFixed(3)}`] : []
    })
  }

  test('stay the best when the outage ends at any moment of a second', async () => {
    assert.deepEqual(await beatenBy(500), [])
  })

  test('would not, were they looked for with an outage that always ends at the same moment', async () => {
    assert.notDeepEqual(await beatenBy(0), [])
  })
})
