/** The time of the process on a virtual clock: dates and timers as libraries use them, given back when it is over. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { replaceProcessTime } from '../../../cli/simulate/process-time.ts'
import { VirtualClock } from '../../../cli/simulate/virtual-clock.ts'

const STARTED_MS = 1_000_000

/** Runs `act` on virtual time, which goes on by `advance` to a moment. */
function onVirtualTime(act: (time: { background(): number; advance(toMs: number): void }) => void): void {
  const clock = new VirtualClock()
  const processTime = replaceProcessTime(clock, () => STARTED_MS + clock.now())
  const advance = (toMs: number) => {
    let over = false
    clock.after(toMs - clock.now(), () => {
      over = true
    })
    while (!over && clock.step());
  }
  try {
    act({ background: () => processTime.background, advance })
  } finally {
    processTime.restore()
  }
}

suite('the time of the process', () => {
  test('is that of the virtual clock, and comes back', () => {
    const own = [Date, setTimeout, setInterval, clearTimeout, clearInterval]
    const before = Date.now()
    onVirtualTime(({ advance }) => {
      advance(1_500.7)
      assert.equal(Date.now(), STARTED_MS + 1_500)
      assert.equal(new Date().toISOString(), '1970-01-01T00:16:41.500Z')
      assert.equal(new Date(5).getTime(), 5)
      assert.equal(new Date(2020, 1, 1).getFullYear(), 2020)
      assert.ok(new Date() instanceof Date)
      assert.equal(performance.now(), 1_500.7)
    })
    assert.deepEqual([Date, setTimeout, setInterval, clearTimeout, clearInterval], own)
    assert.ok(Date.now() >= before && performance.now() !== 1_500.7)
  })

  test('has timers that count whole milliseconds, one at the least, and can be cleared', () => {
    onVirtualTime(({ advance }) => {
      const fired: string[] = []
      const note = (what: string) => fired.push(`${what} ${performance.now()}`)
      setTimeout(note, 10.9, 'late')
      setTimeout(note, 0, 'soon')
      const gone = setTimeout(note, 5, 'never')
      clearTimeout(gone)
      clearTimeout(undefined)
      const again = setInterval(note, 20, 'again')
      setTimeout(() => clearInterval(again), 50)
      advance(100)
      assert.deepEqual(fired, ['soon 1', 'late 10', 'again 20', 'again 40'])
    })
  })

  test('tells how many timers nobody waits for', () => {
    onVirtualTime(({ background, advance }) => {
      const timer = setInterval(() => {}, 10).unref()
      setTimeout(() => {}, 15)
        .unref()
        .unref()
      const kept = setTimeout(() => {}, 5)
      assert.deepEqual([timer.hasRef(), kept.hasRef(), background()], [false, true, 2])
      advance(12)
      assert.equal(background(), 2)
      advance(20)
      assert.equal(background(), 1)
      timer.ref()
      assert.equal(background(), 0)
      timer.unref()
      clearInterval(timer)
      clearInterval(timer)
      assert.equal(background(), 0)
    })
  })

  test('has timers that begin anew', () => {
    onVirtualTime(({ advance }) => {
      let fired = 0
      const timer = setTimeout(() => fired++, 10)
      advance(9)
      timer.refresh()
      advance(18)
      assert.equal(fired, 0)
      advance(19)
      assert.equal(fired, 1)
      timer.refresh()
      advance(40)
      assert.equal(fired, 2)
    })
  })
})
