import assert from 'node:assert/strict'
import { test } from 'node:test'
import { recovery, timeToOpen } from '../../../../cli/report/stats/recovery.ts'
import { series } from '../sample-results.ts'

const good = { success: 20 }
const bad = { failed: 20 }
const trouble = [{ fromMs: 1_000, toMs: 3_000, what: 'outage' }]

const cases = [
  { name: 'no trouble', run: series([20, good]), trouble: [], expected: { recoveryMs: null, recovered: null } },
  { name: 'an empty run', run: [], trouble, expected: { recoveryMs: null, recovered: null } },
  {
    name: 'back at once',
    run: series([4, good], [8, bad], [8, good]),
    trouble,
    expected: { recoveryMs: 0, recovered: true },
  },
  {
    name: 'back after a second and a half',
    run: series([4, good], [14, bad], [8, good]),
    trouble,
    expected: { recoveryMs: 1_500, recovered: true },
  },
  {
    name: 'never in this run',
    run: series([4, good], [30, bad]),
    trouble,
    expected: { recoveryMs: null, recovered: false },
  },
  {
    name: 'a relapse within the second does not count',
    run: series([12, bad], [3, good], [1, bad], [8, good]),
    trouble,
    expected: { recoveryMs: 1_000, recovered: true },
  },
  {
    name: 'exactly 95 % is back, less is not',
    run: series([12, bad], [4, { success: 18, failed: 2 }], [8, { success: 19, failed: 1 }]),
    trouble,
    expected: { recoveryMs: 1_000, recovered: true },
  },
  {
    name: 'answers from the cache are useful, refusals are not',
    run: series([12, bad], [4, { shortCircuited: 20 }], [4, { fromCache: 20 }]),
    trouble,
    expected: { recoveryMs: 1_000, recovered: true },
  },
  {
    name: 'silence is no recovery',
    run: series([12, bad], [8, {}]),
    trouble,
    expected: { recoveryMs: null, recovered: false },
  },
  {
    name: 'too little of the run is left to say',
    run: series([12, bad], [3, good]),
    trouble,
    expected: { recoveryMs: null, recovered: null },
  },
  {
    name: 'it is the end of the last trouble that counts',
    run: series([4, bad], [4, good], [8, bad], [8, good]),
    trouble: [
      { fromMs: 2_000, toMs: 3_000, what: 'second' },
      { fromMs: 0, toMs: 1_000, what: 'first' },
    ],
    expected: { recoveryMs: 1_000, recovered: true },
  },
  {
    name: 'a quarter second that the trouble reached into does not count',
    run: series([11, bad], [9, good]),
    trouble: [{ fromMs: 1_000, toMs: 2_900, what: 'outage' }],
    expected: { recoveryMs: 100, recovered: true },
  },
  {
    name: 'one full second is enough, whatever follows it',
    run: series([12, bad], [4, good], [4, bad]),
    trouble,
    expected: { recoveryMs: 0, recovered: true },
  },
  {
    name: 'the last full second of the run counts',
    run: series([12, bad], [4, good]),
    trouble,
    expected: { recoveryMs: 0, recovered: true },
  },
  {
    name: 'less than a full second at the end does not',
    run: series([16, bad], [3, good]),
    trouble,
    expected: { recoveryMs: null, recovered: false },
  },
  {
    name: 'a trouble that ends within a quarter second waits for the next one',
    run: series([12, bad], [8, good]),
    trouble: [{ fromMs: 1_000, toMs: 2_900, what: 'outage' }],
    expected: { recoveryMs: 100, recovered: true },
  },
]

for (const { name, run, trouble: spells, expected } of cases) {
  test(`recovery: ${name}`, () => assert.deepEqual(recovery(run, spells), expected))
}

test('a series with holes counts them as silence', () => {
  const run = series([12, bad], [8, good]).filter((_, index) => index % 2 === 0)
  assert.deepEqual(recovery(run, trouble), { recoveryMs: 0, recovered: true })
})

test('the time to open counts from the start of the trouble', () => {
  const states = [
    { atMs: 0, state: 'closed' as const },
    { atMs: 400, state: 'open' as const },
    { atMs: 900, state: 'closed' as const },
    { atMs: 1_250, state: 'open' as const },
  ]
  assert.equal(timeToOpen(states, trouble), 250)
  assert.equal(timeToOpen(states, []), 400)
  assert.equal(timeToOpen(states.slice(0, 3), trouble), null)
  assert.equal(timeToOpen([{ atMs: 1_000, state: 'open' }], trouble), 0)
})
