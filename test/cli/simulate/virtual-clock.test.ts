/** Virtual time: the order of what is due, cancelling, and bounds. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { VirtualClock } from '../../../cli/simulate/virtual-clock.ts'
import { type Clock, startTimer, stopTimer, type Timer } from '../../../server/lib/clock.ts'

suite('virtual time', () => {
  test('stands still until it is told to go on, and then goes to the next moment', () => {
    const clock = new VirtualClock()
    const seen: string[] = []
    for (const ms of [30, 10, 20]) clock.after(ms, () => seen.push(`${ms} at ${clock.now()}`))
    assert.equal(clock.now(), 0)
    assert.equal(clock.waiting, 3)
    assert.equal(clock.step(), true)
    assert.deepEqual(seen, ['10 at 10'])
    while (clock.step());
    assert.deepEqual(seen, ['10 at 10', '20 at 20', '30 at 30'])
    assert.equal(clock.steps, 3)
    assert.equal(clock.step(), false)
  })

  test('what is due together happens in the order in which it was set, also what is set meanwhile', () => {
    const clock = new VirtualClock()
    const seen: number[] = []
    for (let number = 0; number < 50; number++) {
      clock.after(5, () => {
        seen.push(number)
        if (number < 3) clock.after(0, () => seen.push(100 + number))
      })
    }
    while (clock.step());
    assert.deepEqual(seen, [...Array.from({ length: 50 }, (_, number) => number), 100, 101, 102])
  })

  test('a negative wait is none, and no time at all is a bug', () => {
    const clock = new VirtualClock()
    clock.after(7, () => {})
    clock.step()
    clock.after(-3, () => {})
    clock.step()
    assert.equal(clock.now(), 7)
    assert.throws(() => clock.after(Number.NaN, () => {}), RangeError)
  })

  test('a wait too short to be seen in the reading goes on all the same', () => {
    const clock = new VirtualClock()
    clock.after(1e9, () => {})
    clock.step()
    clock.after(1e-12, () => {})
    clock.step()
    assert.ok(clock.now() > 1e9)
  })

  test('cancelled timers are cleared away, however many there are', () => {
    const clock = new VirtualClock()
    let fired = 0
    clock.after(1_000, () => fired++)
    for (let number = 0; number < 100_000; number++) {
      clock.after(10 + number, () => fired++)()
      clock.after(10, () => fired++)()
    }
    assert.equal(clock.waiting, 1)
    clock.step()
    assert.deepEqual([fired, clock.now()], [1, 1_000])
  })

  test('cancelling twice, or after the moment, changes nothing', () => {
    const clock = new VirtualClock()
    const cancel = clock.after(1, () => {})
    clock.after(2, () => {})
    clock.step()
    cancel()
    cancel()
    assert.equal(clock.waiting, 1)
  })

  test('a timer of its own waits for one moment at a time, also where it was stopped and started again', () => {
    const clock = new VirtualClock()
    const fired: number[] = []
    const timer: Timer = { ticket: null, due: () => fired.push(clock.now()) }
    startTimer(clock, 10, timer)
    stopTimer(clock, timer)
    stopTimer(clock, timer)
    startTimer(clock, 20, timer)
    clock.after(15, () => {})
    assert.equal(clock.waiting, 2)
    while (clock.step());
    stopTimer(clock, timer)
    assert.deepEqual([fired, clock.waiting], [[20], 0])
  })

  test('ends a simulation that would never end', () => {
    const clock = new VirtualClock(1_000)
    const again = () => {
      clock.after(1, again)
    }
    again()
    assert.throws(() => {
      while (clock.step());
    }, /not over after 1000 steps/)
  })

  test('is a sorted list, whatever is set and cancelled', () => {
    const timers = fc.array(fc.record({ ms: fc.nat(20), cancelled: fc.boolean() }), { maxLength: 400 })
    fc.assert(
      fc.property(timers, list => {
        const clock = new VirtualClock()
        const seen: number[] = []
        const cancels = list.map(({ ms }, index) => clock.after(ms, () => seen.push(index)))
        for (const [index, { cancelled }] of list.entries()) if (cancelled) cancels[index]?.()
        while (clock.step());
        const expected = list
          .map(({ ms, cancelled }, index) => ({ ms, cancelled, index }))
          .filter(({ cancelled }) => !cancelled)
          .sort((a, b) => a.ms - b.ms || a.index - b.index)
        assert.deepEqual(
          seen,
          expected.map(({ index }) => index),
        )
      }),
    )
  })

  test('goes on as a plain sorted list does, also with timers that are set and cancelled by others when they fire', () => {
    // Few delays that come again and again, and some that come once.
    const delay = fc.oneof(
      fc.constantFrom(500, 1.5, 40, 0, -1, 10, 7),
      fc.integer({ min: 0, max: 4_800 }).map(eighths => eighths / 8),
    )
    const action = fc.record({ delays: fc.array(delay, { maxLength: 3 }), cancels: fc.nat(400) })
    fc.assert(
      fc.property(
        fc.array(delay, { maxLength: 200 }),
        fc.array(action, { minLength: 1, maxLength: 60 }),
        (first, then) => {
          assert.deepEqual(played(new VirtualClock(), first, then), played(new SortedList(), first, then))
        },
      ),
      { numRuns: 200 },
    )
  })
})

interface Action {
  readonly delays: readonly number[]
  readonly cancels: number
}

/** What fires when, where each timer that fires sets others and cancels one. */
function played(
  clock: Clock & { step(): boolean },
  first: readonly number[],
  then: readonly Action[],
): (readonly [number: number, at: number])[] {
  const fired: (readonly [number, number])[] = []
  const cancels: (() => void)[] = []
  const set = (ms: number) => {
    const number = cancels.length
    const act = () => {
      fired.push([number, clock.now()])
      const action = then[number % then.length]
      if (number < MOST) for (const next of action?.delays ?? []) set(next)
      if (action && action.cancels % 2 === 0) cancels[action.cancels % cancels.length]?.()
    }
    cancels.push(clock.after(ms, act))
  }
  for (const ms of first) set(ms)
  while (clock.step());
  return fired
}

const MOST = 2_000

/** The simplest clock that there can be. */
class SortedList implements Clock {
  #now = 0
  #timers: { readonly at: number; readonly act: () => void }[] = []

  now(): number {
    return this.#now
  }

  after(ms: number, act: () => void): () => void {
    const timer = { at: this.#now + Math.max(0, ms), act }
    const later = this.#timers.findIndex(({ at }) => at > timer.at)
    this.#timers.splice(later === -1 ? this.#timers.length : later, 0, timer)
    return () => {
      this.#timers = this.#timers.filter(each => each !== timer)
    }
  }

  step(): boolean {
    const next = this.#timers.shift()
    if (!next) return false
    this.#now = next.at
    next.act()
    return true
  }
}
