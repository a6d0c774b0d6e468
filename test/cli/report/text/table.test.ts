import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chalk } from 'chalk'
import { colours, type Look, plain } from '../../../../cli/report/look.ts'
import { renderTable } from '../../../../cli/report/text/table.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { arm, coinFlips, outage, result } from '../sample-results.ts'

const look: Look = { width: 80, ascii: false, palette: plain, words: english }
const four = result([
  ...coinFlips.arms,
  arm('retry+breaker+cache', { success: 12_000, failed: 23, fromCache: 300 }),
  arm('opossum', { success: 200, failed: 60, shortCircuited: 40 }),
])

function widest(text: string): number {
  return Math.max(...text.split('\n').map(line => line.length))
}

test('two arms: figures right-aligned below their names, differences beside them', () => {
  const lines = renderTable(coinFlips, look).split('\n')
  const column = (line: string | undefined, word: string) => (line ?? '').indexOf(word) + word.length
  const find = (start: string) => lines.find(line => line.trimStart().startsWith(start))
  const edge = column(lines[0], 'none')
  assert.equal(column(find('useful answers'), '69.0 %'), edge)
  assert.equal(column(find('failed '), '93'), edge)
  assert.equal(column(find('wasted calls'), '93'), edge)
  assert.match(find('useful answers') ?? '', /69\.0 % +33\.3 % +-35\.7 pts$/)
  assert.match(find('95 % of other days') ?? '', /-\d\d\.\d to -\d\d\.\d$/)
  assert.match(find('wasted calls') ?? '', /93 +45 +-52 %$/)
  assert.match(find('calls per request') ?? '', /1\.00 +0\.48$/)
  assert.match(find('success p95') ?? '', /24 ms +24 ms$/)
  assert.match(find('short-circuited p50') ?? '', / - +0\.20 ms$/)
  assert.match(find('time to open') ?? '', / - +420 ms$/)
  assert.equal(find('recovery'), undefined)
  assert.equal(find('from cache'), undefined)
})

test('a recovery at once, after a while, and never', () => {
  assert.match(renderTable(outage, look), /recovery +at once +250 ms/)
  const never = result([
    arm('none', { failed: 3 }, { recovered: false }),
    arm('breaker', { success: 3 }, { recovered: true, recoveryMs: 1_250 }),
  ])
  assert.match(renderTable(never, look), /recovery +never +1\.25 s/)
})

test('a difference that may be chance is a tilde', () => {
  const alike = result([arm('none', { success: 70, failed: 30 }), arm('retry', { success: 72, failed: 28 })])
  assert.match(renderTable(alike, look), /useful answers +70\.0 % +72\.0 % +~/)
  assert.match(renderTable(alike, look), /wasted calls +30 +28 +~/)
})

test('percentiles carry a difference where the histograms are known', () => {
  const bins = (from: number): [number, number][] => Array.from({ length: 40 }, (_, index) => [from + index, 10])
  const known = result([
    arm('none', { success: 400 }, { histogramMs: { success: bins(10) } }),
    arm('retry', { success: 400 }, { histogramMs: { success: bins(60) } }),
    arm('breaker', { success: 400 }, { histogramMs: { success: bins(10) } }),
  ])
  assert.match(renderTable(known, look), /vs none +\+50 ms +~/)
})

test('four arms fit 80 columns: long names break at a plus, differences take a line', () => {
  const text = renderTable(four, look)
  assert.ok(widest(text) <= 80, String(widest(text)))
  assert.match(text, /retry\+breaker\+\n.*cache +opossum/)
  assert.match(text, /12,000/)
  assert.match(text, /vs none +-35\.7 pts/)
  assert.match(text, /from cache +0 +0 +300 +0/)
})

test('too narrow for columns, each arm gets a block', () => {
  const text = renderTable(four, { ...look, width: 60 })
  assert.ok(widest(text) <= 60, String(widest(text)))
  assert.equal(text.match(/useful answers/g)?.length, 4)
  assert.equal(text.match(/vs none/g)?.length, 3)
})

test('one arm has no differences', () => {
  const text = renderTable(result([arm('none', { success: 10 })]), look)
  assert.doesNotMatch(text, /difference|interval|vs /)
})

test('an arm without requests shows nothing instead of a number', () => {
  assert.match(renderTable(result([arm('none', {}), arm('breaker', {})]), look), /useful answers +- +-\n/)
})

test('ascii stays ascii, and colours change no character', () => {
  for (const run of [coinFlips, outage, four]) {
    assert.match(renderTable(run, { ...look, ascii: true }), /^[\x20-\x7e\n]*$/)
    const coloured = renderTable(run, { ...look, palette: colours(new Chalk({ level: 1 })) })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
    assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), renderTable(run, look))
    assert.notEqual(coloured, renderTable(run, look))
  }
})
