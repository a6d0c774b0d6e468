/** The windows against the plainest oracle there is: a list of everything that was recorded. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { circuitSettings } from '../../../cli/breaker/options.ts'
import { CALL, CountWindow, createWindow, FAILED, SLOW, TimeWindow, type Window } from '../../../cli/breaker/window.ts'

const marks = [CALL, CALL | FAILED, CALL | SLOW, CALL | FAILED | SLOW]
const mark = fc.constantFrom(...marks)

function sums(window: Window): number[] {
  return [window.calls, window.failures, window.slow]
}

function expected(list: readonly number[]): number[] {
  return [list.length, list.filter(m => m & FAILED).length, list.filter(m => m & SLOW).length]
}

test('a count window holds the last N calls', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 30 }), fc.array(mark, { maxLength: 120, size: 'max' }), (size, list) => {
      const window = new CountWindow(size)
      for (const [at, next] of list.entries()) {
        window.record(next)
        assert.deepEqual(sums(window), expected(list.slice(Math.max(0, at + 1 - size), at + 1)))
      }
      assert.deepEqual(window.snapshot(), { kind: 'calls', marks: list.slice(-size) })
    }),
    { seed: 1, numRuns: 300 },
  )
})

test('a time window holds the calls of its buckets, however far time jumps', () => {
  const waits = fc.oneof(fc.nat(30), fc.nat(300), fc.constantFrom(1e6, 1e12))
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 7 }),
      fc.constantFrom(60, 100, 420),
      fc.nat(1_000),
      fc.array(fc.tuple(waits, mark), { maxLength: 80, size: 'max' }),
      (count, ms, origin, steps) => {
        const window = new TimeWindow(ms, count, origin)
        const bucketOf = (time: number): number => Math.floor((time - origin) / (ms / count))
        const all: { bucket: number; mark: number }[] = []
        let now = origin
        for (const [wait, next] of steps) {
          now += wait
          window.record(next, now)
          all.push({ bucket: bucketOf(now), mark: next })
          const inside = all.filter(({ bucket }) => bucket > bucketOf(now) - count)
          assert.deepEqual(sums(window), expected(inside.map(call => call.mark)))
        }
      },
    ),
    { seed: 2, numRuns: 300 },
  )
})

test('a time window reaches back between all but one bucket and its whole length', () => {
  const window = new TimeWindow(100, 4, 0)
  window.record(CALL | FAILED, 0)
  window.record(CALL, 99.9)
  assert.deepEqual(sums(window), [2, 1, 0])
  window.record(CALL, 100)
  assert.deepEqual(sums(window), [2, 0, 0], 'the bucket from 0 to 25 is forgotten at 100')
  window.record(CALL, 174)
  assert.deepEqual(sums(window), [3, 0, 0])
  window.record(CALL, 175)
  assert.deepEqual(sums(window), [3, 0, 0], 'and that from 75 to 100 at 175')
})

test('a time window may be looked at without a call', () => {
  const window = new TimeWindow(100, 2, 10)
  window.record(CALL | FAILED | SLOW, 10)
  assert.deepEqual(window.snapshot(59), {
    kind: 'time',
    bucketMs: 50,
    ageMs: 49,
    buckets: [
      [0, 0, 0],
      [1, 1, 1],
    ],
  })
  assert.deepEqual(window.snapshot(60), {
    kind: 'time',
    bucketMs: 50,
    ageMs: 50,
    buckets: [
      [1, 1, 1],
      [0, 0, 0],
    ],
  })
  assert.deepEqual(window.snapshot(110), {
    kind: 'time',
    bucketMs: 50,
    ageMs: 100,
    buckets: [
      [0, 0, 0],
      [0, 0, 0],
    ],
  })
  assert.deepEqual(sums(window), [0, 0, 0])
})

for (const [name, make] of [
  ['count', () => new CountWindow(3)],
  ['time', () => new TimeWindow(90, 3, 7)],
] as const) {
  test(`a ${name} window forgets everything when it is cleared, and begins anew`, () => {
    const window: Window = make()
    for (const next of marks) window.record(next, 7)
    window.record(CALL | FAILED, 40)
    window.clear(1_000)
    assert.deepEqual(sums(window), [0, 0, 0])
    window.record(CALL | FAILED, 1_000)
    window.record(CALL | SLOW, 1_029)
    assert.deepEqual(sums(window), [2, 1, 1])
    window.record(CALL, 1_089)
    assert.deepEqual(sums(window), [3, 1, 1], 'buckets count from where it was cleared')
  })

  test(`a ${name} window goes on from its snapshot as the first one would`, () => {
    const recordings = fc.array(fc.tuple(fc.nat(40), mark), { maxLength: 20 })
    fc.assert(
      fc.property(recordings, recordings, fc.integer({ min: -500, max: 500 }), (past, future, shift) => {
        const first: Window = make()
        let now = 7
        for (const [wait, next] of past) {
          now += wait
          first.record(next, now)
        }
        const second: Window = make()
        second.record(CALL | FAILED, 7)
        second.restore(JSON.parse(JSON.stringify(first.snapshot(now))), now + shift)
        assert.deepEqual(sums(second), sums(first))
        for (const [wait, next] of future) {
          now += wait
          first.record(next, now)
          second.record(next, now + shift)
          assert.deepEqual(sums(second), sums(first))
        }
        assert.deepEqual(second.snapshot(now + shift), first.snapshot(now))
      }),
      { seed: 3, numRuns: 200 },
    )
  })
}

test('a snapshot of another shape leaves the window empty', () => {
  const counted = new CountWindow(3)
  counted.record(CALL | FAILED)
  const timed = new TimeWindow(90, 3, 0)
  timed.record(CALL | FAILED, 0)
  const shapes = [new TimeWindow(60, 3, 0), new TimeWindow(90, 2, 0), new TimeWindow(120, 4, 0)]
  for (const shape of shapes) shape.record(CALL | FAILED, 0)
  for (const other of [...shapes.map(shape => shape.snapshot(0)), counted.snapshot()]) {
    const window = new TimeWindow(90, 3, 0)
    window.record(CALL, 0)
    window.restore(other, 0)
    assert.deepEqual(sums(window), [0, 0, 0])
  }
  counted.restore(timed.snapshot(0))
  assert.deepEqual(sums(counted), [0, 0, 0])
})

test('a smaller count window takes over the newest calls of a larger one', () => {
  const large = new CountWindow(5)
  for (const next of [CALL | FAILED, CALL, CALL | SLOW, CALL]) large.record(next)
  const small = new CountWindow(2)
  small.restore(large.snapshot())
  assert.deepEqual(small.snapshot(), { kind: 'calls', marks: [CALL | SLOW, CALL] })
})

test('settings choose the window', () => {
  assert.ok(createWindow(circuitSettings({ windowCalls: 5 }), 0) instanceof CountWindow)
  const timed = createWindow(circuitSettings({ windowMs: 500, windowBuckets: 5 }), 3)
  assert.ok(timed instanceof TimeWindow)
  assert.deepEqual(timed.snapshot(3), { kind: 'time', bucketMs: 100, ageMs: 0, buckets: Array(5).fill([0, 0, 0]) })
})
