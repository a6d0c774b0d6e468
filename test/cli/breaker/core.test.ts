/** The circuit by examples: each rule at its edge, the way through the states, growth, leases, hands and odd clocks. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { CircuitEvent, Permit, Verdict } from '../../../cli/breaker/circuit.ts'
import { CircuitCore } from '../../../cli/breaker/core.ts'
import { systemRandom } from '../../../cli/breaker/open-time.ts'
import { type CircuitOptions, circuitSettings } from '../../../cli/breaker/options.ts'

/** A core with a clock to turn by hand and a shorthand for calls that end at once. */
class Bench {
  now = 0
  readonly events: CircuitEvent[] = []
  readonly core: CircuitCore

  constructor(options: CircuitOptions = {}, random = () => 0.5) {
    this.core = new CircuitCore(circuitSettings(options), this.now, random)
    this.core.tell = event => this.events.push(event)
  }

  permit(): Permit {
    const asked = this.core.acquire(this.now)
    assert.ok(asked.admitted, `refused while ${this.core.state}`)
    return asked
  }

  /** Calls that end at once: `f` fails, `s` succeeds, `i` is ignored, `l` succeeds slowly. */
  calls(letters: string): this {
    for (const letter of letters) {
      const verdict: Verdict = letter === 'f' ? 'fail' : letter === 'i' ? 'ignore' : 'ok'
      this.core.settle(this.permit(), verdict, this.now, { durationMs: letter === 'l' ? 1_000 : 0 })
    }
    return this
  }

  wait(ms: number): this {
    this.now += ms
    return this
  }

  retryAfterMs(): number {
    const asked = this.core.acquire(this.now)
    assert.ok(!asked.admitted, `admitted while ${this.core.state}`)
    return asked.retryAfterMs
  }
}

const rules: readonly [name: string, options: CircuitOptions, closed: string, opens: string, why: string][] = [
  ['half of ten by default', {}, 'sssssffff', 'f', '5 of 10 calls failed'],
  ['no percentage below the minimum', { minimumCalls: 4 }, 'fff', 'f', '4 of 4 calls failed'],
  ['exactly the percentage is enough', { failurePercentage: 40, minimumCalls: 5 }, 'sssf', 'f', '2 of 5 calls failed'],
  [
    'a fractional percentage',
    { failurePercentage: 33.4, minimumCalls: 3 },
    'ssff'.slice(0, 3),
    'f',
    '2 of 4 calls failed',
  ],
  ['all of them', { failurePercentage: 100, windowCalls: 3, minimumCalls: 3 }, 'sff', 'f', '3 of 3 calls failed'],
  [
    'the window forgets successes',
    { windowCalls: 4, minimumCalls: 4, failurePercentage: 75 },
    'ssssff',
    'f',
    '3 of 4 calls failed',
  ],
  ['a maximum of failures, however many calls', { maxFailures: 3 }, 'fsssfss', 'f', '3 failures in the window'],
  ['a row of failures', { consecutiveFailures: 3 }, 'ffsff', 'f', '3 failures in a row'],
  ['ignored calls do not break a row', { consecutiveFailures: 3 }, 'fifi', 'f', '3 failures in a row'],
  ['slow calls', { slowCallPercentage: 50, minimumCalls: 4 }, 'ssl', 'l', '2 of 4 calls were slow'],
  [
    'slow failures are slow as well',
    { slowCallPercentage: 50, failurePercentage: 100, minimumCalls: 2 },
    'f',
    'f',
    '2 of 2 calls failed',
  ],
  [
    'whichever rule speaks first',
    { failurePercentage: 50, consecutiveFailures: 2 },
    'sssf',
    'f',
    '2 failures in a row',
  ],
  ['a rule alone leaves percentages off', { consecutiveFailures: 11 }, 'ffffffffff', 'f', '11 failures in a row'],
]

for (const [name, options, closed, opens, why] of rules) {
  test(`opens: ${name}`, () => {
    const bench = new Bench(options).calls(closed)
    assert.equal(bench.core.state, 'closed')
    bench.calls(opens)
    assert.deepEqual(bench.events, [{ type: 'state', atMs: 0, from: 'closed', to: 'open', generation: 2, why }])
  })
}

