import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Unjudged } from '../../../cli/report/result.ts'
import { judge } from '../../../cli/report/verdict.ts'
import { arm, coinFlips, latency, outage, result } from './samples.ts'

const states = [
  { atMs: 0, state: 'closed' as const },
  { atMs: 500, state: 'open' as const },
]
const closed = states.slice(0, 1)
const slow = (name: string, counts: Parameters<typeof arm>[1], failedP50: number) => {
  const made = arm(name, counts)
  return { ...made, latencyMs: { ...made.latencyMs, failed: latency(made.outcomes.failed, failedP50) } }
}

const cases: readonly { name: string; run: Unjudged; says: readonly RegExp[]; hint: RegExp }[] = [
  {
    name: 'coin flips: it hurt, and the price is named',
    run: coinFlips,
    says: [
      /^The breaker hurt: 33\.3 % of the requests got a useful answer, 69\.0 % without it \(35\.7 points fewer\)\./,
      /It lost 107 answers that came without it, and saved 48 of 93 wasted calls \(51\.6 %\)\.$/,
    ],
    hint: /--outage/,
  },
  {
    name: 'an outage: a small price for many saved calls',
    run: outage,
    says: [
      /^The breaker saved more than it cost: /,
      /\(1\.9 points fewer\)/,
      /saved 380 of 400 wasted calls \(95\.0 %\)/,
    ],
    hint: /open-for/,
  },
  {
    name: 'a small loss that saved too few calls is harm',
    run: result([
      arm('none', { success: 9_000, failed: 1_000 }),
      arm('breaker', { success: 8_800, failed: 850, shortCircuited: 350 }, { states }),
    ]),
    says: [/^The breaker hurt: /, /\(2\.0 points fewer\)/],
    hint: /--outage/,
  },
  {
    name: 'an outage with slow failures: the same answers, less work, at once',
    run: result([
      slow('none', { success: 400, failed: 400 }, 2_000),
      arm('breaker', { success: 398, failed: 20, shortCircuited: 382 }, { states }),
    ]),
    says: [
      /^The breaker did not change who got an answer, but it saved work: /,
      /saved 380 of 400 wasted calls/,
      /refused in 0\.20 ms what took 2\.00 s to fail without it\.$/,
    ],
    hint: /retry\+breaker/,
  },
  {
    name: 'overload: it helped, and came back where the other never did',
    run: result([
      arm('retry', { success: 170, failed: 830 }, { recovered: false, upstream: { calls: 3_400, wasted: 3_230 } }),
      arm(
        'retry+breaker',
        { success: 920, failed: 30, shortCircuited: 50 },
        { states, recoveryMs: 1_200, recovered: true },
      ),
    ]),
    says: [
      /^retry\+breaker helped: 92\.0 % of the requests got a useful answer, 17\.0 % with retry \(75\.0 points more\)\./,
      /was back 1\.20 s after the trouble, while with retry nothing came back before the run ended/,
    ],
    hint: /sweep/,
  },
  {
    name: 'both came back, one much later',
    run: result([
      arm('none', { success: 500, failed: 500 }, { recoveryMs: 3_000, recovered: true }),
      arm('breaker', { success: 900, failed: 100 }, { states, recoveryMs: 500, recovered: true }),
    ]),
    says: [/was back 500 ms after the trouble, 3\.00 s without it/],
    hint: /sweep/,
  },
  {
    name: 'retries help, and waste calls',
    run: result([
      arm('none', { success: 700, failed: 300 }),
      arm('retry', { success: 970, failed: 30 }, { upstream: { calls: 1_400, wasted: 430 } }),
    ]),
    says: [/^retry helped: /, /It made 130 more wasted calls \(1\.40 calls a request\)\.$/],
    hint: /npx chaos/,
  },
  {
    name: 'it never opened',
    run: result([
      arm('none', { success: 295, failed: 5 }),
      arm('breaker', { success: 294, failed: 6 }, { states: closed }),
    ]),
    says: [/^The breaker did nothing: it never opened\./, /but for chance/],
    hint: /--outage/,
  },
  {
    name: 'as many failed in both arms, and it never opened',
    run: result([
      arm('none', { success: 295, failed: 5 }),
      arm('breaker', { success: 295, failed: 5 }, { states: closed }),
    ]),
    says: [/^The breaker did nothing: it never opened\./],
    hint: /--outage/,
  },
  {
    name: 'no breaker, no difference',
    run: result([arm('none', { success: 295, failed: 5 }), arm('retry', { success: 296, failed: 4 })]),
    says: [/^retry made no difference: /],
    hint: /--outage/,
  },
  {
    name: 'only one arm met a closed port',
    run: result([
      arm('none', { failed: 300 }, { failures: { refused: 300 } }),
      arm('breaker', { success: 300 }, { states: closed }),
    ]),
    says: [/^The breaker helped: 100\.0 %/],
    hint: /sweep/,
  },
  {
    name: 'nothing failed',
    run: result([arm('none', { success: 300 }), arm('breaker', { success: 300 }, { states: closed })]),
    says: [/^Nothing failed, so the breaker had nothing to do\./, /all of the 300 requests/],
    hint: /--outage/,
  },
  {
    name: 'too small to tell',
    run: result([
      arm('none', { success: 14, failed: 6 }),
      arm('breaker', { success: 12, failed: 5, shortCircuited: 3 }, { states }),
    ]),
    says: [/^This run is too small to tell: /, /anything from -\d+\.\d to \+\d+\.\d points/],
    hint: /-n [1-9]\d{2,3}$/,
  },
  {
    name: 'no difference in anything',
    run: result([
      arm('breaker', { success: 5_000, failed: 5_000 }, { states }),
      arm('opossum', { success: 5_010, failed: 4_990 }, { states }),
    ]),
    says: [/^opossum made no difference: 50\.1 % of the requests got a useful answer, 50\.0 % with breaker/],
    hint: /--outage/,
  },
  {
    name: 'everything refused',
    run: result([arm('none', { success: 300 }), arm('breaker', { shortCircuited: 300 }, { states })]),
    says: [/^The breaker let nothing through: all 300 requests were short-circuited\./, /Without it, 100\.0 %/],
    hint: /forced open/,
  },
  {
    name: 'nobody listens',
    run: result([
      arm('none', { failed: 300 }, { failures: { refused: 300 } }),
      arm('breaker', { failed: 300 }, { failures: { refused: 300 }, states }),
    ]),
    says: [/^Nothing listens at http:\/\/127\.0\.0\.1:8000: /],
    hint: /chaos serve/,
  },
  {
    name: 'no request in either arm',
    run: result([arm('none', {}), arm('breaker', {})]),
    says: [/nothing to compare/],
    hint: /npx chaos compare/,
  },
  {
    name: 'no request in one arm',
    run: result([arm('none', { success: 3 }), arm('breaker', {})]),
    says: [/nothing to compare/],
    hint: /npx chaos compare/,
  },
  {
    name: 'stopped early',
    run: { ...coinFlips, interrupted: true, load: { ...coinFlips.load, requests: 900 } },
    says: [/^Stopped after 300 of 900 requests: the breaker hurt: /],
    hint: /--outage/,
  },
]

