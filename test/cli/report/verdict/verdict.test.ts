import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import type { Unjudged } from '../../../../cli/report/result.ts'
import { differencesOf } from '../../../../cli/report/stats/differences.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { arm, coinFlips, daysAround, outage, result, told, toldCoinFlips, toldOutage } from '../sample-results.ts'

/** The difference of the last arm in this run, and between which points other days lie. */
function fewer(run: Unjudged, value: number, [low, high]: readonly [number, number]): Partial<Unjudged> {
  const { otherDays } = run
  const usefulPoints = { mean: (low + high) / 2, low, high }
  return {
    differences: differencesOf(run).map(each => ({ ...each, usefulPoints: { value } })),
    ...(otherDays
      ? { otherDays: { ...otherDays, differences: otherDays.differences.map(each => ({ ...each, usefulPoints })) } }
      : {}),
  }
}

const states = [
  { atMs: 0, state: 'closed' as const },
  { atMs: 500, state: 'open' as const },
]
const closed = states.slice(0, 1)

/** Quarter seconds by the moment of sending, from a list of `[how many, requests, useful]`. */
function quarters(...spells: readonly (readonly [number, number, number])[]) {
  return spells
    .flatMap(([count, requests, useful]) => Array.from({ length: count }, () => ({ requests, useful })))
    .map((counts, index) => ({ atMs: 250 * index, ...counts }))
}