test('a success opens nothing, even where the window is bad enough', () => {
  const bench = new Bench({ minimumCalls: 4 }).calls('fffs')
  assert.equal(bench.core.state, 'closed')
  bench.calls('f')
  assert.equal(bench.core.state, 'open')
})

const verdicts: readonly [
  name: string,
  options: CircuitOptions,
  undecided: string,
  last: string,
  state: string,
  why: string,
][] = [
  ['closes once the share must stay below', {}, 's', 's', 'closed', '0 of 2 probes failed'],
  ['closes with one failure among three', {}, 'fs', 's', 'closed', '1 of 3 probes failed'],
  ['reopens once the share cannot stay below', {}, 'sf', 'f', 'open', '2 of 3 probes failed'],
  ['one probe decides alone, well', { probes: 1 }, '', 's', 'closed', '0 of 1 probes failed'],
  ['one probe decides alone, badly', { probes: 1 }, '', 'f', 'open', '1 of 1 probes failed'],
  ['at 100 % one success is enough', { failurePercentage: 100 }, 'ff', 's', 'closed', '2 of 3 probes failed'],
  ['at 1 % one failure is enough', { failurePercentage: 1 }, 'ss', 'f', 'open', '1 of 3 probes failed'],
  [
    'a row takes one failed probe as proof',
    { consecutiveFailures: 1, failurePercentage: 100 },
    'ss',
    'f',
    'open',
    '1 of 3 probes failed',
  ],
  [
    'a maximum takes one failed probe as proof',
    { maxFailures: 1, failurePercentage: 100 },
    's',
    'f',
    'open',
    '1 of 3 probes failed',
  ],
  ['a row wants every probe back', { consecutiveFailures: 1 }, 'ss', 's', 'closed', '0 of 3 probes failed'],
  [
    'slow probes reopen',
    { slowCallPercentage: 50, failurePercentage: 100 },
    'sl',
    'l',
    'open',
    '2 of 3 probes were slow',
  ],
  ['ignored probes decide nothing', {}, 'iiiis', 's', 'closed', '0 of 2 probes failed'],
]

for (const [name, options, undecided, last, state, why] of verdicts) {
  test(`half-open: ${name}`, () => {
    const bench = new Bench({ minimumCalls: 1, ...options })
    bench.calls('f')
    if (bench.core.state === 'closed') bench.calls('lll')
    assert.equal(bench.core.state, 'open')
    bench.wait(1_000).calls(undecided)
    if (undecided !== '') assert.equal(bench.core.state, 'half-open')
    bench.calls(last)
    assert.equal(bench.core.state, state)
    const edge = bench.events.at(-1)
    assert.equal(edge?.type === 'state' && edge.why, why)
  })
}

const trip: CircuitOptions = { consecutiveFailures: 1, probes: 2, openForMs: 100, probeLeaseMs: 50 }

test('the way round: open, half-open, closed, and the events of it', () => {
  const bench = new Bench(trip).calls('f').wait(40)
  assert.equal(bench.retryAfterMs(), 60)
  bench.wait(60)
  const [one, two] = [bench.permit(), bench.permit()]
  assert.deepEqual([one.probe, two.probe, one.generation], [1, 2, 3])
  bench.wait(10)
  assert.equal(bench.retryAfterMs(), 40, 'until the first lease ends')
  bench.core.settle(two, 'ok', bench.now)
  bench.core.settle(one, 'ok', bench.now)
  assert.deepEqual(bench.events, [
    { type: 'state', atMs: 0, from: 'closed', to: 'open', generation: 2, why: '1 failures in a row' },
    { type: 'refused', atMs: 40, state: 'open', retryAfterMs: 60 },
    { type: 'state', atMs: 100, from: 'open', to: 'half-open', generation: 3, why: 'the open time is over' },
    { type: 'probe', atMs: 100, probe: 1, outcome: 'started' },
    { type: 'probe', atMs: 100, probe: 2, outcome: 'started' },
    { type: 'refused', atMs: 110, state: 'half-open', retryAfterMs: 40 },
    { type: 'probe', atMs: 110, probe: 2, outcome: 'ok' },
    { type: 'probe', atMs: 110, probe: 1, outcome: 'ok' },
    { type: 'state', atMs: 110, from: 'half-open', to: 'closed', generation: 4, why: '0 of 2 probes failed' },
  ])
})

