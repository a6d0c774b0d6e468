/** Several runs judged as one: their counts together, and what their spread leaves of a difference. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { State } from '../../../../cli/breaker/circuit.ts'
import { type Result, resultSchema } from '../../../../cli/report/result.ts'
import { allRuns } from '../../../../cli/report/stats/repeats.ts'
import { judge, judged } from '../../../../cli/report/verdict/verdict.ts'
import { arm, result, toldCoinFlips } from '../sample-results.ts'

const run = (success: number): Result =>
  judged(result([arm('none', { success: 207, failed: 93 }), arm('breaker', { success, failed: 300 - success })]))

describe('several runs', () => {
  it('add their counts up, and say so in the verdict', () => {
    const all = allRuns([judged(toldCoinFlips), judged(toldCoinFlips), judged(toldCoinFlips)])
    assert.equal(all.arms[1]?.outcomes.success, 300)
    assert.equal(all.load.requests, 900)
    assert.deepEqual(all.differences?.[0]?.lost, { answers: 321, refused: 321, afterTrouble: 0 })
    const repeats = [0, 1, 2].map(seed => ({ seed: `${seed}`, arms: [] }))
    const { text, usefulPoints } = judge({ ...all, repeats })
    assert.match(
      text,
      /^Over 3 runs: the breaker hurt: 33\.3 % of the requests got a useful answer, 69\.0 % without it/,
    )
    assert.equal(usefulPoints, -35.67)
    assert.match(
      judge({ ...all, repeats, interrupted: true }).text,
      /^Over the 3 runs that came to their end: the breaker/,
    )
  })

  it('are compared request by request only where every run is', () => {
    const paired: Result = { ...judged(toldCoinFlips), pairing: { holds: true, because: [] } }
    const [difference] = paired.differences ?? []
    assert.ok(difference?.pairs && difference.lost)
    const { pairs, lost, ...alone } = difference
    const changed: Result = { ...paired, pairing: { holds: false, because: ['changed'] }, differences: [alone] }
    for (const runs of [
      [paired, changed],
      [changed, paired],
    ]) {
      const all = allRuns(runs)
      assert.deepEqual(all.pairing, changed.pairing)
      assert.deepEqual([all.differences?.[0]?.pairs, all.differences?.[0]?.lost], [undefined, undefined])
    }
    assert.deepEqual(allRuns([paired, paired]).pairing, paired.pairing)
    assert.equal(allRuns([paired, paired]).differences?.[0]?.pairs?.both, 2 * pairs.both)
  })

  it('have opened a circuit where one of them has', () => {
    const states = (...all: State[]) => all.map((state, index) => ({ atMs: index * 100, state }))
    const opened = result([
      arm('none', { success: 70, failed: 30 }),
      arm('breaker', { success: 20, failed: 10, shortCircuited: 70 }, { states: states('closed', 'open') }),
    ])
    const calm = result([
      arm('none', { success: 70, failed: 30 }),
      arm('breaker', { success: 70, failed: 30 }, { states: states('closed') }),
    ])
    const { code, text } = judge({ ...allRuns([judged(opened), judged(calm)]), repeats: [] })
    assert.notEqual(code, 'never-opened')
    assert.doesNotMatch(text, /never opened/)
    assert.equal(judge(allRuns([judged(calm), judged(calm)])).code, 'never-opened')
  })

  it('reach no further than from no answer to all: of two runs, far apart, little is known', () => {
    const all = allRuns(
      [{ ...run(0), otherDays: undefined }, run(300)].map(each => ({ ...each, otherDays: undefined })),
    )
    const { low, high } = all.otherDays?.differences[0]?.usefulPoints ?? {}
    assert.deepEqual([low, high], [-100, 100])
    const whole = { ...judged(all), repeats: [] }
    resultSchema.parse(JSON.parse(JSON.stringify(whole)))
  })

  it('say what further runs give where nothing else is known of other days', () => {
    const points = (...runs: Result[]) => allRuns(runs).otherDays?.differences[0]?.usefulPoints
    const unknown = (success: number) => ({ ...run(success), otherDays: undefined })
    const spread = judge(allRuns([unknown(150), unknown(207), unknown(240)]))
    assert.ok(spread.ci95 && spread.ci95[0] < 0 && spread.ci95[1] > 0)
    const alike = judge(allRuns([unknown(150), unknown(152), unknown(149)]))
    assert.ok(alike.code === 'hurt' && alike.ci95 && alike.ci95[1] < -15)
    assert.equal(judge(allRuns([unknown(150), unknown(200)])).code, 'too-small')
    // Three values of mean 2 and deviation 1: Student's limits for one more.
    const { mean = 0, high = 0 } = points(unknown(210), unknown(213), unknown(216)) ?? {}
    assert.ok(Math.abs(high - mean - 4.303 * Math.sqrt(1 + 1 / 3)) < 1e-3)
  })

  it('go by the simulated days of the last where there are any', () => {
    const last = run(152)
    assert.deepEqual(allRuns([run(150), last]).otherDays, last.otherDays)
  })
})
