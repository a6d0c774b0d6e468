import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain } from '../../../../cli/report/look.ts'
import type { Unjudged } from '../../../../cli/report/result.ts'
import { renderDiff } from '../../../../cli/report/text/diff.ts'
import { type RunRow, renderRuns } from '../../../../cli/report/text/run-list.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { arm, coinFlips, outage, result } from '../sample-results.ts'

const look = { width: 80, ascii: true, palette: plain, words: english }
const named = (name: string, run: Unjudged) => ({ name, result: { ...run, verdict: judge(run) } })

test('arms of the same name are compared, with what else is not the same', () => {
  const text = renderDiff(named('7', coinFlips), named('9', outage), look)
  assert.equal(text.match(/^ {2}useful answers/gm)?.length, 2)
  assert.match(text, /\n {2}none\n +7 +9 +difference\n/)
  assert.match(
    text,
    /9\s+has\s+14\.8\s+points\s+more\s+useful\s+answers;\s+a\s+day\s+of\s+the\s+one\s+and\s+a\s+day\s+of\s+the\s+other\s+differ\s+by\s+\+\d+\.\d\s+to\s+\+\d+\.\d\./,
  )
  assert.match(text, /Not the same in both runs: the load and\s+the\s+trouble\./)
})

test('a fail rate that was another is said, and one that was turned meanwhile', () => {
  const at = (atStart: number, atEnd = atStart) => ({ ...coinFlips, failRate: { atStart, atEnd } })
  const text = renderDiff(named('a', at(0)), named('b', at(0, 70)), look)
  assert.match(text, /Not the same in both runs: the fail rate\s+\(0 %\s+and\s+0 %\s+to\s+70 %\)\./)
  assert.match(text, /seed\s+\S+,\s+fail\s+rate\s+0 %\s+to\s+70 %,\s+at/)
  assert.match(renderDiff(named('a', coinFlips), named('b', at(5)), look), /\(not\s+known\s+and\s+5 %\)/)
  assert.doesNotMatch(renderDiff(named('a', at(5)), named('b', at(5)), look), /Not the same/)
})

test('the same run twice differs by nothing', () => {
  const text = renderDiff(named('a', coinFlips), named('b', coinFlips), look)
  assert.match(text, /This is no clear difference/)
  assert.doesNotMatch(text, /Not the same|Only in/)
})

test('recovery that was measured in two ways is not compared, and that is said', () => {
  const newer = { ...outage, recoveryMeasure: 'sent' }
  const mixed = renderDiff(named('a', outage), named('b', newer), look)
  assert.doesNotMatch(mixed, /^ {2}recovery/m)
  assert.match(mixed, /one of the two runs measured it by when answers\s+came/)
  for (const alike of [outage, newer]) {
    const text = renderDiff(named('a', alike), named('b', alike), look)
    assert.match(text, /^ {2}recovery +250 ms +250 ms$/m)
    assert.doesNotMatch(text, /is not compared/)
  }
})

test('latencies of different requests are not compared: one of the runs refused some', () => {
  const bins = { success: [[10, 400]], failed: [[2_000, 50]] } as {
    success: [number, number][]
    failed: [number, number][]
  }
  const open = result([arm('breaker', { success: 400, failed: 50, shortCircuited: 50 }, { histogramMs: bins })])
  const shut = result([
    arm('breaker', { success: 400, failed: 50 }, { histogramMs: { ...bins, success: [[60, 400]] } }),
  ])
  assert.doesNotMatch(renderDiff(named('a', open), named('b', shut), look), /\+50 ms/)
  assert.match(
    renderDiff(
      named('a', { ...shut, arms: [{ ...(shut.arms[0] ?? arm('x', {})), histogramMs: bins }] }),
      named('b', shut),
      look,
    ),
    /\+50 ms/,
  )
})

test('two runs of one arm are compared whatever their names; else the left ones are named', () => {
  const one = (name: string) => result([arm(name, { success: 90, failed: 10 })])
  assert.match(renderDiff(named('a', one('none')), named('b', one('breaker')), look), /none and breaker/)
  const text = renderDiff(named('a', coinFlips), named('b', one('retry')), look)
  assert.match(text, /no arm in common/)
  assert.match(text, /Only in a: none and breaker\./)
  assert.match(text, /Only in b: retry\./)
})

test('a run without requests is said', () => {
  assert.match(
    renderDiff(named('a', result([arm('none', {})])), named('b', coinFlips), look),
    /One of them made no request/,
  )
})

test('the list has a line a run, in its width', () => {
  const arms = [
    { name: 'none', useful: 0.69 },
    { name: 'breaker', useful: 0.333 },
  ]
  const row = { startedAt: '2026-01-02T03:04:05.000Z', requests: 300, arms }
  const title = 'A very long title of a run that goes on and on and on and on'
  const rows: RunRow[] = [
    { ...row, id: '12', title: 'none against breaker', interrupted: false },
    { ...row, id: '3', title, interrupted: true },
  ]
  const lines = renderRuns(rows, look).split('\n')
  assert.deepEqual(lines.slice(0, 2), [
    '  run  started (UTC)     requests  useful           what',
    '  12   2026-01-02 03:04       300  69.0 % / 33.3 %  none against breaker',
  ])
  assert.ok(lines[2]?.endsWith('..') && lines[2].length === 80)
  const many = { ...rows[0], arms: Array.from({ length: 8 }, () => ({ name: 'none', useful: 0.5 })) }
  const crowded = renderRuns([many as (typeof rows)[number]], look).split('\n')
  assert.match(
    crowded[1] ?? '',
    / 50\.0 % \/ 50\.0 % \/ 50.*(?:…|\.\.) +\S+/,
    'the shares of many arms leave room for what was run',
  )
  assert.match(renderRuns([], look), /npx chaos compare/)
})
