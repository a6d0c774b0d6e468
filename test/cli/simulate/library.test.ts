/** `flaky-catalog/simulate`: expressions and functions side by side, the same figures every time, and clear errors. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { CircuitBreaker } from '../../../cli/breaker/index.ts'
import { ABORTED } from '../../../cli/policy/answers.ts'
import { type OwnArm, type Simulation, simulate } from '../../../cli/simulate/index.ts'

const load = { requests: 400, schedule: { kind: 'rate', perSecond: 100 } } as const
const conditions = { outages: [{ failRate: 100, fromMs: 1_000, toMs: 2_500 }] }
const OPTIONS = { failurePercentage: 50, minimumCalls: 10, windowCalls: 20, openForMs: 500 }

const through: OwnArm = ({ call }) => call

const byPromises: OwnArm = ({ clock, entered }) => {
  const breaker = new CircuitBreaker({ ...OPTIONS, clock })
  breaker.on('state', ({ to }) => entered(to))
  return { run: act => breaker.run(act) }
}

suite('arms that are functions', () => {
  test('stand beside expressions, and meet the same fates', async () => {
    const { arms } = await simulate({ arms: { none: 'none', own: through }, load, conditions })
    assert.deepEqual({ ...arms.own, name: '' }, { ...arms.none, name: '' })
    assert.equal(arms.none.upstream.wasted, 150)
  })

  test('may be circuit breakers of promises: ours comes to the same by both ways', async () => {
    const arms = { ours: 'breaker(threshold=50,min-calls=10,window=20,open-for=500ms)', mine: byPromises }
    const { arms: came } = await simulate({ arms, load, conditions })
    assert.ok(came.ours.states.length > 4)
    assert.deepEqual({ ...came.mine, name: '' }, { ...came.ours, name: '' })
    assert.equal(came.mine.recovered, true)
  })

  test('may wait on the clock, and give up what takes too long', async () => {
    const hurried: OwnArm = ({ call, clock }) => {
      return (request, done) => {
        const giveUp = clock.after(50, () => cancel())
        const cancel = call(request, answer => {
          giveUp()
          done(answer)
        })
        return cancel
      }
    }
    const settings: Simulation['settings'] = { latency: { distribution: 'fixed', delay: '100ms' } }
    const { arms } = await simulate({ arms: { hurried }, load, settings })
    assert.deepEqual(arms.hurried.failures, { [ABORTED.failure ?? '']: 400 })
  })

  test('that never answer are a bug, which is said', async () => {
    const mute: OwnArm = () => () => () => {}
    await assert.rejects(simulate({ arms: { mute }, load }), /ended before its requests were answered: only 0 of mute/)
    const forgets: OwnArm = () => ({ run: () => new Promise(() => {}) })
    await assert.rejects(simulate({ arms: { forgets }, load }), /only 0 of forgets/)
  })

  test('that throw end the simulation with what they threw', async () => {
    const broken: OwnArm = () => () => {
      throw new RangeError('broken')
    }
    await assert.rejects(simulate({ arms: { broken }, load }), new RangeError('broken'))
  })
})

test('the same input gives the same result, and another seed another', async () => {
  const flips = { arms: { retry: 'retry(2)', breaker: 'breaker' }, load, conditions: { failRate: 30 } }
  const once = await simulate({ ...flips, seed: 'a' })
  assert.deepEqual(await simulate({ ...flips, seed: 'a' }), once)
  assert.notDeepEqual(await simulate({ ...flips, seed: 'b' }), once)
})

test('a scenario of the package is named', async () => {
  const { arms } = await simulate({ arms: { none: 'none' }, load, conditions: { scenario: 'blackout' } })
  assert.equal(arms.none.outcomes.success + arms.none.outcomes.failed, 400)
})

test('what is wrong is said in a sentence', async () => {
  const wrong: readonly (readonly [Partial<Simulation>, RegExp])[] = [
    [{ arms: {} }, /this cannot be simulated: \/arms: /],
    [{ arms: { one: 'braker' } }, /"braker" is no word/],
    [{ arms: { one: 'notify(http://127.0.0.1)+breaker' } }, /a webhook cannot be simulated/],
    [{ load: { ...load, requests: 0 } }, /\/load\/requests/],
    [{ conditions: { scenario: 'never' } }, /there is no scenario "never": there are /],
    [{ settings: { failRate: 101 } }, /\/failRate/],
    [{ request: { method: 'POST' } }, /only GET and HEAD can be simulated/],
  ]
  for (const [part, says] of wrong) await assert.rejects(simulate({ arms: { none: 'none' }, load, ...part }), says)
})
