import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Chalk } from 'chalk'
import { colours, type Look, plain } from '../../../../cli/report/look.ts'
import { cellsOf } from '../../../../cli/report/stats/bins.ts'
import { renderStrip } from '../../../../cli/report/text/strip.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { arm, coinFlips, outage, result, series } from '../sample-results.ts'

const look: Look = { width: 80, ascii: false, palette: plain, words: english }

test('an outage: goodput, states, trouble and time share one axis', () => {
  assert.deepEqual(renderStrip(outage, look).split('\n'), [
    '  none     ████████████████××××××××××××××××××××××××××××××××████████████████',
    '',
    '  breaker  ████████████████××······························▃▃██████████████',
    '           ─────────────────OOOOOOOHOOOOOOOHOOOOOOOOHOOOOOOOH──────────────',
    '  trouble                  ▬▬ outage 100 % ▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬▬',
    '           ╵0 s            ╵2 s            ╵4 s            ╵6 s',
    '  answers:  █ all useful  ▄ half useful  × failed  · short-circuited',
    '  breaker:  ─ closed  O open  H half-open',
  ])
})

test('in ascii: letters, and tenths for what is partly useful', () => {
  const lines = renderStrip(outage, { ...look, ascii: true }).split('\n')
  assert.equal(lines[2], '  breaker  ################FFSSSSSSSSSSSSSSSSSSSSSSSSSSSSSS44##############')
  assert.equal(lines[4], '  trouble                  == outage 100 % ================')
  assert.match(lines.join('\n'), /^[\x20-\x7e\n]*$/)
})

test('a short run has nothing to show over time', () => {
  assert.equal(renderStrip(result([arm('none', { success: 75 }, { series: series([3, { success: 25 }]) })]), look), '')
  assert.equal(renderStrip(result([arm('none', {})]), look), '')
})

test('every line fits, in any width, for runs of a second and of an hour', () => {
  for (const quarters of [4, 13, 60, 400, 14_400]) {
    for (const width of [40, 60, 80, 200]) {
      const states = Array.from({ length: 30 }, (_, index) => ({
        atMs: index * quarters * 7,
        state: index % 2 ? ('open' as const) : ('half-open' as const),
      }))
      const run = result(
        [arm('retry+breaker+cache', { success: 9 }, { states, series: series([quarters, { success: 3, failed: 1 }]) })],
        {
          trouble: [
            { fromMs: 0, toMs: quarters * 20, what: 'a long name for a short trouble' },
            { fromMs: quarters * 100, toMs: quarters * 500, what: 'beyond the end' },
          ],
        },
      )
      for (const line of renderStrip(run, { ...look, width }).split('\n')) {
        assert.ok(line.length <= width, `${quarters} quarters in ${width}: ${line}`)
      }
    }
  }
})

test('colours change no character', () => {
  for (const run of [coinFlips, outage]) {
    const coloured = renderStrip(run, { ...look, palette: colours(new Chalk({ level: 1 })) })
    // biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences are what is looked for
    assert.equal(coloured.replace(/\x1b\[\d+m/g, ''), renderStrip(run, look))
  }
})

test('a long name gets a line of its own, so that two alike can be told apart', () => {
  const names = ['breaker(threshold=20,open-for=2s)', 'breaker(threshold=20,open-for=4s)']
  const text = renderStrip(result(names.map(name => arm(name, {}, { series: series([8, { success: 3 }]) }))), look)
  for (const name of names) assert.ok(text.split('\n').includes(`  ${name}`))
})

test('a column counts the quarters that begin in it, each request once', () => {
  const wide = arm('none', {}, { series: series([8, { success: 3, failed: 2, shortCircuited: 1, fromCache: 1 }]) })
  const cells = cellsOf(wide, 4, 500)
  assert.deepEqual(
    cells.map(cell => [cell.useful, cell.failed, cell.refused]),
    Array(4).fill([8, 4, 2]),
  )
})

test('a half-open spell shorter than a column is seen, but never twice in a row', () => {
  const flapping = Array.from({ length: 8 }, (_, index) => [
    { atMs: index * 1_000, state: 'half-open' as const },
    { atMs: index * 1_000 + 10, state: 'open' as const },
  ]).flat()
  const states = cellsOf(arm('breaker', {}, { states: flapping }), 8, 1_000).map(cell => cell.state)
  assert.deepEqual(states, Array(4).fill(['half-open', 'open']).flat())
})

test('before the first state nothing is claimed', () => {
  const late = arm('breaker', {}, { states: [{ atMs: 600, state: 'open' }] })
  assert.deepEqual(
    cellsOf(late, 3, 500).map(cell => cell.state),
    [null, 'open', 'open'],
  )
})
