/** The timeout gives a call up at its time, once, and leaves no timer behind. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { timeout } from '../../../cli/policy/timeout.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { collect, failed, request, success, Upstream } from './upstream.ts'

function world() {
  const clock = new ManualClock()
  const upstream = new Upstream()
  const send = timeout(clock, 100)(upstream.send)
  return { clock, upstream, send }
}

describe('timeout', () => {
  it('hands the answer on and takes its timer back', () => {
    const { clock, upstream, send } = world()
    const { answers } = collect(send, request())
    clock.advance(99)
    upstream.call().answer(success())
    assert.deepEqual([answers, clock.pending], [[success()], 0])
  })

  it('gives the call up when its time has run out', () => {
    const { clock, upstream, send } = world()
    const { answers } = collect(send, request())
    clock.advance(99.9)
    assert.equal(answers.length, 0)
    clock.advance(0.1)
    assert.deepEqual(answers, [failed('timeout')])
    assert.equal(upstream.call().cancelled, true)
  })

  it('answers a cancelled request at once, and once', () => {
    const { clock, upstream, send } = world()
    const { answers, cancel } = collect(send, request())
    cancel()
    cancel()
    clock.advance(1_000)
    assert.deepEqual([answers, clock.pending], [[failed('aborted')], 0])
    assert.equal(upstream.call().cancelled, true)
  })

  it('leaves no timer behind an upstream that answers at once', () => {
    const clock = new ManualClock()
    const send = timeout(
      clock,
      100,
    )((_, done) => {
      done(success())
      return () => {}
    })
    const { answers, cancel } = collect(send, request())
    cancel()
    assert.deepEqual([answers, clock.pending], [[success()], 0])
  })
})