const cases: readonly { name: string; run: Unjudged; says: readonly RegExp[]; hint: RegExp }[] = [
  {
    name: 'coin flips: it hurt, and the price is named',
    run: toldCoinFlips,
    says: [
      /^The breaker hurt: 33\.3 % of the requests got a useful answer, 69\.0 % without it \(35\.7 points fewer\), with 45 wasted calls, 93 without it \(51\.6 % saved\)\./,
      /It lost 107 answers that came without it \(the failures were independent, so it refused calls that would have gone well\)\.$/,
    ],
    hint: /--outage/,
  },
  {
    name: 'an outage: a small price for many saved calls',
    run: toldOutage,
    says: [
      /^The breaker saved more than it cost: /,
      /\(1\.9 points fewer\)/,
      /lost 15 answers that came without it \(14 of them while its circuit was still open after the trouble\)/,
      /with 20 wasted calls, 400 without it \(95\.0 % saved\)/,
    ],
    hint: /open-for/,
  },
  {
    name: 'one product that fails is the cause, whatever came and went; the hint leaves it out',
    run: told(
      result(
        [
          arm(
            'none',
            { success: 480, failed: 120 },
            {
              byCode: [
                { code: 'bad', requests: 120, failed: 120 },
                { code: 'good', requests: 480, failed: 0 },
              ],
            },
          ),
          arm('breaker', { success: 200, failed: 50, shortCircuited: 350 }, { states }),
        ],
        {
          pairs: { a: 'none', b: 'breaker', both: 200, onlyA: 280, onlyB: 0, neither: 120 },
          request: { method: 'GET', path: '', codes: ['bad', 'good'], headers: {}, body: null, expectsJson: true },
          conditions: {},
        },
      ),
      { refused: { requests: 350, p50Ms: 0.2, firstP50Ms: 1 }, lost: { answers: 280, refused: 280, afterTrouble: 0 } },
    ),
    says: [/lost 280 answers that came without it \(only the product bad fails, and its circuit refuses all of them\)/],
    hint: /belongs around what fails together.*--codes good$/,
  },
  {
    name: 'a token bucket is the cause where the failures are 429',
    run: told(
      result(
        [
          arm('none', { success: 400, failed: 200 }, { statuses: { 200: 400, 429: 200 } }),
          arm('breaker', { success: 300, failed: 60, shortCircuited: 240 }, { states }),
        ],
        { pairs: { a: 'none', b: 'breaker', both: 280, onlyA: 120, onlyB: 20, neither: 180 } },
      ),
      { refused: { requests: 240, p50Ms: 0.2, firstP50Ms: 1 }, lost: { answers: 120, refused: 110, afterTrouble: 0 } },
    ),
    says: [
      /lost 120 answers that came without it \(the upstream turns away what is too much/,
      /, gained 20 that did not\.$/,
    ],
    hint: /lower --rate/,
  },
  {
    name: 'a circuit that opens again on failures that come one by one',
    run: told(
      {
        ...coinFlips,
        arms: coinFlips.arms.map(each => ({
          ...each,
          states: [...states, { atMs: 1_500, state: 'half-open' }, { atMs: 1_510, state: 'open' }],
        })),
      },
      {
        refused: { requests: 155, p50Ms: 0.2, firstP50Ms: 12 },
        lost: { answers: 107, refused: 107, afterTrouble: 0 },
      },
    ),
    says: [/its probes met failures too, so that it opened again once\)/],
    hint: /--outage/,
  },
  {
    name: 'a loss that may be small or not is neither harm nor a bargain',
    run: {
      ...toldOutage,
      ...fewer(toldOutage, -5.3, [-7.2, -3.4]),
    },
    says: [/^The breaker cost answers and saved work: .*\(5\.3 points fewer\), with 20 wasted calls/],
    hint: /shorter open time|--outage/,
  },
  {
    name: 'of what a cache answers it is said that it may be stale',
    run: result([
      arm('none', { success: 300, failed: 300 }),
      arm('breaker+cache', { success: 290, failed: 10, shortCircuited: 50, fromCache: 250 }, { states }),
    ]),
    says: [
      /^breaker\+cache helped: 90\.0 % .*\(40\.0 points more\), 41\.7 % from the cache and perhaps out of date, with 10/,
    ],
    hint: /sweep/,
  },
  {
    name: 'a hint keeps the conditions of the run, and does not propose what it does already',
    run: told(
      {
        ...outage,
        conditions: {
          outages: [{ failRate: 80, fromMs: 2_000, toMs: 6_000 }],
          circuit: { openForMs: 250, failurePercentage: 40 },
          circuits: [{ arm: 'breaker', engine: 'breaker', options: { openForMs: 250 } }],
        },
      },
      {},
    ),
    says: [/saved more than it cost/],
    hint: /^See how much the settings matter: .*open-for=250ms\.\.4s -n 800 --outage 80%@2s-6s --threshold 40$/,
  },
  {
    name: 'failures that came in spells are no reason to try a spell',
    run: result([
      arm('none', { success: 600, failed: 400 }, { sent: quarters([8, 25, 25], [4, 25, 0], [8, 25, 25]) }),
      arm('breaker', { success: 400, failed: 100, shortCircuited: 500 }, { states }),
    ]),
    says: [/^The breaker hurt/],
    hint: /^A shorter open time loses fewer answers/,
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
    run: told(
      result([
        arm('none', { success: 400, failed: 400 }),
        arm('breaker', { success: 398, failed: 20, shortCircuited: 382 }, { states }),
      ]),
      { refused: { requests: 382, p50Ms: 0.2, firstP50Ms: 2_000 } },
    ),
    says: [
      /^The breaker saved work, with no clear difference in answers: /,
      /with 20 wasted calls, 400 without it \(95\.0 % saved\)\./,
      /refused in 0\.20 ms what took 2\.00 s without it\.$/,
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
      /^retry\+breaker helped: 92\.0 % of the requests got a useful answer, 17\.0 % with retry \(75\.0 points more\), with 30 wasted calls, 3,230 with retry \(99\.1 % saved\)\./,
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
    name: 'one came back at once',
    run: result([
      arm('none', { success: 500, failed: 500 }, { recoveryMs: 0, recovered: true }),
      arm('breaker', { success: 420, failed: 100, shortCircuited: 480 }, { states, recoveryMs: 500, recovered: true }),
    ]),
    says: [/was back 500 ms after the trouble, at once without it/],
    hint: /--outage/,
  },
  {
    name: 'an outage that it hurt in names the open time, not the outage that was just run',
    run: {
      ...outage,
      arms: outage.arms.map(each => ({
        ...each,
        outcomes: { ...each.outcomes, ...(each.name === 'none' ? {} : { success: 300, shortCircuited: 480 }) },
      })),
      pairs: null,
    },
    says: [/^The breaker hurt: /],
    hint: /shorter open time.*sweep/,
  },
  {
    name: 'where calls fail on the whole, the outage to try begins and ends with a calm',
    run: { ...coinFlips, failRate: { atStart: 70, atEnd: 70 } },
    says: [/^The breaker hurt: /],
    hint: /--outage 1s-4s -n 1000 --open-for 250ms --fail-rate 0$/,
  },
  {
    name: 'all had left before it opened: no chance, and no outage',
    run: result(
      [
        arm('none', { success: 30, failed: 70 }),
        arm('breaker', { success: 30, failed: 70 }, { states: [...closed, { atMs: 313, state: 'open' }] }),
      ],
      {
        load: { ...coinFlips.load, requests: 100, concurrency: 100 },
        pairs: { a: 'none', b: 'breaker', both: 30, onlyA: 0, onlyB: 0, neither: 70 },
      },
    ),
    says: [
      /^The breaker changed nothing: 30\.0 % of the requests got a useful answer, 30\.0 % without it, with 70 wasted calls, as many without it\./,
      /All 100 calls had left before the circuit opened \(after 313 ms\), so it refused none\.$/,
    ],
    hint: /^A breaker helps the next call, so send them in batches: npx chaos compare$/,
  },
  {
    name: 'it was open between two batches only',
    run: result([
      arm('none', { success: 150, failed: 150 }),
      arm('breaker', { success: 150, failed: 150 }, { states }),
    ]),
    says: [/No call came while the circuit was open \(first after 500 ms\), so it refused none\.$/],
    hint: /-n 600/,
  },
  {
    name: 'no chance either where every request ended alike',
    run: result([arm('none', { success: 70, failed: 30 }), arm('retry', { success: 70, failed: 30 })], {
      pairs: { a: 'none', b: 'retry', both: 70, onlyA: 0, onlyB: 0, neither: 30 },
    }),
    says: [
      /^retry made no difference: 70\.0 % .* 70\.0 % without it, and it was the same requests, with 30 wasted calls, as many without it\./,
    ],
    hint: /retry,retry\+breaker$/,
  },
  {
    name: 'all were answered 404',
    run: result(
      ['none', 'breaker'].map(name =>
        arm(name, { success: 50 }, { statuses: { 404: 50 }, states: name === 'none' ? [] : closed }),
      ),
    ),
    says: [/^Nothing failed, and nothing was found: every answer was a 404\./],
    hint: /npx chaos compare$/,
  },
  {
    name: 'one request',
    run: result([arm('none', { success: 1 }), arm('breaker', { success: 1 }, { states: closed })]),
    says: [/In both arms the only request got a useful answer\./],
    hint: /--outage/,
  },
  {
    name: 'a bulkhead that refuses is no breaker that is open',
    run: result([arm('none', { success: 100 }), arm('bulkhead(3)', { success: 30, shortCircuited: 70 })]),
    says: [/^bulkhead\(3\) hurt: 30\.0 %/],
    hint: /--arms 'bulkhead\(3\),bulkhead\(3,queue=1000\)'$/,
  },
  {
    name: 'a timeout that is too short',
    run: result([
      arm('none', { success: 100 }),
      arm('none+timeout(5ms)', { success: 30, failed: 70 }, { failures: { timeout: 70 } }),
    ]),
    says: [/hurt/],
    hint: /more time/,
  },
  {
    name: 'retries that hurt',
    run: result([arm('none', { success: 100 }), arm('retry', { success: 30, failed: 70 })]),
    says: [/^retry hurt/],
    hint: /--arms retry,retry\+budget$/,
  },
  {
    name: 'what is no flaky catalog cannot be told to fail',
    run: result([arm('none', { success: 300 }), arm('breaker', { success: 300 }, { states: closed })], {
      request: { method: 'GET', path: '', codes: ['a'], headers: {}, body: null, expectsJson: false },
    }),
    says: [/^Nothing failed/],
    hint: /Nothing can be made to fail there/,
  },
  {
    name: 'retries help, and waste calls',
    run: result([
      arm('none', { success: 700, failed: 300 }),
      arm('retry', { success: 970, failed: 30 }, { upstream: { calls: 1_400, wasted: 430 } }),
    ]),
    says: [/^retry helped: /, /with 430 wasted calls, 300 without it \(130 more, 1\.40 calls a request\)\.$/],
    hint: /--scenario retry-storm$/,
  },
  {
    name: 'it never opened',
    run: result([
      arm('none', { success: 295, failed: 5 }),
      arm('breaker', { success: 294, failed: 6 }, { states: closed }),
    ]),
    says: [/^The breaker did nothing: it never opened\./, /which is no clear difference/],
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
    says: [/^retry made no clear difference: /],
    hint: /--arms retry,retry\+breaker$/,
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
      arm('none', { success: 7, failed: 6 }),
      arm('breaker', { success: 6, failed: 4, shortCircuited: 3 }, { states }),
    ]),
    says: [/^Days differ too much to tell: /, /anything from -\d+\.\d to \+\d+\.\d points/],
    hint: /-n [1-9]\d{2,3}\.$/,
  },
  {
    name: 'no difference in anything',
    run: result([
      arm('breaker', { success: 5_000, failed: 4_000, shortCircuited: 1_000 }, { states }),
      arm('opossum', { success: 5_010, failed: 3_990, shortCircuited: 1_000 }, { states }),
    ]),
    says: [/^opossum made no clear difference: 50\.1 % of the requests got a useful answer, 50\.0 % with breaker/],
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

describe('three arms or more', () => {
  const three = (...arms: readonly Unjudged['arms'][number][]) => judge(result(arms)).text
  const open = { states }

  it('say which two are compared and which is best', () => {
    const text = three(
      arm('none', { success: 500, failed: 500 }),
      arm('retry+breaker', { success: 920, failed: 40, shortCircuited: 40 }, open),
      arm('breaker', { success: 480, failed: 40, shortCircuited: 480 }, open),
    )
    assert.match(text, /That is breaker, the last arm, against none, the first\./)
    assert.match(
      text,
      /retry\+breaker between them: 92\.0 % useful \(42\.0 points more than none\), 40 wasted calls\. Best of the 3/,
    )
    assert.match(text, /Best of the 3: retry\+breaker \(92\.0 % useful, 40 wasted calls\)\.$/)
  })

  it('are told apart by wasted calls where the useful answers may be chance', () => {
    const text = three(
      arm('none', { success: 500, failed: 500 }),
      arm('breaker', { success: 495, failed: 40, shortCircuited: 465 }, open),
      arm('opossum', { success: 490, failed: 120, shortCircuited: 390 }, open),
    )
    assert.match(
      text,
      /Best of the 3: breaker: no other has clearly more useful answers, and it wasted least \(40 calls\)\.$/,
    )
  })

  it('are not ranked by chance', () => {
    const engines = ['breaker', 'opossum', 'cockatiel'].map((name, index) =>
      arm(name, { success: 500 + index, failed: 40 + index, shortCircuited: 460 - 2 * index }, open),
    )
    const { text, hint } = judge(result(engines))
    assert.match(text, /None of the 3 is clearly better than the others\.$/)
    assert.match(hint, /decide alike.*--arms breaker,opossum,cockatiel --outage/)
    const [first, ...others] = engines
    assert.ok(first)
    const poor = arm('none', { success: 300, failed: 700 })
    assert.match(three(first, ...others, poor), /Best of the 4, with no clear difference: .*breaker.* and /)
  })
})

test('the points are those of the last arm less the first, with their interval', () => {
  const { usefulPoints, ci95 } = judge(coinFlips)
  assert.equal(usefulPoints, -35.67)
  const { low = 0, high = 0 } = coinFlips.otherDays?.differences[0]?.usefulPoints ?? {}
  assert.ok(ci95 && Math.abs(ci95[0] - low) < 0.01 && Math.abs(ci95[1] - high) < 0.01 && high < 0)
  assert.equal(judge(result([arm('none', {}), arm('breaker', {})])).usefulPoints, null)
})

test('nothing is judged that other days might say otherwise, where nobody knows them', () => {
  const unknown = { ...toldCoinFlips, otherDays: undefined }
  const { code, text, ci95, usefulPoints } = judge(unknown)
  assert.deepEqual([code, ci95, usefulPoints], ['this-run', null, -35.67])
  assert.match(
    text,
    /^In this run 33\.3 % of the requests got a useful answer with breaker, 69\.0 % without it \(-35\.7 points\), with 45 wasted calls, 93 without it/,
  )
  assert.match(text, /Whether other days give the same is not known\.$/)
  const alike = result([arm('none', { success: 70, failed: 30 }), arm('retry', { success: 70, failed: 30 })], {
    pairs: { a: 'none', b: 'retry', both: 70, onlyA: 0, onlyB: 0, neither: 30 },
    otherDays: undefined,
  })
  assert.equal(judge(alike).code, 'same')
})

test('a run that goes against all other days shows nothing clear', () => {
  const against = { ...coinFlips, ...fewer(coinFlips, 2, [-9, -4]) }
  assert.ok(['same', 'saved'].includes(judge(against).code ?? ''), judge(against).code)
})

test('what to do about days that are not known depends on why', () => {
  const because = (word: string, load = {}) => {
    const otherDays = { ...daysAround([]), basis: 'none' as const, because: word }
    return judge({ ...toldCoinFlips, otherDays, load: { ...toldCoinFlips.load, ...load } }).hint
  }
  assert.match(because('too-slow'), /in peace: npx chaos simulate .*--days 199$/)
  assert.match(because('too-short'), /longer: the same line with -n 1200\.$/)
  assert.match(because('too-short', { requests: 300, concurrency: 300 }), /in batches: npx chaos compare/)
  assert.match(because('redis'), /--repeat 5\.$/)
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
    says: /^69\.0 % of 100 requests got a useful answer: 31 requests failed \(error status 30, no answer in time 1\)\./,
    hint: /chaos compare/,
  },
  {
    name: 'with a breaker',
    run: result([arm('breaker', { success: 60, failed: 10, shortCircuited: 30 }, { states })]),
    says: /10 requests failed \(error status\), 30 requests short-circuited by the breaker\./,
    hint: /without the breaker/,
  },
  {
    name: 'a breaker that opened when all had left',
    run: result([arm('breaker', { success: 30, failed: 70 }, { states })], {
      load: { ...coinFlips.load, requests: 100, concurrency: 100 },
    }),
    says: /All 100 calls had left before the circuit opened \(after 500 ms\), so it refused none\.$/,
    hint: /batches: npx chaos compare$/,
  },
  {
    name: 'a breaker that never opened',
    run: result([arm('breaker', { success: 95, failed: 5 }, { states: closed })]),
    says: /The circuit never opened\.$/,
    hint: /without the breaker: npx chaos compare$/,
  },
  {
    name: 'a bulkhead',
    run: result([arm('bulkhead(3)', { success: 30, shortCircuited: 70 })]),
    says: /70 requests short-circuited by the bulkhead\./,
    hint: /--arms 'bulkhead\(3\),bulkhead\(3\)\+breaker'$/,
  },
  {
    name: 'not found',
    run: result([arm('none', { success: 50 }, { statuses: { 404: 50 } })]),
    says: /^All 50 requests were answered 404: nothing was found\./,
    hint: /chaos burst$/,
  },
  {
    name: 'one request that went well',
    run: result([arm('none', { success: 1 })]),
    says: /^The only request got a useful answer\. The success came within 12 ms\.$/,
    hint: /rate 70/,
  },
  {
    name: 'one request that failed',
    run: result([arm('none', { failed: 1 }, { failures: { reset: 1 } })]),
    says: /^The only request failed \(connection broken\)\./,
    hint: /compare/,
  },
  {
    name: 'what is no flaky catalog',
    run: result([arm('none', { success: 9, failed: 1 })], {
      request: { method: 'GET', path: '', codes: ['a'], headers: {}, body: null, expectsJson: false },
    }),
    says: /^90\.0 % of 10 requests/,
    hint: /^See what a breaker makes of it: the same line with compare instead of burst\.$/,
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
