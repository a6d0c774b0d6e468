/** Deadlines by hand: exact, and with few timers. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Deadline } from '../../../cli/load/deadline.ts'
import { VirtualClock } from '../../../cli/simulate/virtual-clock.ts'

function run(clock: VirtualClock): void {
  while (clock.step()) {
    // Until nothing is left to happen.
  }
}

describe('a deadline', () => {
  function deadline() {
    const virtual = new VirtualClock()
    let timers = 0
    const expiredAt: number[] = []
    const clock = {
      now: () => virtual.now(),
      after(ms: number, act: () => void) {
        timers++
        return virtual.after(ms, act)
      },
    }
    const it = new Deadline(clock, () => expiredAt.push(virtual.now()))
    return { it, virtual, expiredAt, timers: () => timers }
  }

  it('is met to the millisecond, once', () => {
    const { it, virtual, expiredAt } = deadline()
    it.set(100)
    run(virtual)
    assert.deepEqual(expiredAt, [100])
  })

  it('moves with each step, and sets no timer for one', () => {
    const { it, virtual, expiredAt, timers } = deadline()
    for (let step = 0; step < 1_000; step++) virtual.after(step, () => it.set(500))
    run(virtual)
    assert.deepEqual(expiredAt, [1_499])
    assert.ok(timers() <= 4, `${timers()} timers`)
  })

  it('may come nearer', () => {
    const { it, virtual, expiredAt } = deadline()
    it.set(500)
    virtual.after(100, () => it.set(50))
    run(virtual)
    assert.deepEqual(expiredAt, [150])
  })

  it('is none after 0, and may be set again', () => {
    const { it, virtual, expiredAt } = deadline()
    it.set(100)
    virtual.after(50, () => it.set(0))
    virtual.after(300, () => it.set(100))
    run(virtual)
    assert.deepEqual(expiredAt, [400])
  })
})
