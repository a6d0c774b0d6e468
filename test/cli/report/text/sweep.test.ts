import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { renderSweepHtml } from '../../../../cli/report/html/sweep.ts'
import { plain } from '../../../../cli/report/look.ts'
import {
  paretoOptimal,
  recommended,
  type SweepPoint,
  sweepPoint,
  sweepSchema,
} from '../../../../cli/report/stats/sweep-result.ts'
import { advice, renderSweep } from '../../../../cli/report/text/sweep.ts'
import { arm } from '../sample-results.ts'
import { sweep } from '../sample-sweep.ts'

const look = { width: 80, ascii: true, palette: plain }

test('a point keeps the figures of its arm', () => {
  const point = sweepPoint({ threshold: '40' }, arm('breaker', { success: 60, fromCache: 20, failed: 20 }))
  assert.equal(point.useful, 80)
  assert.deepEqual([point.requests, point.calls, point.wasted, point.p95Ms], [100, 80, 20, 24])
  assert.ok(point.ci95[0] < 80 && point.ci95[1] > 80)
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
    /^Take threshold 20, open-for 1s: within one point of the best useful share \(88\.0 %\) it wastes least, \d+ wasted calls\. Without a breaker: 50\.0 % useful/,
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
    sweepPoint({}, arm('breaker', { success, failed }, { recoveryMs: recovery, recovered: recovery !== null })),
  )

test('what is marked is beaten by none, and what is not is beaten by one that is', () => {
  const better = (a: SweepPoint, b: SweepPoint) => {
    const score = (p: SweepPoint) => [-(p.useful ?? -1), p.wasted, p.recovered ? (p.recoveryMs ?? 0) : 1e12]
    const [x, y] = [score(a), score(b)]
    return x.every((value, i) => value <= (y[i] ?? 0)) && x.some((value, i) => value < (y[i] ?? 0))
  }
  fc.assert(
    fc.property(fc.array(anyPoint, { minLength: 1, maxLength: 12 }), points => {
      const marks = paretoOptimal(points)
      const front = points.filter((_, index) => marks[index])
      assert.ok(front.length > 0)
      for (const [index, point] of points.entries())
        assert.equal(marks[index], !front.some(other => better(other, point)))
      const pick = recommended(points)
      assert.ok(pick && (pick.useful ?? -1) >= Math.max(...points.map(point => point.useful ?? -1)) - 1)
    }),
  )
})

test('the HTML shows every combination, escaped', () => {
  const text = renderSweepHtml({ ...sweep, title: '<script>x</script>' })
  assert.doesNotMatch(text, /<script/)
  assert.equal(text.match(/<title>threshold /g)?.length, sweep.points.length)
  assert.match(text, /◆ unbeaten/)
})
