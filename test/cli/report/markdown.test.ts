import assert from 'node:assert/strict'
import { test } from 'node:test'
import { renderMarkdown } from '../../../cli/report/markdown.ts'
import type { Unjudged } from '../../../cli/report/result.ts'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { arm, coinFlips, outage, result } from './sample-results.ts'

const written = (run: Unjudged) => renderMarkdown({ ...run, verdict: judge(run) })

test('verdict, table and strip', () => {
  const text = written(outage)
  assert.match(text, /^# none against breaker\n\n\*\*The breaker saved more than it cost: /)
  assert.match(text, /\n\| {2}\| none \| breaker \| difference \|\n\| :-- \| --: \| --: \| --: \|\n/)
  assert.match(text, /\n\| useful answers \| 50\.0 % \| 48\.1 % \| -1\.9 pts \|\n/)
  assert.match(text, /```text\n {2}none {5}█+×+█+\n/)
})

test('every line of the table has the same number of columns', () => {
  const four = result([...coinFlips.arms, arm('retry', { success: 250, failed: 50 }), arm('a|b', { success: 9 })])
  for (const run of [coinFlips, four, result([arm('none', { success: 3 })])]) {
    const lines = written(run)
      .split('\n')
      .filter(line => line.startsWith('|'))
    const columns = lines.map(line => line.replaceAll('\\|', '').split('|').length)
    assert.equal(new Set(columns).size, 1)
  }
})

test('what is supplied cannot become markup', () => {
  const text = written({
    ...result([arm('<b>|x', { success: 1 })]),
    title: '# <script>alert(1)</script> [a](b)',
    seed: '`*_~',
  })
  assert.doesNotMatch(text, /(?<!\\)<script|(?<!\\)\[a\]|(?<!\\)<b>/)
  assert.match(text, /seed \\`\\\*\\_\\~/)
})

test('a failed expectation stands out', () => {
  const text = written({ ...coinFlips, expectations: [{ text: 'wasted<100', passed: false, measured: '145' }] })
  assert.match(text, /\n- \*\*failed\*\*: wasted\\<100, measured 145\n/)
})