test('canCall says whether a call would be admitted, and from when, and takes nothing', () => {
  const bench = new Bench(trip)
  const able = (): unknown => Object.values(bench.core.canCall(bench.now))
  assert.deepEqual(bench.core.canCall(0), { admitted: true, state: 'closed', retryAfterMs: 0 })
  bench.calls('f').wait(30)
  assert.deepEqual(able(), [false, 'open', 70])
  bench.wait(70)
  assert.deepEqual([able(), bench.core.state], [[true, 'open', 0], 'open'], 'it is half-open for who asks')
  bench.wait(50)
  assert.deepEqual(able(), [true, 'open', 0], 'and long after too')
  bench.permit()
  assert.deepEqual(able(), [true, 'half-open', 0], 'one of two probes is free')
  bench.wait(10).permit()
  assert.deepEqual(able(), [false, 'half-open', 40], 'until the first lease ends')
  assert.deepEqual(bench.core.snapshot(bench.now).probes.leases.length, 2)
  bench.wait(40)
  assert.deepEqual(able(), [false, 'open', 100], 'it has ended, and the circuit is open again')
  bench.core.override('disabled', bench.now)
  assert.deepEqual(able(), [true, 'disabled', 0])
  bench.core.override('forced-open', bench.now)
  assert.deepEqual(able(), [false, 'forced-open', Number.POSITIVE_INFINITY])
})

test('an overdue probe has failed at the end of its lease, and its result is late', () => {
  const bench = new Bench(trip).calls('f').wait(100)
  const probe = bench.permit()
  bench.wait(49)
  assert.equal(bench.core.snapshot(bench.now).probes.leases.length, 1)
  bench.wait(1).core.settle(probe, 'ok', bench.now)
  assert.deepEqual(bench.events.slice(-3), [
    { type: 'probe', atMs: 150, probe: 1, outcome: 'overdue' },
    { type: 'state', atMs: 150, from: 'half-open', to: 'open', generation: 4, why: '1 of 2 probes failed' },
    { type: 'late', atMs: 150, verdict: 'ok', generation: 3 },
  ])
})

test('an overdue probe that decides nothing is late in its own generation too', () => {
  const bench = new Bench({ ...trip, failurePercentage: 100, consecutiveFailures: null, minimumCalls: 1 })
    .calls('f')
    .wait(100)
  const [hung, second] = [bench.permit(), bench.permit()]
  bench.wait(25).core.settle(second, 'ignore', bench.now)
  bench.wait(25).core.settle(hung, 'ok', bench.now)
  assert.equal(bench.core.state, 'half-open')
  assert.deepEqual(bench.events.at(-1), { type: 'late', atMs: 150, verdict: 'ok', generation: 3 })
  const { probes } = bench.core.snapshot(bench.now)
  assert.deepEqual(probes, { last: 2, counted: 1, failed: 1, slow: 1, leases: [] })
})

test('nobody asked for an hour: hung probes reopened it long ago, and it is half-open again at once', () => {
  const bench = new Bench(trip).calls('f').wait(100)
  bench.permit()
  bench.wait(3_600_000)
  assert.equal(bench.permit().generation, 5)
  const edges = bench.events.filter(event => event.type === 'state').map(({ atMs, to }) => [atMs, to])
  assert.deepEqual(edges.slice(-2), [
    [150, 'open'],
    [3_600_100, 'half-open'],
  ])
})

