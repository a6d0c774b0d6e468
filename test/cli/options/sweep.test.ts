/** The arms of a sweep: with the settings that are varied, and without a circuit. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { armWith, armWithout, scenarioArm } from '../../../cli/options/sweep.ts'

describe('the arms of a sweep', () => {
  for (const [arm, varied, without] of [
    ['breaker', 'breaker(threshold=20,open-for=1s)', 'none'],
    ['retry(3)+breaker(probes=1)', 'retry(3)+breaker(probes=1,threshold=20,open-for=1s)', 'retry'],
    ['retry + opossum + cache', 'retry+opossum(threshold=20,open-for=1s)+cache', 'cache+retry'],
    ['reschedule+breaker', 'reschedule+breaker(threshold=20,open-for=1s)', 'none'],
  ] as const) {
    it(`of ${arm} are ${varied} and ${without}`, () => {
      assert.equal(armWith(arm, { threshold: '20', 'open-for': '1s' }).name, varied)
      const names = armWithout(arm).name.split('+').sort().join('+')
      assert.equal(names, without)
    })
  }

  it('keep what was written of the words that stay', () => {
    assert.deepEqual(armWithout('retry(3)+breaker').policies.get('retry'), { retries: 3 })
  })

  for (const [arm, sentence] of [
    ['retry', /no breaker/],
    ['breaker(threshold=20)', /"threshold" twice/],
    ['breaker,none', /one arm/],
    ['opossum(50)', /"threshold" twice/],
  ] as const) {
    it(`${arm} is refused`, () => assert.throws(() => armWith(arm, { threshold: '30' }), sentence))
  }

  it('of a scenario are its own, trying as often as it says', () => {
    assert.equal(scenarioArm(['retry', 'retry+breaker'], 3), 'retry(3)+breaker')
    assert.equal(scenarioArm(['none', 'breaker'], 3), 'breaker')
    assert.equal(scenarioArm(['none'], 3), 'breaker')
  })
})