for (const { name, run, says, hint } of cases) {
  test(`verdict: ${name}`, () => {
    const verdict = judge(run)
    for (const pattern of says) assert.match(verdict.text, pattern)
    assert.match(verdict.hint, hint)
    assert.doesNotMatch(`${verdict.text} ${verdict.hint}`, /NaN|undefined|null|Infinity|\[object/)
    const sentences = verdict.text.split(/[.!?](?=\s|$)/).filter(part => part.trim() !== '')
    assert.ok(sentences.length >= 1 && sentences.length <= 2, verdict.text)
  })
}

test('the points are those of the last arm less the first, with their interval', () => {
  const { usefulPoints, ci95 } = judge(coinFlips)
  assert.equal(usefulPoints, -35.67)
  assert.ok(ci95 && ci95[0] < -35.67 && ci95[1] > -35.67 && ci95[1] < 0)
  assert.equal(judge(result([arm('none', {}), arm('breaker', {})])).usefulPoints, null)
})

test('pairs narrow the interval; pairs of other arms do not', () => {
  const width = (run: Unjudged) => {
    const [low = 0, high = 0] = judge(run).ci95 ?? []
    return high - low
  }
  assert.ok(width(coinFlips) < width({ ...coinFlips, pairs: null }))
  const pairs = coinFlips.pairs && { ...coinFlips.pairs, a: 'retry' }
  assert.equal(width({ ...coinFlips, pairs }), width({ ...coinFlips, pairs: null }))
})

const single = [
  {
    name: 'all well',
    run: result([arm('none', { success: 100 })]),
    says: /^All 100 requests got a useful answer\. Half of/,
    hint: /chaos rate 70/,
  },
  {
    name: 'some failed',
    run: result([arm('none', { success: 69, failed: 31 }, { failures: { timeout: 1, status: 30 } })]),
    says: /^69\.0 % of 100 requests got a useful answer: 31 requests failed \(status, timeout\)\./,
    hint: /chaos compare/,
  },
  {
    name: 'with a breaker',
    run: result([arm('breaker', { success: 60, failed: 10, shortCircuited: 30 }, { states })]),
    says: /10 requests failed \(status\), 30 requests short-circuited by the breaker\./,
    hint: /without the breaker/,
  },
  { name: 'none succeeded', run: result([arm('none', { failed: 5 })]), says: /None succeeded/, hint: /compare/ },
  { name: 'no request', run: result([arm('none', {})]), says: /No request was made/, hint: /burst/ },
  {
    name: 'nobody listens',
    run: result([arm('none', { failed: 9 }, { failures: { refused: 9 } })]),
    says: /^Nothing listens at /,
    hint: /chaos serve/,
  },
  {
    name: 'stopped early',
    run: result([arm('none', { success: 20 })], { interrupted: true }),
    says: /^Stopped after 20 of 300 requests: All 20/,
    hint: /rate/,
  },
]

for (const { name, run, says, hint } of single) {
  test(`summary of one arm: ${name}`, () => {
    const verdict = judge(run)
    assert.match(verdict.text, says)
    assert.match(verdict.hint, hint)
    assert.equal(verdict.usefulPoints, null)
    assert.equal(verdict.ci95, null)
  })
}
