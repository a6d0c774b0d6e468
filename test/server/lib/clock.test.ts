/** Sleeping on a clock: until the time has come or a signal aborts, with nothing left behind. */

import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { describe, it } from 'node:test'
import { sleep } from '../../../server/lib/clock.ts'
import { ManualClock } from '../../support/manual-clock.ts'

describe('sleep', () => {
  for (const [ended, end] of [
    ['the time has come', (clock: ManualClock) => clock.advance(100)],
    ['the signal aborts', (_: ManualClock, controller: AbortController) => controller.abort()],
  ] as const) {
    it(`ends when ${ended}, and leaves no timer and no listener`, async () => {
      const clock = new ManualClock()
      const controller = new AbortController()
      let awake = false
      const slept = sleep(clock, 100, controller.signal).then(() => {
        awake = true
      })
      clock.advance(99)
      await Promise.resolve()
      assert.deepEqual([awake, clock.pending], [false, 1])
      end(clock, controller)
      await slept
      assert.deepEqual([clock.pending, getEventListeners(controller.signal, 'abort')], [0, []])
    })
  }

  for (const [what, ms, signal] of [
    ['for a time that has passed', -1, undefined],
    ['on an aborted signal', 100, AbortSignal.abort()],
  ] as const) {
    it(`ends at once ${what}`, async () => {
      const clock = new ManualClock()
      await sleep(clock, ms, signal)
      assert.equal(clock.pending, 0)
    })
  }
})
