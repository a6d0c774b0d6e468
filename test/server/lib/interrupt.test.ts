/** One Ctrl-C is one, also where npm sends it on; two are two. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { Interrupt } from '../../../server/lib/interrupt.ts'
import { ManualClock } from '../../support/manual-clock.ts'

for (const [what, signals, forced] of [
  ['one signal asks', [[0, 'SIGINT']], []],
  [
    'an echo of npm is the same signal',
    [
      [0, 'SIGINT'],
      [150, 'SIGINT'],
    ],
    [],
  ],
  [
    'a second one ends',
    [
      [0, 'SIGINT'],
      [201, 'SIGINT'],
    ],
    ['SIGINT'],
  ],
  [
    'another signal ends at once',
    [
      [0, 'SIGINT'],
      [1, 'SIGTERM'],
    ],
    ['SIGTERM'],
  ],
] as const) {
  test(what, () => {
    const clock = new ManualClock()
    const ended: string[] = []
    const interrupt = new Interrupt(clock, signal => ended.push(signal))
    assert.equal(interrupt.signal.aborted, false)
    for (const [afterMs, signal] of signals) {
      clock.advance(afterMs)
      interrupt.receive(signal)
    }
    assert.equal(interrupt.signal.reason, 'SIGINT')
    assert.deepEqual(ended, forced)
  })
}

test('an error is the reason, and the first one stays it', () => {
  const interrupt = new Interrupt(new ManualClock(), () => assert.fail('not ended'))
  const error = new Error('nobody caught it')
  interrupt.fail(error)
  interrupt.fail(new Error('a later one'))
  assert.equal(interrupt.signal.reason, error)
})