test('open times grow by the factor to the cap, and stable spells take steps back', () => {
  const grow = { ...trip, probes: 1, openFactor: 2, openMaxMs: 500, stableForMs: 1_000 }
  const bench = new Bench(grow).calls('f')
  const openings: number[] = []
  for (let i = 0; i < 5; i += 1) {
    openings.push(bench.retryAfterMs())
    bench.wait(bench.retryAfterMs()).calls('f')
  }
  assert.deepEqual(openings, [100, 200, 400, 500, 500])
  const closeFor = (ms: number): number => {
    bench.wait(bench.retryAfterMs()).calls('s').wait(ms).calls('f')
    return bench.retryAfterMs()
  }
  assert.equal(closeFor(999), 500, 'not stable for long enough')
  assert.equal(closeFor(1_000), 400, 'one spell, one step')
  assert.equal(closeFor(2_500), 200, 'two spells, two steps back, and one forward from the last opening')
  assert.equal(closeFor(100_000), 100)
  assert.equal(closeFor(0), 200)
})

test('a factor of 1 never grows', () => {
  const bench = new Bench({ ...trip, probes: 1 }).calls('f')
  for (let i = 0; i < 5; i += 1) bench.wait(100).calls('f')
  assert.equal(bench.retryAfterMs(), 100)
  assert.equal(bench.core.snapshot(bench.now).level, 0)
})

test('jitter lengthens by its share of a random part, and so it does with Retry-After', () => {
  assert.equal(new Bench({ ...trip, jitter: 0.5 }).calls('f').retryAfterMs(), 125)
  assert.equal(new Bench({ ...trip, jitter: 1 }, () => 0).calls('f').retryAfterMs(), 100)
  const asked = new Bench({ ...trip, jitter: 0.5 })
  asked.core.settle(asked.permit(), 'fail', 0, { retryAfterMs: 400 })
  assert.equal(asked.retryAfterMs(), 500)
})

test('stays open for as long as the longest Retry-After of the failures before, but no longer than is believed', () => {
  const options = { ...trip, consecutiveFailures: 3, retryAfterMaxMs: 5_000 }
  const open = (...retryAfters: number[]): number => {
    const bench = new Bench(options)
    for (const retryAfterMs of retryAfters) {
      bench.core.settle(bench.permit(), 'fail', bench.now, { retryAfterMs })
      bench.wait(10)
    }
    return bench.retryAfterMs()
  }
  assert.equal(open(0, 0, 0), 90)
  assert.equal(open(50, 50, 50), 90, 'shorter than the open time')
  assert.equal(open(2_000, 1_000, 0), 1_970, 'the longest, counted from its own answer')
  assert.equal(open(0, 0, 1e9), 4_990)
})

test('only failures that opened it keep it open for as long as they asked', () => {
  const asked = (options: CircuitOptions, retryAfterMs = 3_600_000): Bench => {
    const bench = new Bench({ openForMs: 100, ...options })
    bench.core.settle(bench.permit(), 'fail', 0, { retryAfterMs })
    return bench
  }
  const counted = { failurePercentage: 50, windowCalls: 4, minimumCalls: 4 }
  assert.equal(asked(counted).calls('s'.repeat(1_000)).calls('ff').retryAfterMs(), 100, 'it has left the window')
  assert.equal(asked(counted).calls('sssf').calls('f').retryAfterMs(), 100, 'just now')
  assert.equal(asked(counted).calls('ssf').retryAfterMs(), 3_600_000, 'the oldest of the window')
  const timed = { failurePercentage: 50, windowMs: 1_000, windowBuckets: 10, minimumCalls: 2 }
  assert.equal(asked(timed).calls('sss').wait(1_000).calls('ff').retryAfterMs(), 100, 'its bucket has gone')
  assert.equal(
    asked(timed).calls('sss').wait(999).calls('ff').retryAfterMs(),
    3_600_000 - 999,
    'its bucket is the last',
  )
  const inARow = { consecutiveFailures: 2 }
  assert.equal(asked(inARow).calls('sff').retryAfterMs(), 100, 'a success came between')
  assert.equal(asked(inARow).calls('f').retryAfterMs(), 3_600_000)
  const both = asked({ ...inARow, failurePercentage: 50, minimumCalls: 4, windowCalls: 4 })
  assert.equal(both.calls('sff').retryAfterMs(), 100, 'the rule that opened it did not see it')
  const less = asked(counted)
  less.core.settle(less.permit(), 'fail', 0, { retryAfterMs: 700 })
  assert.equal(less.calls('ssf').retryAfterMs(), 700, 'the longest of those that are left')
  const copy = new Bench({ openForMs: 100, ...counted })
  copy.core.restore(JSON.parse(JSON.stringify(asked(counted).core.snapshot(0))), 0)
  assert.equal(copy.calls('ssf').retryAfterMs(), 3_600_000, 'a snapshot takes it along')
  const later = new Bench({ openForMs: 100, ...counted })
  later.core.restore(asked(counted).calls('s').core.snapshot(0), 0)
  assert.equal(later.calls('sssff').retryAfterMs(), 100, 'and when it leaves')
})

