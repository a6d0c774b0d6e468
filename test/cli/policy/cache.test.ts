/** The cache: whom it stands in for, how old and how many its answers may be. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { cache } from '../../../cli/policy/cache.ts'
import type { Answer } from '../../../cli/policy/send.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { collect, failed, request, success, Upstream } from './upstream.ts'

function world(size = 2) {
  const clock = new ManualClock()
  const upstream = new Upstream()
  const send = cache(clock, { ttl: 1_000, size })(upstream.send)
  const ask = (code: string, answer: Answer) => {
    const { answers } = collect(send, request(0, code))
    upstream.call().answer(answer)
    return answers[0]
  }
  return { clock, upstream, send, ask }
}

const REFUSED: Answer = { ...success(), outcome: 'shortCircuited', status: 0, retryAfterMs: 700 }

describe('cache', () => {
  for (const trouble of [
    failed('status', 500),
    failed('status', 429),
    failed('timeout'),
    failed('truncated', 200),
    REFUSED,
  ]) {
    it(`stands in for ${trouble.failure ?? 'a refusal'} ${trouble.status} with the last good value and its age`, () => {
      const { clock, ask } = world()
      clock.advance(150)
      ask('a', success('old'))
      ask('a', success('new'))
      clock.advance(400)
      assert.deepEqual(ask('a', trouble), { ...success('new'), outcome: 'fromCache', ageMs: 400 })
    })
  }

  for (const answer of [failed('aborted'), failed('status', 403), success('fresh')]) {
    it(`lets ${answer.failure ?? 'a success'} ${answer.status} through`, () => {
      const { ask } = world()
      ask('a', success())
      assert.deepEqual(ask('a', answer), answer)
    })
  }

  it('has nothing to say for a code it never saw answered', () => {
    const { ask } = world()
    ask('a', success())
    assert.deepEqual(ask('b', failed('timeout')), failed('timeout'))
  })

  it('believes a product that is gone', () => {
    const { ask } = world()
    ask('a', success('here'))
    ask('a', { ...success('gone'), status: 404 })
    assert.equal(ask('a', failed('timeout'))?.status, 404)
  })

  it('forgets what has grown too old, and standing in does not make it younger', () => {
    const { clock, ask } = world()
    ask('a', success())
    clock.advance(600)
    assert.equal(ask('a', failed('timeout'))?.outcome, 'fromCache')
    clock.advance(400)
    assert.equal(ask('a', failed('timeout'))?.outcome, 'fromCache')
    clock.advance(0.1)
    assert.equal(ask('a', failed('timeout'))?.outcome, 'failed')
  })

  it('makes room by forgetting the answer longest out of use', () => {
    const { ask } = world(2)
    ask('a', success())
    ask('b', success())
    ask('a', failed('timeout'))
    ask('c', success())
    const outcomes = ['a', 'b', 'c'].map(code => ask(code, failed('timeout'))?.outcome)
    assert.deepEqual(outcomes, ['fromCache', 'failed', 'fromCache'])
  })

  it('hands a cancel on', () => {
    const { upstream, send } = world()
    const { answers, cancel } = collect(send, request())
    cancel()
    assert.deepEqual([answers, upstream.call().cancelled], [[failed('aborted')], true])
  })
})
