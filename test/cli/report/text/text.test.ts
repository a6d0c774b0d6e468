import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { formatMs, formatShare, formatSigned, plural } from '../../../../cli/report/format.ts'
import { type Look, plain } from '../../../../cli/report/look.ts'
import { type Result, resultSchema } from '../../../../cli/report/result.ts'
import { renderText } from '../../../../cli/report/text/text.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { english } from '../../../../cli/report/verdict/words.ts'
import { wrapText } from '../../../../cli/report/wrap.ts'
import { arm, coinFlips, outage, result, series } from '../sample-results.ts'

const look: Look = { width: 80, ascii: false, palette: plain, words: english }

function judged(run: Parameters<typeof judge>[0]): Result {
  return { ...run, verdict: judge(run) }
}

test('numbers with their units', () => {
  const cases = [
    [formatMs(0), '0.0 ms'],
    [formatMs(0.044), '0.04 ms'],
    [formatMs(0.996), '1.0 ms'],
    [formatMs(9.94), '9.9 ms'],
    [formatMs(9.96), '10 ms'],
    [formatMs(999.4), '999 ms'],
    [formatMs(999.6), '1.00 s'],
    [formatMs(9_996), '10.0 s'],
    [formatMs(100_000), '100 s'],
    [formatMs(null), '-'],
    [formatShare(0.9999), '99.9 %'],
    [formatShare(0.0001), '0.1 %'],
    [formatShare(1), '100.0 %'],
    [formatShare(0), '0.0 %'],
    [formatShare(null), '-'],
    [formatSigned(-0.04), '0.0'],
    [formatSigned(1_234, 0), '+1,234'],
    [plural(1, 'request'), '1 request'],
    [plural(1_000_000, 'request'), '1,000,000 requests'],
  ] as const
  for (const [actual, expected] of cases) assert.equal(actual, expected)
})

test('prose breaks between words, never between a number and its unit', () => {
  assert.deepEqual(wrapText('it took about 12 ms', 16), ['it took about', '12 ms'])
  assert.deepEqual(wrapText('half (95 %) of it', 9), ['half', '(95 %) of', 'it'])
})

test('the report says what was run, shows it, and ends with a command to copy', () => {
  const text = renderText(judged(outage), look)
  assert.match(
    text,
    /^ {2}none against breaker\n {2}800 requests an arm, 10 every 100 ms, timeout 2\.00 s, seed 42, at\n/,
  )
  assert.match(text, /\n {4}npx chaos sweep --vary open-for=250ms\.\.4s\n$/)
  assert.doesNotMatch(text, /~ means/)
})

test('what spoils a measurement is said', () => {
  const { load } = coinFlips
  const busy = { ...coinFlips, load: { ...load, late: 12, lagMs: { p99: 14, max: 40 } } }
  assert.match(renderText(judged(busy), look), /Note: 12 requests left more than 10 ms late \(worst 40 ms\)/)
  const closed = { ...coinFlips, load: { ...load, schedule: { kind: 'closed' as const } } }
  assert.match(renderText(judged(closed), look), /10 at a time \(closed loop\).*did not meet the same load/s)
})

test('every schedule has words', () => {
  const { load } = coinFlips
  const words = (part: Partial<typeof load>) =>
    renderText(judged({ ...coinFlips, load: { ...load, ...part } }), { ...look, width: 100 })
  assert.match(words({ concurrency: 300 }), /300 requests an arm, all at once,/)
  assert.match(words({ schedule: { kind: 'rate', perSecond: 200 } }), /an arm, 200\/s,/)
  assert.match(words({ schedule: { kind: 'poisson', perSecond: 50 } }), /50\/s at random \(Poisson\)/)
  const ramp = { kind: 'ramp' as const, fromPerSecond: 0, toPerSecond: 300, overMs: 30_000 }
  assert.match(words({ schedule: ramp }), /from 0\/s to 300\/s over 30\.0 s/)
})

test('repeated runs show their spread', () => {
  const run = (seed: string, useful: number, wasted: number) => ({
    seed,
    arms: [{ name: 'none', useful, calls: 300, wasted, p95Ms: 12, recoveryMs: null }],
  })
  const text = renderText(judged({ ...coinFlips, repeats: [run('1', 68.3, 95), run('2', 71, 87)] }), look)
  assert.match(text, /Over 2 runs, none: useful 68\.3 to 71\.0 %, wasted 87 to 95 calls\./)
})

const count = fc.integer({ min: 0, max: 100_000 })
const anyArm = fc
  .record({
    name: fc.constantFrom('none', 'breaker', 'retry', 'retry+breaker+cache'),
    counts: fc.record({ success: count, failed: count, shortCircuited: count, fromCache: count }),
    guarded: fc.boolean(),
    recovery: fc.option(fc.integer({ min: 0, max: 60_000 })),
    quarters: fc.integer({ min: 0, max: 50 }),
  })
  .map(({ name, counts, guarded, recovery, quarters }) =>
    arm(name, counts, {
      states: guarded ? [{ atMs: 0, state: 'closed' }] : [],
      recoveryMs: recovery,
      recovered: recovery === null ? null : true,
      series: series([quarters, { success: 3, failed: 1 }]),
    }),
  )

test('any result is rendered in its width, without a hole in the text', () => {
  fc.assert(
    fc.property(
      fc.array(anyArm, { minLength: 1, maxLength: 4 }),
      fc.boolean(),
      fc.boolean(),
      fc.constantFrom(60, 80, 120),
      (arms, interrupted, ascii, width) => {
        const run = judged(result(arms, { interrupted, trouble: [{ fromMs: 500, toMs: 2_000, what: 'outage' }] }))
        resultSchema.parse(run)
        const text = renderText(run, { ...look, width, ascii })
        assert.doesNotMatch(text, /NaN|undefined|null|Infinity|\[object/)
        if (ascii) assert.match(text, /^[\x20-\x7e\n]*$/)
        for (const line of text.split('\n')) {
          assert.ok(line.length <= width || line.includes('npx chaos'), line)
          assert.equal(line, line.trimEnd())
        }
      },
    ),
  )
})