const restsOf = (bench: Bench): unknown => bench.core.snapshot(bench.now).rests
const failing = (bench: Bench, ...retryAfters: number[]): Bench => {
  for (const retryAfterMs of retryAfters) bench.core.settle(bench.permit(), 'fail', bench.now, { retryAfterMs })
  return bench
}

test('a snapshot keeps the Retry-Afters that can still be the longest, until they end or leave the window', () => {
  const calls = { maxFailures: 8, windowCalls: 8 }
  const bench = failing(new Bench(calls), 900, 700, 600, 500, 650)
  const kept = [
    { age: 4, leftMs: 900 },
    { age: 3, leftMs: 700 },
    { age: 0, leftMs: 650 },
  ]
  assert.deepEqual(restsOf(bench), kept, 'those that a later and longer one outlives are gone')
  assert.deepEqual(
    restsOf(failing(bench, 650)),
    [
      { age: 5, leftMs: 900 },
      { age: 4, leftMs: 700 },
      { age: 0, leftMs: 650 },
    ],
    'one of two',
  )
  bench.calls('sss')
  assert.deepEqual(restsOf(bench), [
    { age: 7, leftMs: 700 },
    { age: 3, leftMs: 650 },
  ])
  assert.deepEqual(restsOf(bench.wait(649)), [
    { age: 7, leftMs: 51 },
    { age: 3, leftMs: 1 },
  ])
  assert.deepEqual(restsOf(bench.wait(1)), [{ age: 7, leftMs: 50 }])
  const timed = new Bench({ maxFailures: 9, windowMs: 1_000, windowBuckets: 10 })
  assert.deepEqual(restsOf(failing(timed, 5_000, 4_000)), [{ age: 0, leftMs: 5_000 }], 'one for each bucket')
  assert.deepEqual(restsOf(failing(timed.wait(300), 4_000)), [
    { age: 3, leftMs: 4_700 },
    { age: 0, leftMs: 4_000 },
  ])
})

test('a restored circuit forgets each Retry-After when the call that brought it leaves the window', () => {
  const options = { maxFailures: 3, windowCalls: 4, openForMs: 100 }
  const past = failing(new Bench(options), 900).calls('s')
  failing(past, 700)
  for (const [future, openForMs] of [
    ['f', 900],
    ['sff', 700],
    ['ssfff', 100],
  ] as const) {
    const copy = new Bench(options)
    copy.core.restore(JSON.parse(JSON.stringify(past.core.snapshot(0))), 0)
    assert.equal(copy.calls(future).retryAfterMs(), openForMs, future)
  }
})

test('a Retry-After whose call has left the window is not kept by a snapshot for the sake of those in a row', () => {
  const options = { failurePercentage: 100, minimumCalls: 3, windowMs: 1_000, windowBuckets: 10, openForMs: 100 }
  const bench = failing(new Bench(options), 60_000).wait(1_500).calls('f')
  const copy = new Bench(options)
  copy.core.restore(bench.core.snapshot(bench.now), 0)
  assert.equal(copy.calls('ff').retryAfterMs(), 100)
  assert.equal(bench.calls('ff').retryAfterMs(), 100)
})

