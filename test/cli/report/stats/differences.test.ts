/** The differences of a result: worked out once and kept, and worked out again for an older result that has none. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { plain } from '../../../../cli/report/look.ts'
import { renderMarkdown } from '../../../../cli/report/markdown.ts'
import type { ArmDifference } from '../../../../cli/report/result.ts'
import { differencesOf } from '../../../../cli/report/stats/differences.ts'
import { renderDiff } from '../../../../cli/report/text/diff.ts'
import { renderText } from '../../../../cli/report/text/text.ts'
import { judged } from '../../../../cli/report/verdict/verdict.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { resultSchema } from '../../../../server/runs/result.ts'
import { arm, coinFlips, result } from '../sample-results.ts'

const look = { width: 120, ascii: true, palette: plain, words: english }

function rounded({ value, ci95, clear }: NonNullable<ArmDifference['calls']>) {
  return [value, ...ci95].map(each => Math.round(each * 10) / 10).concat(clear ? 1 : 0)
}

describe('the differences of a result', () => {
  it('are each arm against the first: useful answers, wasted calls, calls, and pairs where there are any', () => {
    const [difference, ...none] = differencesOf(coinFlips)
    assert.ok(difference?.usefulPoints && difference.wastedCalls && difference.calls)
    assert.deepEqual([difference.arm, difference.against, none.length], ['breaker', 'none', 0])
    assert.deepEqual(rounded(difference.usefulPoints), [-35.7, -40.9, -30, 1])
    assert.deepEqual(rounded(difference.wastedCalls), [-48, -71.8, -25.1, 1])
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
    assert.match(text, /The useful share differs by no more than chance/)
    assert.doesNotMatch(text, /-35\.7/)
  })
})
