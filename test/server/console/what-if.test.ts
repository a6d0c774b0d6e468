/** What the sliders of "what if" ask for, how they ask while they are dragged, and what they make of the answers. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { noCounts, runFrom } from '../../../server/console/model/run.js'
import { armsBeside, commandOf, KNOB_IDS, KNOBS, simulatedArms, specOf } from '../../../server/console/model/what-if.js'
import { createSimulations } from '../../../server/console/net/simulations.js'
import { experimentBodySchema } from '../../../server/experiments/body.ts'

const standard = Object.fromEntries(KNOB_IDS.map(id => [id, KNOBS[id].standard])) as Parameters<typeof specOf>[0]

describe('the experiment of the sliders', () => {
  it('is taken by the server at both ends of every slider', () => {
    for (const id of KNOB_IDS) {
      for (const value of [KNOBS[id].min, KNOBS[id].max])
        assert.ok(
          experimentBodySchema.safeParse({ ...specOf({ ...standard, [id]: value }), simulate: true }).success,
          id,
        )
    }
  })

  it('has retries in both arms, and no outage where it lasts no time', () => {
    const spec = specOf({ ...standard, retries: 2, outage: 0 })
    assert.deepEqual([spec.arms, spec.conditions.outages], [['retry(2)', 'retry(2)+breaker'], []])
    assert.match(
      commandOf({ ...standard, retries: 2, outage: 0 }, 'http://x'),
      / --arms 'retry\(2\),retry\(2\)\+breaker' /,
    )
    assert.doesNotMatch(commandOf({ ...standard, outage: 0 }, 'http://x'), /--outage/)
  })
})

const arm = (success: number, failed: number, wasted: number) => ({
  outcomes: { success, failed, shortCircuited: 0, fromCache: 0 },
  upstream: { wasted },
  recoveryMs: 200,
  recovered: true,
})

describe('the figures', () => {
  it('are in calls of a hundred requests, with the span of the days that there are', () => {
    const span = { low: 10, high: 40 }
    const other = { requests: 200, arms: [{ useful: span, wasted: span, recoveryMs: null }] }
    assert.deepEqual(simulatedArms({ arms: [arm(150, 50, 60)], otherDays: other }), [
      {
        ...{ useful: 75, wasted: 30, recoveryMs: 200, recovered: true },
        spans: { useful: span, wasted: { low: 5, high: 20 }, recoveryMs: null },
      },
    ])
    assert.deepEqual(simulatedArms({ arms: [arm(0, 0, 0)] })[0]?.useful, null)
  })

  it('of the last run stand beside the arm of their kind, and know of recovery where it is kept', () => {
    const names = ['retry', 'retry+breaker', 'breaker']
    const totals = { retry: { ...noCounts(), success: 30, failed: 10, wasted: 20 } }
    const run = runFrom({ id: 'r', arms: names.map(name => ({ name })), totals })
    const [without, guarded] = armsBeside(run, null)
    assert.deepEqual(without, { useful: 75, wasted: 50, recoveryMs: null, recovered: null })
    assert.deepEqual(guarded, { useful: null, wasted: null, recoveryMs: null, recovered: null })
    const kept = { arms: [{ name: 'retry+breaker', ...arm(9, 1, 1) }] }
    assert.deepEqual(armsBeside(run, kept)[1], { useful: 90, wasted: 10, recoveryMs: 200, recovered: true })
    assert.deepEqual(armsBeside(runFrom({ id: 'r', arms: [{ name: 'none' }] }), null)[1], null)
    assert.deepEqual(armsBeside(null, null), [null, null])
  })
})

/** Simulations that are answered when the test says so. */
function asking() {
  const asked: { what: string; answer: (refusal?: number) => Promise<void> }[] = []
  const heard: string[] = []
  const simulations = createSimulations(
    ({ name }, days, signal) =>
      new Promise((resolve, reject) => {
        const what = `${name}${days === null ? '' : ` with ${days} days`}`
        signal.addEventListener('abort', () => reject(signal.reason))
        const answer = async (status?: number) => {
          if (status === undefined) resolve(what)
          else reject(Object.assign(new Error('refused'), { status }))
          await turn()
        }
        asked.push({ what, answer })
      }),
    {
      days: 99,
      onResult: result => heard.push(result),
      onProblem: error => heard.push(`problem ${(error as { status: number }).status}`),
      wait: () => turn(),
    },
  )
  return { simulations, heard, asked, names: () => asked.map(({ what }) => what) }
}
const turn = () => new Promise<void>(resolve => setImmediate(resolve))

describe('the questions of a drag', () => {
  it('wait for one answer, and then the newest has its turn; its days come last', async () => {
    const { simulations, asked, heard, names } = asking()
    for (const name of ['a', 'b', 'c']) simulations.ask({ name })
    assert.deepEqual(names(), ['a'])
    await asked[0]?.answer()
    assert.deepEqual(names(), ['a', 'c'])
    await asked[1]?.answer()
    await asked[2]?.answer()
    assert.deepEqual(heard, ['a', 'c', 'c with 99 days'])
  })

  it('give up the days of an older wish at once', async () => {
    const { simulations, asked, heard, names } = asking()
    simulations.ask({ name: 'a' })
    await asked[0]?.answer()
    simulations.ask({ name: 'b' })
    await turn()
    assert.deepEqual(names(), ['a', 'a with 99 days', 'b'])
    await asked[2]?.answer()
    await asked[3]?.answer()
    assert.deepEqual(heard, ['a', 'b', 'b with 99 days'])
  })

  it('are put again where others had the turn, and other refusals are told', async () => {
    const { simulations, asked, heard, names } = asking()
    simulations.ask({ name: 'a' })
    await asked[0]?.answer(429)
    await turn()
    await asked[1]?.answer()
    await asked[2]?.answer(409)
    await turn()
    await asked[3]?.answer(401)
    assert.deepEqual(names(), ['a', 'a', 'a with 99 days', 'a with 99 days'])
    assert.deepEqual(heard, ['a', 'problem 401'])
    simulations.ask({ name: 'b' })
    await turn()
    assert.equal(names().at(-1), 'b')
  })

  it('end where nobody wants the answer any more', async () => {
    const { simulations, asked, heard } = asking()
    simulations.ask({ name: 'a' })
    await asked[0]?.answer()
    simulations.stop()
    await asked[1]?.answer()
    assert.deepEqual(heard, ['a'])
  })
})