test('Retry-Afters go nowhere where the window is of another shape, and an older snapshot has one for all', () => {
  const options = { failurePercentage: 50, minimumCalls: 2, openForMs: 100 }
  const snapshot = failing(new Bench(options), 9_000).core.snapshot(0)
  const other = new Bench({ ...options, windowMs: 1_000 })
  other.core.restore(snapshot, 0)
  assert.deepEqual(restsOf(other), [], 'the calls are not in it')
  assert.equal(other.calls('ff').retryAfterMs(), 100)
  const { rests: _, ...older } = snapshot
  const bench = new Bench(options)
  bench.core.restore(older, 0)
  assert.deepEqual(restsOf(bench), [{ age: 0, leftMs: 9_000 }])
  assert.equal(bench.calls('f').retryAfterMs(), 9_000)
})

test("the system's chance is a number from 0 to below 1, and not always the same", () => {
  const drawn = Array.from({ length: 100 }, systemRandom)
  assert.ok(drawn.every(u => u >= 0 && u < 1))
  assert.ok(new Set(drawn).size > 50)
})

test('Retry-After of successes, ignored calls and late results is not heard', () => {
  const bench = new Bench({ ...trip, consecutiveFailures: 2 })
  bench.core.settle(bench.permit(), 'ok', 0, { retryAfterMs: 9_000 })
  bench.core.settle(bench.permit(), 'ignore', 0, { retryAfterMs: 9_000 })
  const late = bench.permit()
  bench.calls('ff')
  bench.core.settle(late, 'fail', 0, { retryAfterMs: 9_000 })
  assert.equal(bench.retryAfterMs(), 100)
})

test('a failed probe may ask for more time too, and a new generation forgets it', () => {
  const bench = new Bench({ ...trip, probes: 1 }).calls('f').wait(100)
  bench.core.settle(bench.permit(), 'fail', bench.now, { retryAfterMs: 700 })
  assert.equal(bench.retryAfterMs(), 700)
  bench.wait(700).calls('f')
  assert.equal(bench.retryAfterMs(), 100)
})

test('forced open refuses everybody for ever; a reset closes it with a clean slate', () => {
  const bench = new Bench({ ...trip, consecutiveFailures: 2 }).calls('f')
  const before = bench.permit()
  bench.core.override('forced-open', 0)
  bench.core.override('forced-open', 0)
  assert.equal(bench.core.generation, 2, 'twice is once')
  bench.wait(1e9)
  assert.equal(bench.retryAfterMs(), Number.POSITIVE_INFINITY)
  bench.core.settle(before, 'fail', bench.now)
  bench.core.override('closed', bench.now)
  bench.calls('f')
  assert.equal(bench.core.state, 'closed', 'the failure before is forgotten')
  bench.core.override('closed', bench.now)
  assert.equal(bench.core.generation, 4, 'a reset of a closed circuit is an edge as well')
  bench.calls('f')
  assert.equal(bench.core.state, 'closed')
})

test('disabled lets everybody through and counts nobody', () => {
  const bench = new Bench(trip)
  bench.core.override('disabled', 0)
  bench.calls('fffff')
  assert.equal(bench.core.state, 'disabled')
  assert.equal(bench.core.snapshot(0).streak, 0)
  const during = bench.permit()
  bench.core.override('closed', 0)
  bench.core.settle(during, 'fail', 0)
  assert.equal(bench.core.state, 'closed')
  assert.equal(bench.events.at(-1)?.type, 'late')
})

test('a hand takes growth back', () => {
  const bench = new Bench({ ...trip, probes: 1, openFactor: 3, openMaxMs: 10_000 }).calls('f').wait(100).calls('f')
  assert.equal(bench.retryAfterMs(), 300)
  bench.core.override('closed', bench.now)
  bench.calls('f')
  assert.equal(bench.retryAfterMs(), 100)
})

test('a clock that is set back by an hour keeps nobody waiting for an hour', () => {
  const bench = new Bench(trip)
  bench.now = 5_000_000
  bench.calls('f').wait(60)
  assert.equal(bench.retryAfterMs(), 40)
  bench.wait(-3_600_000)
  assert.equal(bench.retryAfterMs(), 40)
  bench.wait(39)
  assert.equal(bench.retryAfterMs(), 1)
  bench.wait(1).permit()
})

test('a reading of the clock that is no number counts as no time', () => {
  for (const odd of [Number.NaN, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY]) {
    const bench = new Bench(trip).calls('f').wait(60)
    assert.equal(bench.retryAfterMs(), 40)
    bench.now = odd
    assert.equal(bench.retryAfterMs(), 40)
    bench.now = 70
    assert.equal(bench.retryAfterMs(), 30)
  }
})

