/** Recovery by the moment of sending, against the level before the trouble; and when a circuit first opened. */

import assert from 'node:assert/strict'
import { describe, test } from 'node:test'
import type { Sent, Trouble } from '../../../../cli/report/result.ts'
import {
  afterTrouble,
  recoveries,
  recovery,
  type Surroundings,
  spellsOf,
  timeToOpen,
} from '../../../../cli/report/stats/recovery.ts'
import { sent } from '../sample-results.ts'

const trouble = [{ fromMs: 1_000, toMs: 3_000, what: 'outage' }]
/** Quarter seconds of five steps with four requests each. */
const good = (quarters: number) => [quarters, 4, 4] as const
const bad = (quarters: number) => [quarters, 4, 0] as const
const part = (quarters: number, useful: number) => [quarters, 20, useful] as const
const silent = (quarters: number) => [quarters, 0, 0] as const

interface Case {
  readonly name: string
  readonly run: Sent
  readonly trouble?: Trouble
  readonly rest?: Partial<Surroundings>
  readonly expected: { readonly recoveryMs: number | null; readonly recovered: boolean | null }
}

const cases: readonly Case[] = [
  { name: 'no trouble', run: sent(good(20)), trouble: [], expected: { recoveryMs: null, recovered: null } },
  { name: 'an empty run', run: [], expected: { recoveryMs: null, recovered: null } },
  { name: 'back at once', run: sent(good(4), bad(8), good(8)), expected: { recoveryMs: 0, recovered: true } },
  {
    name: 'back after a second and a half',
    run: sent(good(4), bad(14), good(8)),
    expected: { recoveryMs: 1_500, recovered: true },
  },
  { name: 'never in this run', run: sent(good(4), bad(30)), expected: { recoveryMs: null, recovered: false } },
  {
    name: 'a relapse within the second does not count',
    run: sent(good(4), bad(8), good(3), bad(1), good(8)),
    expected: { recoveryMs: 1_000, recovered: true },
  },
  {
    name: 'nor does a second that goes well by chance before all is bad again',
    run: sent(good(4), bad(8), good(4), bad(8), good(8)),
    expected: { recoveryMs: 3_000, recovered: true },
  },
  {
    name: 'five per cent less than before is as well, more is not',
    run: sent([4, 20, 20], [8, 20, 0], part(4, 18), part(8, 19)),
    expected: { recoveryMs: 1_000, recovered: true },
  },
  {
    name: 'as well as before is enough where before was not well',
    run: sent(part(4, 14), part(8, 0), part(8, 14)),
    expected: { recoveryMs: 0, recovered: true },
  },
  {
    name: 'what was better before is not back at 80 per cent',
    run: sent(part(4, 20), part(8, 0), part(8, 16)),
    expected: { recoveryMs: null, recovered: false },
  },
  {
    name: 'without a before, the settings say what is usual',
    run: sent(part(4, 0), part(8, 14)),
    trouble: [{ fromMs: 0, toMs: 1_000, what: 'outage' }],
    rest: { promised: 0.7 },
    expected: { recoveryMs: 0, recovered: true },
  },
  {
    name: 'without a before, the promise of the settings may not be kept',
    run: sent(part(4, 0), part(8, 14)),
    trouble: [{ fromMs: 0, toMs: 1_000, what: 'outage' }],
    rest: { promised: 1 },
    expected: { recoveryMs: null, recovered: false },
  },
  {
    name: 'without a before and without settings nobody knows',
    run: sent(bad(4), good(8)),
    trouble: [{ fromMs: 0, toMs: 1_000, what: 'outage' }],
    rest: { promised: null },
    expected: { recoveryMs: null, recovered: null },
  },
  {
    name: 'where a ramp stays where it led nobody can tell',
    run: sent(good(4), bad(8), bad(20)),
    rest: { stays: () => true },
    expected: { recoveryMs: null, recovered: null },
  },
  {
    name: 'silence is no recovery, and no failure of one',
    run: sent(good(4), bad(8), silent(8)),
    expected: { recoveryMs: null, recovered: null },
  },
  {
    name: 'too little of the run is left to say',
    run: sent(good(4), bad(8), good(3)),
    expected: { recoveryMs: null, recovered: null },
  },
  {
    name: 'the last full second of the run counts',
    run: sent(good(4), bad(8), good(4)),
    expected: { recoveryMs: 0, recovered: true },
  },
  {
    name: 'spells that touch or overlap are one',
    run: sent(good(4), bad(12), good(8)),
    trouble: [
      { fromMs: 3_000, toMs: 4_000, what: 'worse' },
      { fromMs: 1_000, toMs: 3_000, what: 'bad' },
    ],
    expected: { recoveryMs: 0, recovered: true },
  },
  {
    name: 'of several spells it is the longest recovery',
    run: sent(good(4), bad(8), good(4), bad(6), good(8)),
    trouble: [
      { fromMs: 4_000, toMs: 5_000, what: 'second' },
      { fromMs: 1_000, toMs: 3_000, what: 'first' },
    ],
    expected: { recoveryMs: 500, recovered: true },
  },
  {
    name: 'not to be back before the next spell is not to be back',
    run: sent(good(4), bad(12), good(8), bad(4), good(8)),
    trouble: [
      { fromMs: 1_000, toMs: 2_000, what: 'first' },
      { fromMs: 4_000, toMs: 4_500, what: 'second' },
    ],
    expected: { recoveryMs: null, recovered: false },
  },
  {
    name: 'trouble that ends between two steps leaves the first whole one',
    run: sent(good(4), bad(8), good(8)),
    trouble: [{ fromMs: 1_000, toMs: 2_980, what: 'outage' }],
    expected: { recoveryMs: 0, recovered: true },
  },
]

