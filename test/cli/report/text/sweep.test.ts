import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { renderSweepHtml } from '../../../../cli/report/html/sweep.ts'
import { plain } from '../../../../cli/report/look.ts'
import { paretoOptimal, recommended, type SweepPoint, sweepSchema } from '../../../../cli/report/stats/sweep-result.ts'
import { advice, renderSweep } from '../../../../cli/report/text/sweep.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { arm } from '../sample-results.ts'
import { pointOf, sweep } from '../sample-sweep.ts'

const look = { width: 80, ascii: true, palette: plain, words: english }

test('a point keeps the figures of its arm', () => {
  const point = pointOf({ threshold: '40' }, arm('breaker', { success: 60, fromCache: 20, failed: 20 }))
  assert.equal(point.useful, 80)
  assert.deepEqual([point.requests, point.calls, point.wasted, point.p95Ms], [100, 80, 20, 24])
})

test('the best first, marked, and the baseline last', () => {
  sweepSchema.parse(sweep)
  const lines = renderSweep(sweep, look).split('\n')
  assert.match(lines[0] ?? '', /^ {4}threshold +open-for +useful +wasted +calls +success p95 +recovery$/)
  const body = lines.slice(2, 2 + sweep.points.length)
  const shares = body.map(line => Number(/(\d+\.\d) %/.exec(line)?.[1]))
  assert.deepEqual(
    shares,
    shares.toSorted((a, b) => b - a),
  )
  assert.ok(body.some(line => line.startsWith('  * ')) && body.some(line => line.startsWith('    ')))
  assert.match(lines[2 + sweep.points.length] ?? '', /none .*never$/)
  for (const line of lines) assert.ok(line.length <= 80, line)
})

test('the advice names the settings, and what would be without', () => {
  assert.match(
    advice(sweep),
    /^Take threshold 20, open-for 1s: no combination has clearly more useful answers \(88\.0 %\), and it wastes least of those, \d+ wasted calls\. Without a breaker: 50\.0 % useful/,
  )
  assert.match(advice({ ...sweep, points: [] }), /No combination was run\.$/)
  assert.match(advice({ ...sweep, interrupted: true }), /^The sweep was stopped before its end\. Take/)
})

test('nothing is recommended where the runs did not see what comes after the trouble', () => {
  const load = { ...sweep.load, requests: 300, durationMs: 3_010 }
  const blind = {
    ...sweep,
    load,
    trouble: [{ fromMs: 1_000, toMs: 4_000, what: 'outage' }],
    points: sweep.points.map(point => ({ ...point, recovered: null, recoveryMs: null })),
  }
  assert.equal(
    advice(blind),
    'No combination is recommended. The run ended at 3.01 s, during the outage (1 s to 4 s): what happens afterwards was not measured, and that is what the settings decide. With -n 600 it would be.',
  )
  assert.match(advice({ ...blind, trouble: [] }), /^Take threshold/)
})

const anyPoint: fc.Arbitrary<SweepPoint> = fc
  .record({ success: fc.nat(20), failed: fc.nat(20), recovery: fc.option(fc.nat(5)) })
  .map(({ success, failed, recovery }) =>
    pointOf({}, arm('breaker', { success, failed }, { recoveryMs: recovery, recovered: recovery !== null })),
  )

test('what is not marked is beaten by another in some respect, and the one to recommend is marked', () => {
  const score = (p: SweepPoint) => [-(p.useful ?? -1), p.wasted, p.recovered ? (p.recoveryMs ?? 0) : 1e12]
  const ahead = (a: SweepPoint, b: SweepPoint) => score(a).some((value, i) => value < (score(b)[i] ?? 0))
  fc.assert(
    fc.property(fc.array(anyPoint, { minLength: 1, maxLength: 12 }), points => {
      const marks = paretoOptimal(points)
      const pick = recommended(points)
      assert.ok(pick && marks[points.indexOf(pick)])
      for (const [index, point] of points.entries())
        if (!marks[index]) assert.ok(points.some(other => ahead(other, point)))
    }),
  )
})

const point = (success: number, failed: number, recoveryMs = 0) =>
  pointOf(
    { 'open-for': `${success}` },
    arm('breaker', { success, failed, shortCircuited: 1_000 - success - failed }, { recoveryMs, recovered: true }),
  )

test('one noisy run marks nothing: what may be chance beats nobody', () => {
  assert.deepEqual(paretoOptimal([point(700, 50), point(690, 52), point(705, 55)]), [true, true, true])
  assert.deepEqual(paretoOptimal([point(700, 50), point(600, 52)]), [true, false])
  assert.deepEqual(paretoOptimal([point(700, 250), point(690, 50)]), [false, true])
  assert.deepEqual(paretoOptimal([point(700, 50), point(700, 50, 2_000)]), [true, false])
})

test('no breaker is a candidate too: where it has clearly more useful answers it is what to take', () => {
  const baseline = pointOf({}, arm('none', { success: 700, failed: 300 }))
  const poor = { ...sweep, trouble: [], baseline, points: [point(400, 100), point(350, 90)] }
  assert.match(
    advice(poor),
    /^Take no breaker, .*70\.0 % were useful, with 300 wasted calls, .* The best of them, open-for 400: 40\.0 % useful/,
  )
  assert.match(advice({ ...poor, points: [point(690, 20)] }), /^Take open-for 690: /)
})

test('recovery reads as in every other table', () => {
  assert.match(renderSweep({ ...sweep, points: [point(700, 50)] }, look), /at once/)
})

test('the HTML shows every combination, escaped', () => {
  const text = renderSweepHtml({ ...sweep, title: '<script>x</script>' })
  assert.doesNotMatch(text, /<script/)
  assert.equal(text.match(/<title>threshold /g)?.length, sweep.points.length)
  assert.match(text, /◆ unbeaten/)
})
