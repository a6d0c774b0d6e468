/** Virtual time: the order of what is due, cancelling, and bounds. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { VirtualClock } from '../../../cli/simulate/virtual-clock.ts'
import { startTimer, stopTimer, type Timer } from '../../../server/lib/clock.ts'

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
    for (let number = 0; number < 100_000; number++) clock.after(10 + number, () => fired++)()
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
})
