/** The differences of a result: worked out once and kept, and worked out again for an older result that has none. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { plain } from '../../../../cli/report/look.ts'
import { renderMarkdown } from '../../../../cli/report/markdown.ts'
import { differencesOf, spanBetween, spanOf, spanWith } from '../../../../cli/report/stats/differences.ts'
import { daysOfArm, sameDays } from '../../../../cli/report/stats/other-days.ts'
import { renderDiff } from '../../../../cli/report/text/diff.ts'
import { renderText } from '../../../../cli/report/text/text.ts'
import { judged } from '../../../../cli/report/verdict/verdict.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { resultSchema } from '../../../../server/runs/result.ts'
import { arm, coinFlips, result } from '../sample-results.ts'

const look = { width: 120, ascii: true, palette: plain, words: english }

describe('the differences of a result', () => {
  it('are each arm against the first: useful answers, wasted calls, calls, and pairs where there are any', () => {
    const [difference, ...none] = differencesOf(coinFlips)
    assert.ok(difference?.usefulPoints && difference.wastedCalls && difference.calls)
    assert.deepEqual([difference.arm, difference.against, none.length], ['breaker', 'none', 0])
    assert.ok(Math.abs(difference.usefulPoints.value - -107 / 3) < 1e-9)
    assert.deepEqual([difference.usefulPoints.ci95, difference.wastedCalls], [undefined, { value: -48 }])
    assert.equal(difference.calls.value, 145 - 300)
    assert.deepEqual(difference.pairs, { both: 100, onlyFirst: 107, onlyArm: 0, neither: 93 })
    assert.deepEqual(difference.latencyMs, {})
  })

  it('compare latencies of the outcomes that both arms had, and calls only over the same requests', () => {
    const bins = (ms: number): [number, number][] => [[ms, 500]]
    const arms = [
      arm('none', { success: 500, failed: 500 }, { histogramMs: { success: bins(10), failed: bins(2_000) } }),
      arm('retry', { success: 500 }, { histogramMs: { success: bins(25), failed: [] } }),
      arm('breaker', {}),
    ]
    const [retry, breaker] = differencesOf(result(arms))
    assert.deepEqual(retry?.latencyMs, {
      success: Object.fromEntries(
        ['p50', 'p95', 'p99'].map(point => [point, { value: 15, ci95: [15, 15], clear: true }]),
      ),
    })
    assert.deepEqual([retry?.calls, retry?.wastedCalls], [null, null])
    assert.deepEqual([breaker?.usefulPoints, breaker?.pairs], [null, undefined])
  })

  it('are members of a judged result, and every table reads them there', () => {
    const run = judged(coinFlips)
    assert.deepEqual(run.differences, differencesOf(coinFlips))
    const [difference] = run.differences ?? []
    assert.ok(difference?.usefulPoints)
    const told = {
      ...run,
      differences: [{ ...difference, usefulPoints: { ...difference.usefulPoints, value: -12.3 } }],
    }
    for (const text of [renderText(told, look), renderMarkdown(told)]) assert.match(text, /-12\.3 pts/)
  })
})

describe('a difference on other days', () => {
  const days = (low: number, high: number) => ({ mean: (low + high) / 2, low, high })

  it('is clear where they leave no doubt of its direction, and this run has it too', () => {
    for (const [value, low, high, clear] of [
      [-5, -9, -1, true],
      [5, 1, 9, true],
      [-5, -9, 0, false],
      [-5, -9, 1, false],
      [2, -9, -1, false],
      [0, -9, -1, false],
    ] as const)
      assert.deepEqual(spanWith(value, days(low, high)), { value, days: [low, high], clear })
  })

  it('is not clear, and has no interval, where nothing is known of them', () => {
    assert.deepEqual(spanWith(-50, null), { value: -50, days: null, clear: false })
    const [difference] = differencesOf(coinFlips)
    assert.ok(difference)
    assert.equal(spanOf({ ...coinFlips, otherDays: undefined }, difference, 'usefulPoints')?.days, null)
  })

  it('is that of the same days for two arms of one run, whichever they are', () => {
    const arms = [
      arm('none', { success: 50, failed: 50 }),
      arm('a', { success: 60, failed: 40 }),
      arm('b', { success: 70, failed: 30 }),
    ]
    const [, a, b] = arms
    const run = result(arms)
    const of = (name: string) => daysOfArm(run.otherDays, name) ?? assert.fail(name)
    assert.ok(a && b)
    const { low, high } = sameDays(of('a'), of('b'), 'usefulPoints') ?? assert.fail()
    assert.deepEqual(spanBetween(run, a, b, 'usefulPoints')?.days, [low, high])
  })
})

describe('an older result, without differences, conditions and codes', () => {
  const { differences, verdict, ...older } = judged(coinFlips)
  const { text, hint, usefulPoints, ci95 } = verdict
  const read = resultSchema.parse(JSON.parse(JSON.stringify({ ...older, verdict: { text, hint, usefulPoints, ci95 } })))

  it('reads and prints as it did', () => {
    assert.deepEqual([read.differences, read.conditions, read.verdict.code], [undefined, undefined, undefined])
    assert.equal(renderText(read, look), renderText(judged(coinFlips), look))
  })

  it('is compared with a newer one, whose own differences are of other arms', () => {
    const text = renderDiff({ name: 'old', result: read }, { name: 'new', result: judged(coinFlips) }, look)
    assert.match(text, /This is no clear difference \(/)
    assert.doesNotMatch(text, /-35\.7/)
  })
})
