/** What the console publishes: a run from its first request on, a new one when the console or the server begins anew. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { ArmTotals } from '../../../cli/control/live-publisher.ts'
import { PublishedRuns } from '../../../cli/live/published-runs.ts'
import { type LiveEvent, reduce } from '../../../cli/live/reducer.ts'
import { noCounts } from '../../../server/runs/counters.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { story } from './story.ts'

function stage() {
  const clock = new ManualClock()
  const told: string[] = []
  let last: readonly ArmTotals[] = []
  let opened = 0
  const publishedRuns = new PublishedRuns({
    clock,
    id: 'live-1',
    sessions: { main: 'default', baseline: 'live-1-none' },
    open: () => {
      const number = ++opened
      return {
        start: run =>
          void told.push(`${number} start ${run.id} ${run.arms.map(arm => `${arm.name}@${arm.session}`).join()}`),
        progress: (atMs, arms) => {
          last = arms
          told.push(`${number} ${atMs} ${arms.map(arm => arm.success).join()}`)
        },
        end: async (atMs, arms) => void told.push(`${number} end ${atMs} ${arms.map(arm => arm.success).join()}`),
      }
    },
  })
  let model = story(0)
  const hear = (event: LiveEvent) => {
    model = reduce(model, event, model.now)
    publishedRuns.on(event)
  }
  const frame = (ms: number) => {
    clock.advance(ms)
    model = reduce(model, { type: 'tick' }, clock.now())
    publishedRuns.update(model)
  }
  return { told, hear, frame, publishedRuns, last: () => last }
}
const success = (count: number): LiveEvent => ({
  type: 'answers',
  arm: 'main',
  counts: { ...noCounts(), success: count, calls: count },
})

test('a run begins with the first request and goes on with whole totals', async () => {
  const { told, hear, frame, publishedRuns } = stage()
  frame(1_000)
  assert.deepEqual(told, [])
  hear(success(3))
  frame(100)
  hear(success(4))
  frame(125)
  await publishedRuns.close()
  assert.deepEqual(told, ['1 start live-1-1 breaker@default,none@live-1-none', '1 0 3,0', '1 125 7,0', '1 end 125 7,0'])
})

test('the states of the circuit are told by the time of the run', () => {
  const { hear, frame, last } = stage()
  hear(success(1))
  frame(5_000)
  frame(200)
  hear({ type: 'circuit', state: 'open', why: '' })
  frame(300)
  hear({ type: 'switched', what: 'breaker', on: false })
  frame(0)
  assert.deepEqual(last()[0]?.states, [
    { atMs: 0, state: 'closed' },
    { atMs: 200, state: 'open' },
    { atMs: 500, state: 'disabled' },
  ])
  assert.deepEqual(last()[1]?.states, [])
})

test('a reset ends the run, and the next request begins another', async () => {
  const { told, hear, frame } = stage()
  hear(success(3))
  frame(100)
  hear({ type: 'cleared', who: 'you' })
  frame(100)
  hear(success(1))
  frame(100)
  assert.deepEqual(told, [
    '1 start live-1-1 breaker@default,none@live-1-none',
    '1 0 3,0',
    '1 end 0 3,0',
    '2 start live-1-2 breaker@default,none@live-1-none',
    '2 0 1,0',
  ])
})

test('nothing is told to a server that is away; one that is back hears of a new run', () => {
  const { told, hear, frame } = stage()
  hear(success(3))
  frame(100)
  hear({ type: 'disconnected', why: '', retryInMs: 250 })
  frame(1_000)
  hear({ type: 'connected' })
  frame(100)
  assert.deepEqual(told.slice(2), ['1 end 1000 3,0', '2 start live-1-2 breaker@default,none@live-1-none', '2 0 3,0'])
})
