/** The bulkhead: so many in flight, so many waiting, and places that always come back. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { bulkhead } from '../../../cli/policy/bulkhead.ts'
import { collect, crowdedOut, failed, request, success, Upstream } from './upstream.ts'

function world(max: number, queue: number) {
  const upstream = new Upstream()
  const send = bulkhead({ max, queue })(upstream.send)
  const start = (index: number) => collect(send, request(index))
  const reached = () => upstream.calls.map(call => call.request.index)
  return { upstream, send, start, reached }
}

describe('bulkhead', () => {
  it('lets the next in line in when a place comes free, and refuses whom it has no room for', () => {
    const { upstream, start, reached } = world(2, 1)
    const [first, , third, fourth] = [0, 1, 2, 3].map(start)
    assert.deepEqual([reached(), fourth?.answers], [[0, 1], [crowdedOut()]])
    upstream.call(0).answer(success())
    assert.deepEqual([first?.answers, reached()], [[success()], [0, 1, 2]])
    upstream.call(2).answer(success())
    assert.deepEqual(third?.answers, [success()])
  })

  it('gives a cancelled place to the next in line', () => {
    const { start, reached } = world(1, 2)
    const requests = [0, 1, 2].map(start)
    requests[1]?.cancel()
    requests[0]?.cancel()
    assert.deepEqual(reached(), [0, 2])
    assert.deepEqual(
      requests.map(({ answers }) => answers),
      [[failed('aborted')], [failed('aborted')], []],
    )
  })

  it('cancels a call that had waited for its place', () => {
    const { upstream, start } = world(1, 1)
    const [, second] = [0, 1].map(start)
    upstream.call(0).answer(success())
    second?.cancel()
    assert.deepEqual([second?.answers, upstream.call(1).cancelled], [[failed('aborted')], true])
  })

  it('lets in no more than there are places', () => {
    const { upstream, start, reached } = world(1, 3)
    for (const index of [0, 1, 2, 3]) start(index)
    upstream.call(0).answer(success())
    assert.deepEqual(reached(), [0, 1])
  })

  it('cancels a call whose beginning makes its own caller give up', () => {
    const upstream = new Upstream()
    const answers: unknown[] = []
    const send = bulkhead({ max: 1, queue: 1 })((outgoing, done) => {
      const stop = upstream.send(outgoing, done)
      if (outgoing.index === 1) cancel()
      return stop
    })
    send(request(0), () => {})
    const cancel = send(request(1), answer => answers.push(answer))
    upstream.call(0).answer(success())
    assert.deepEqual([answers, upstream.open.length], [[failed('aborted')], 0])
  })

  it('works through a long line of calls that are answered at once', () => {
    const waiting: (() => void)[] = []
    let calls = 0
    const send = bulkhead({ max: 1, queue: 20_000 })((_, done) => {
      if (calls++ === 0) waiting.push(() => done(success()))
      else done(success())
      return () => {}
    })
    let answered = 0
    for (let index = 0; index <= 20_000; index++) send(request(index), () => answered++)
    waiting[0]?.()
    assert.deepEqual([calls, answered], [20_001, 20_001])
  })

  it('keeps the line in order when an answer makes its caller send again', () => {
    const { upstream, send, reached } = world(1, 5)
    send(request(0), () => send(request(2), () => {}))
    send(request(1), () => {})
    upstream.call(0).answer(success())
    upstream.call(1).answer(success())
    assert.deepEqual(reached(), [0, 1, 2])
  })
})
