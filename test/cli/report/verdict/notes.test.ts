/** What a reader is told beside the figures: a run that ended too soon, answers that were a 404, a server that went away. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { plain } from '../../../../cli/report/look.ts'
import type { Unjudged } from '../../../../cli/report/result.ts'
import { renderText } from '../../../../cli/report/text/text.ts'
import { notes as allNotes } from '../../../../cli/report/verdict/notes.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { arm, coinFlips, outage, result, series } from '../sample-results.ts'

const spell = (fromMs: number, toMs: number, what = 'outage') => ({ fromMs, toMs, what })
const lasting = (durationMs: number, rest: Partial<Unjudged['load']> = {}) => ({
  ...coinFlips.load,
  durationMs,
  ...rest,
})
/** Notes on the run alone. */
const notes = (run: Unjudged) => allNotes({ ...run, otherDays: undefined })
const short = (run: Partial<Unjudged>) => notes(result([arm('none', { success: 100, failed: 200 })], run))

describe('a run that is over before its trouble', () => {
  for (const [what, run, note] of [
    [
      'in the middle of it',
      { load: lasting(3_000), trouble: [spell(1_000, 4_000)] },
      'Note: The run ended at 3 s, during the outage (1 s to 4 s): what happens afterwards was not measured; -n 600 would show it.',
    ],
    [
      'before it began',
      { load: lasting(112, { requests: 10 }), trouble: [spell(1_000, 4_000)] },
      'Note: The run ended at 112 ms, before the outage (1 s to 4 s) began: it met none of it; -n 600 would show it.',
    ],
    [
      'far before its end, where more requests are no advice',
      { load: lasting(1_100), trouble: [spell(1_000, 400_000, '80 % outage')] },
      'Note: The run ended at 1.1 s, during the trouble (80 % outage, 1 s to 400 s): what happens afterwards was not measured.',
    ],
    [
      'right after it',
      { load: lasting(4_312, { requests: 430 }), trouble: [spell(1_000, 4_000)] },
      'Note: The run ended at 4.31 s, too soon after the outage (1 s to 4 s) to say how long the return took; -n 600 would show it.',
    ],
    [
      'when it was stopped',
      { load: lasting(3_000), trouble: [spell(1_000, 4_000)], interrupted: true },
      'Note: The run ended at 3 s, during the outage (1 s to 4 s): what happens afterwards was not measured.',
    ],
    [
      'at a rate',
      {
        load: lasting(3_000, { requests: 150, schedule: { kind: 'rate', perSecond: 50 } }),
        trouble: [spell(1_000, 4_000)],
      },
      'Note: The run ended at 3 s, during the outage (1 s to 4 s): what happens afterwards was not measured; -n 300 would show it.',
    ],
    [
      'in a closed loop, where no number of requests is a time',
      { load: lasting(3_000, { schedule: { kind: 'closed' } }), trouble: [spell(1_000, 4_000)] },
      'Note: The run ended at 3 s, during the outage (1 s to 4 s): what happens afterwards was not measured.',
    ],
  ] satisfies [string, Partial<Unjudged>, string][]) {
    it(`says so: ${what}`, () => {
      const found = short(run).find(text => text.includes('The run ended')) ?? ''
      assert.equal(found, note)
    })
  }

  it('says nothing where the return was seen, or nothing was to go wrong', () => {
    for (const run of [outage, coinFlips]) assert.deepEqual(notes(run), [])
  })
})

describe('answers that were a 404', () => {
  const missed = (statuses: Record<string, number>, codes: string[], expectsJson = true) =>
    notes(
      result([arm('none', { success: 50 }, { statuses })], {
        request: { method: 'GET', path: '', codes, headers: {}, body: null, expectsJson },
      }),
    )

  it('name the code that no product has', () => {
    assert.deepEqual(missed({ 404: 50 }, ['nope']), [
      'Note: 50 of 50 answers were 404: no product has the code "nope".',
    ])
    assert.deepEqual(missed({ 200: 25, 404: 25 }, ['nope', '155568600']), [
      'Note: 25 of 50 answers were 404: not every code ("nope", "155568600") is that of a product.',
    ])
    assert.deepEqual(missed({ 404: 50 }, ['a'], false), [
      'Note: 50 of 50 answers were 404: there is nothing at http://127.0.0.1:8000.',
    ])
  })

  it('are not guessed where a result does not tell', () => {
    assert.deepEqual(notes(result([arm('none', { success: 50 })])), [])
    assert.deepEqual(missed({ 200: 50 }, ['155568600']), [])
  })
})

describe('a server that goes away in the middle', () => {
  const halved = (...names: string[]) => {
    const failures: Record<string, number> = { refused: 140, reset: 8 }
    const rest = { failures, series: series([3, { success: 23 }], [8, { failed: 18 }]) }
    return result(names.map(name => arm(name, { success: 70, failed: 148 }, rest)))
  }
  const killed = (failures: Record<string, number>) => {
    const [only] = halved('none').arms
    return only ? notes(result([{ ...only, failures }])) : []
  }

  it('is named, with the moment, and is to be started again', () => {
    assert.deepEqual(notes(halved('none')), [
      'Note: From 750 ms on nothing listened at http://127.0.0.1:8000: 140 calls met a closed port.',
    ])
    for (const run of [halved('none'), halved('none', 'breaker')])
      assert.match(judge(run).hint, /again.*npx chaos serve$/)
  })

  it('is not made up', () => {
    const others: Record<string, number>[] = [{ status: 148 }, { refused: 40, status: 108 }]
    for (const failures of others) assert.deepEqual(killed(failures), [])
    const back = arm(
      'none',
      { success: 90, failed: 50 },
      {
        failures: { refused: 50 },
        series: series([2, { success: 20 }], [2, { failed: 24 }], [2, { success: 25 }], [1, { failed: 2 }]),
      },
    )
    assert.deepEqual(notes(result([back])), [])
  })
})

it('one request is not called all at once', () => {
  const one = result([arm('none', { success: 1 })], { load: { ...coinFlips.load, requests: 1, concurrency: 1 } })
  const text = renderText({ ...one, verdict: judge(one) }, { width: 80, ascii: false, palette: plain, words: english })
  assert.match(text, /1 request, timeout 2\.00 s/)
  assert.doesNotMatch(text, /1 requests|all of the 1|All 1|at once/)
})
