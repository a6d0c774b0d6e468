/** Options: defaults, what follows from what, and every bad value named with its range. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import {
  type CircuitOptions,
  CircuitOptionsError,
  circuitSettings,
  OPTION_RULES,
  rangeOf,
} from '../../../cli/breaker/options.ts'

const DEFAULTS = {
  failurePercentage: 50,
  minimumCalls: 10,
  maxFailures: null,
  consecutiveFailures: null,
  slowCallPercentage: null,
  slowCallMs: 1_000,
  windowCalls: 20,
  windowMs: 0,
  windowBuckets: 10,
  openForMs: 1_000,
  openFactor: 1,
  openMaxMs: 30_000,
  jitter: 0,
  stableForMs: 10_000,
  retryAfterMaxMs: 3_600_000,
  probes: 3,
  probeLeaseMs: 10_000,
}

test('nothing given: half of at least 10 among the last 20 calls, open for a second, 3 probes', () => {
  assert.deepEqual(circuitSettings(), DEFAULTS)
  assert.deepEqual(circuitSettings({ failurePercentage: undefined, windowMs: undefined }), DEFAULTS)
})

const follows: readonly [given: CircuitOptions, then: Partial<typeof DEFAULTS | Record<string, number | null>>][] = [
  [{ maxFailures: 5 }, { maxFailures: 5, failurePercentage: null }],
  [{ consecutiveFailures: 5 }, { consecutiveFailures: 5, failurePercentage: null }],
  [{ slowCallPercentage: 5 }, { slowCallPercentage: 5, failurePercentage: null }],
  [
    { consecutiveFailures: 5, failurePercentage: 60 },
    { consecutiveFailures: 5, failurePercentage: 60 },
  ],
  [
    { consecutiveFailures: 5, failurePercentage: null },
    { consecutiveFailures: 5, failurePercentage: null },
  ],
  [{ maxFailures: null, consecutiveFailures: null }, { failurePercentage: 50 }],
  [{ windowCalls: 5 }, { windowCalls: 5, minimumCalls: 5 }],
  [{ windowCalls: 50 }, { windowCalls: 50, minimumCalls: 10 }],
  [{ windowMs: 5_000 }, { windowMs: 5_000, windowCalls: 0, minimumCalls: 10 }],
  [
    { windowMs: 5_000, minimumCalls: 1_000, maxFailures: 999 },
    { windowCalls: 0, failurePercentage: null },
  ],
  [{ openForMs: 60_000 }, { openForMs: 60_000, openMaxMs: 60_000, stableForMs: 600_000 }],
  [
    { openForMs: 10, stableForMs: 7 },
    { stableForMs: 7, openMaxMs: 30_000 },
  ],
]

for (const [given, then] of follows) {
  test(`from ${JSON.stringify(given)} follows ${JSON.stringify(then)}`, () => {
    assert.deepEqual(circuitSettings(given), { ...DEFAULTS, ...given, ...then })
  })
}

for (const name of Object.keys(OPTION_RULES) as (keyof CircuitOptions)[]) {
  const rule = OPTION_RULES[name]
  const below = rule.above ? rule.min : rule.min - 1
  const bad: unknown[] = [
    below,
    rule.max * 1.01 + 1,
    Number.NaN,
    Infinity,
    '5',
    true,
    {},
    ...(rule.integer ? [1.5] : []),
  ]
  for (const value of bad) {
    test(`${name}: ${typeof value === 'string' ? `"${value}"` : value} is refused by name and range`, () => {
      assert.throws(
        () => circuitSettings({ [name]: value }),
        (error: unknown) => {
          assert.ok(error instanceof CircuitOptionsError)
          const shown = typeof value === 'string' ? `"${value}"` : String(value)
          assert.deepEqual(error.problems, [`${name} is ${shown}: it must be ${rangeOf(name)}`])
          assert.equal(error.message, error.problems[0])
          assert.equal(error.name, 'CircuitOptionsError')
          return true
        },
      )
    })
  }

  test(`${name}: the ends of its range are in it`, () => {
    const others: CircuitOptions = name === 'openMaxMs' ? { openForMs: 0.1 } : {}
    const room: CircuitOptions = ['windowCalls', 'windowMs'].includes(name) ? {} : { windowMs: 1_000 }
    const low = rule.above ? rule.min + 0.1 : rule.min
    for (const value of [low, rule.max]) circuitSettings({ ...others, ...room, [name]: value })
  })
}

const ranges: readonly [keyof CircuitOptions, string][] = [
  ['failurePercentage', 'a number above 0 and at most 100 (%), or null for off'],
  ['minimumCalls', 'a whole number from 1 to 1000000 (calls)'],
  ['openForMs', 'a number above 0 and at most 86400000 (ms)'],
  ['jitter', 'a number from 0 to 1 (share)'],
]

for (const [name, range] of ranges) test(`the range of ${name} in words`, () => assert.equal(rangeOf(name), range))

test('only rules may be null', () => {
  assert.throws(() => circuitSettings({ probes: null } as never), /probes is null: it must be a whole number/)
})

const conflicts: readonly [CircuitOptions, RegExp][] = [
  [
    { failurePercentage: null },
    /^every rule is off: set one of failurePercentage, maxFailures, consecutiveFailures, slow/,
  ],
  [{ windowCalls: 20, windowMs: 1_000 }, /^windowCalls and windowMs are both set: .* leave one out$/],
  [{ minimumCalls: 21 }, /^minimumCalls is 21, and a window of 20 calls never holds that many: set windowCalls higher/],
  [{ maxFailures: 21 }, /^maxFailures is 21, and a window of 20 calls never holds that many/],
  [{ openForMs: 500, openMaxMs: 499 }, /^openMaxMs is 499: it must be at least openForMs \(500\)$/],
]

for (const [options, message] of conflicts) {
  test(`${JSON.stringify(options)} cannot be`, () => {
    assert.throws(() => circuitSettings(options), { name: 'CircuitOptionsError', message })
  })
}

test('at the edge of a conflict there is none', () => {
  circuitSettings({ minimumCalls: 20, maxFailures: 20 })
  circuitSettings({ openForMs: 500, openMaxMs: 500 })
})

test('every problem is named at once, unknown names among them', () => {
  assert.throws(
    () => circuitSettings({ failurePercentage: 150, probes: 0, openFor: 5 } as never),
    (error: unknown) => {
      assert.ok(error instanceof CircuitOptionsError)
      assert.equal(error.problems.length, 3)
      assert.match(error.message, /^3 bad options: failurePercentage is 150: .*; probes is 0: .*; openFor is no option/)
      assert.match(error.problems[2] ?? '', /there are failurePercentage, minimumCalls, .*, probeLeaseMs$/)
      return true
    },
  )
})

test('the defaults told to people are the defaults', () => {
  const settings = circuitSettings()
  for (const name of Object.keys(OPTION_RULES) as (keyof CircuitOptions)[]) {
    const told = OPTION_RULES[name].standard
    const value = settings[name]
    assert.ok(told.startsWith(value === null || (name === 'windowMs' && value === 0) ? 'off' : ''), told)
    if (/^[\d.]+/.test(told)) assert.equal(Number.parseFloat(told), name === 'stableForMs' ? 10 : value)
  }
})
