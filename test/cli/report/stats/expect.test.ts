import assert from 'node:assert/strict'
import { test } from 'node:test'
import { plain } from '../../../../cli/report/look.ts'
import { checkExpectations, ExpectationError, parseExpectation } from '../../../../cli/report/stats/expect.ts'
import { renderExpectations } from '../../../../cli/report/text/text.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { arm, coinFlips, outage, result } from '../sample-results.ts'

function check(text: string, run = outage) {
  const rule = parseExpectation(
    text,
    run.arms.map(({ name }) => name),
  )
  return checkExpectations([rule], run)[0]
}

const one = result([arm('none', { success: 207, failed: 93 })])

/** Whatever was answered was a 404. */
const missed = result([arm('none', { success: 7, failed: 3 }, { statuses: { 404: 7, 500: 3 } })])
/** One product of two is not there. */
const found = result([arm('none', { success: 10 }, { statuses: { 200: 5, 404: 5 } })])

const cases = [
  { text: 'useful>=69%', run: one, passed: true, measured: '69.0 %' },
  { text: 'useful > 69 %', run: one, passed: false, measured: '69.0 %' },
  { text: 'useful>=207', run: one, passed: true, measured: '207 requests' },
  { text: 'useful>80', run: one, passed: true, measured: '207 requests (for a share write 80%)' },
  { text: 'wasted<100', run: one, passed: true, measured: '93 calls' },
  { text: 'wasted<=30%', run: one, passed: false, measured: '31.0 %' },
  { text: 'requests=300', run: one, passed: true, measured: '300 requests' },
  { text: 'amplification<=1.0x', run: one, passed: true, measured: '1.00' },
  { text: 'p95<100ms', run: one, passed: true, measured: '24 ms' },
  { text: 'p99.failed<40ms', run: one, passed: false, measured: '42 ms' },
  { text: 'useful>=90%', run: missed, passed: false, measured: 'nothing was found' },
  { text: 'success>=1', run: missed, passed: false, measured: 'nothing was found' },
  { text: 'useful<=5%', run: missed, passed: false, measured: 'nothing was found' },
  { text: 'failed<=30%', run: missed, passed: true, measured: '30.0 %' },
  { text: 'useful>=90%', run: found, passed: true, measured: '100.0 %' },
  { text: 'recovery<3s', run: one, passed: false, measured: 'no trouble' },
  { text: 'time-to-open<1s', run: one, passed: false, measured: 'never opened' },
  { text: 'p95.from-cache<1s', run: one, passed: false, measured: 'none counted' },
  { text: 'breaker.recovery<3s', run: outage, passed: true, measured: '250 ms' },
  { text: 'breaker.time-to-open<=105ms', run: outage, passed: true, measured: '105 ms' },
  { text: 'breaker.useful>=none.useful', run: outage, passed: false, measured: '48.1 % against 50.0 %' },
  { text: 'breaker.wasted<none.wasted', run: outage, passed: true, measured: '20 calls against 400' },
  { text: 'breaker.p95.success<=none.p95.success', run: outage, passed: true, measured: '24 ms against 24 ms' },
  { text: 'breaker.p95.short-circuited<1ms', run: outage, passed: true, measured: '0.40 ms' },
  { text: 'useful>=49%', run: outage, passed: false, measured: 'none 50.0 %, breaker 48.1 %' },
  { text: 'useful>=48%', run: outage, passed: true, measured: 'none 50.0 %, breaker 48.1 %' },
  {
    text: 'failed<success',
    run: coinFlips,
    passed: true,
    measured: 'none 31.0 % against 69.0 %, breaker 15.0 % against 33.3 %',
  },
]

for (const { text, run, passed, measured } of cases) {
  test(`expectation ${text}: ${passed ? 'met' : 'failed'}, ${measured}`, () => {
    const { otherDays, ...checked } = check(text, run) ?? assert.fail()
    assert.deepEqual(checked, { text, passed, measured })
  })
}

test('never coming back fails, whatever the limit', () => {
  const run = result([arm('none', { failed: 10 }, { recovered: false })], {
    trouble: [{ fromMs: 0, toMs: 1, what: 'x' }],
  })
  const otherDays = { held: 0, of: 199 }
  assert.deepEqual(check('recovery<1h', run), { text: 'recovery<1h', passed: false, measured: 'never', otherDays })
})

test('says on how many of the other days it held, for what is known of them', () => {
  const { otherDays } = check('breaker.wasted<none.wasted', outage) ?? assert.fail()
  assert.deepEqual(otherDays, { held: 199, of: 199 })
  const half = check('none.useful>=207', coinFlips)?.otherDays ?? assert.fail()
  assert.ok(half.held > 60 && half.held < 140, `${half.held}`)
  for (const text of ['p95<1s', 'failed<1000', 'wasted<90%'])
    assert.equal(check(text, outage)?.otherDays, undefined, text)
  assert.equal(check('none.useful>=207', { ...coinFlips, otherDays: undefined })?.otherDays, undefined)
})

test('arms whose names hold dots and brackets are found, the longest first', () => {
  const run = result([arm('breaker', { success: 1, failed: 1 }), arm('breaker(open-for=1.5s)', { success: 2 })])
  assert.equal(check('breaker(open-for=1.5s).useful>breaker.useful', run)?.passed, true)
})

const wrong = [
  ['useful', /not an expectation: write one like useful>=80%/],
  ['>=80%', /not an expectation/],
  ['speed>3', /speed is nothing that is measured; write useful, /],
  ['braker.useful>3%', /there is no arm braker; the arms are none, breaker/],
  ['breaker.speed>3', /speed is nothing that is measured of breaker/],
  ['p95<100', /100" has no unit: write 100ms or 100s/],
  ['useful>=180%', /not a rate/],
  ['useful>=many', /many is nothing that is measured/],
  ['wasted<1s', /1s is not a number or a percentage/],
  ['calls<20%', /20% is not a number/],
  ['useful>=0.8', /0\.8 is no number of requests: for a share write 80%/],
  ['wasted<=.5', /\.5 is not a number|for a share write 50%/],
  ['wasted<0.125', /0\.125 is no number of calls: for a share write 12\.5%/],
  ['useful>=99.5', /for a share write 99\.5%/],
  ['calls<=1.5', /1\.5 is no number of calls$/],
  ['useful>100%', /can never hold/],
  ['failed<0', /can never hold/],
  ['p95<0ms', /can never hold/],
  ['breaker.useful>none.p95', /no unit in common/],
] as const

for (const [text, pattern] of wrong) {
  test(`expectation ${text} is refused with a reason`, () => {
    assert.throws(
      () => check(text),
      error =>
        error instanceof ExpectationError && pattern.test(error.message) && error.message.startsWith(`"${text}"`),
    )
  })
}

test('what was expected and what was measured stand side by side', () => {
  const list = [
    { text: 'useful>=80%', passed: true, measured: '92.0 %' },
    { text: 'wasted<100', passed: false, measured: '145' },
  ]
  assert.equal(
    renderExpectations(list, { width: 80, ascii: true, palette: plain, words: english }),
    '  met     useful>=80%  measured 92.0 %\n  failed  wasted<100   measured 145',
  )
  assert.match(
    renderExpectations(list, { width: 80, ascii: false, palette: plain, words: english }),
    /✓ met .*\n {2}✗ failed/,
  )
})