for (const { name, run, rest, expected, ...more } of cases) {
  test(`recovery: ${name}`, () => {
    const all = recoveries(run, { trouble: more.trouble ?? trouble, promised: null, ...rest })
    assert.deepEqual(recovery(all), expected)
  })
}

test('each spell has a recovery of its own, and the level that it was measured by', () => {
  const run = sent(good(4), bad(8), good(4), bad(6), good(8))
  const spells = [
    { fromMs: 1_000, toMs: 3_000, what: 'first' },
    { fromMs: 4_000, toMs: 5_000, what: 'second' },
  ]
  assert.deepEqual(recoveries(run, { trouble: spells, promised: null }), [
    { fromMs: 1_000, toMs: 3_000, recovered: true, ms: 0, level: 1 },
    { fromMs: 4_000, toMs: 5_000, recovered: true, ms: 500, level: 1 },
  ])
})

test('a request that was sent well and answered late counts where it was sent', () => {
  // By their end the answers to these would come three seconds after the trouble.
  const all = recoveries(sent(good(4), bad(8), good(8)), { trouble, promised: null })
  assert.equal(recovery(all).recoveryMs, 0)
})

test('a moment after trouble lies in no spell', () => {
  const spells = [...trouble, { fromMs: 5_000, toMs: 6_000, what: 'again' }]
  const isAfter = afterTrouble(spells)
  assert.deepEqual([500, 2_000, 3_000, 5_500, 6_500].map(isAfter), [false, false, true, false, true])
  assert.deepEqual(spellsOf(spells).length, 2)
})

describe('the time to open', () => {
  const states = [
    { atMs: 0, state: 'closed' as const },
    { atMs: 400, state: 'open' as const },
    { atMs: 900, state: 'closed' as const },
    { atMs: 1_250, state: 'open' as const },
  ]

  test('the time to open counts from the start of the trouble', () => {
    assert.equal(timeToOpen(states, trouble), 250)
    assert.equal(timeToOpen(states, []), 400)
    assert.equal(timeToOpen(states.slice(0, 3), trouble), null)
    assert.equal(timeToOpen([{ atMs: 1_000, state: 'open' }], trouble), 0)
  })

  test('is the first opening, not that after a probe', () => {
    const again = [
      { atMs: 0, state: 'closed' as const },
      { atMs: 950, state: 'open' as const },
      { atMs: 1_950, state: 'half-open' as const },
      { atMs: 1_960, state: 'open' as const },
    ]
    assert.equal(timeToOpen(again, trouble), 0)
    assert.equal(timeToOpen(again, []), 950)
    const probed = [{ atMs: 0, state: 'half-open' as const }, ...again.slice(3)]
    assert.equal(timeToOpen(probed, [{ fromMs: 1_955, toMs: 3_000, what: 'x' }]), 0)
  })

  test('of several spells counts from that in which it opened', () => {
    const late = [{ atMs: 5_200, state: 'open' as const }]
    assert.equal(timeToOpen(late, [...trouble, { fromMs: 5_000, toMs: 6_000, what: 'again' }]), 200)
  })
})