test('a refusal rounds up to whole milliseconds, so that who waits that long is admitted', () => {
  const bench = new Bench(trip)
  bench.now = 0.25
  bench.calls('f').wait(0.5)
  assert.equal(bench.retryAfterMs(), 100)
  bench.wait(100).permit()
})

test('reads no time while closed and counting, but does while it counts seconds or is not closed', () => {
  assert.equal(new Bench().core.timeless, true)
  assert.equal(new Bench({ windowMs: 1_000 }).core.timeless, false)
  assert.equal(new Bench(trip).calls('f').core.timeless, false)
})

test('restored under fewer probes, the verdict that already stands is given', () => {
  const many = new Bench({ probes: 9, minimumCalls: 1 }).calls('f').wait(1_000).calls('ssff')
  assert.equal(many.core.state, 'half-open')
  for (const [probes, state] of [
    [4, 'open'],
    [3, 'open'],
    [7, 'half-open'],
  ] as const) {
    const few = new Bench({ probes, minimumCalls: 1 })
    few.core.restore(many.core.snapshot(many.now), 0)
    assert.equal(few.core.state, state, `${probes} probes`)
  }
})

test('a snapshot says only what its state has', () => {
  assert.deepEqual(new Bench().core.snapshot(0), {
    version: 1,
    state: 'closed',
    generation: 1,
    openLeftMs: 0,
    closedForMs: 0,
    restLeftMs: 0,
    rests: [],
    level: 0,
    streak: 0,
    window: { kind: 'calls', marks: [] },
    probes: { last: 0, counted: 0, failed: 0, slow: 0, leases: [] },
  })
  const bench = new Bench(trip).calls('f').wait(30)
  const open = bench.core.snapshot(bench.now)
  assert.deepEqual([open.openLeftMs, open.closedForMs], [70, 0])
  bench.core.override('forced-open', bench.now)
  assert.deepEqual(bench.core.snapshot(bench.now).openLeftMs, 0)
  bench.core.override('closed', bench.now)
  const closed = bench.wait(20).core.snapshot(bench.now)
  assert.deepEqual([closed.openLeftMs, closed.closedForMs], [0, 20])
})

test('probes in the snapshot of a circuit that is not half-open are not believed', () => {
  const leases = [{ probe: 3, leftMs: 5 }]
  for (const state of ['closed', 'open', 'forced-open', 'disabled'] as const) {
    const bench = new Bench(trip).calls('f').wait(100)
    bench.permit()
    const snapshot = { ...bench.core.snapshot(bench.now), state, openLeftMs: 100 }
    bench.core.restore({ ...snapshot, probes: { last: 3, counted: 3, failed: 0, slow: 0, leases } }, bench.now)
    const expected = { last: 0, counted: 0, failed: 0, slow: 0, leases: [] }
    assert.deepEqual([bench.core.state, bench.core.generation], [state, 3])
    assert.deepEqual(bench.wait(50).core.snapshot(bench.now).probes, expected)
    assert.equal(bench.core.state, state)
  }
})

test('nothing need be known of a call but its verdict, and what is no number is not believed', () => {
  const bench = new Bench({ consecutiveFailures: 2, slowCallPercentage: 100, slowCallMs: 0.5, minimumCalls: 1 })
  bench.core.settle(bench.permit(), 'ok', 0)
  bench.core.settle(bench.permit(), 'fail', 0)
  assert.equal(bench.core.state, 'closed')
  bench.core.settle(bench.permit(), 'fail', 0, { retryAfterMs: Number.NaN, durationMs: Number.NaN })
  assert.equal(bench.retryAfterMs(), 1_000)
})

test('a circuit that nobody listens to does the same', () => {
  const bench = new Bench(trip)
  bench.core.tell = null
  bench.calls('f')
  assert.equal(bench.retryAfterMs(), 100)
  bench.wait(100).calls('ss')
  assert.deepEqual([bench.core.state, bench.events.length], ['closed', 0])
})
