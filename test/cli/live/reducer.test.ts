/** The model: what each event makes of it. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { State } from '../../../cli/breaker/circuit.ts'
import { begin, type Model, SLOT_MS, shownRate, shownState } from '../../../cli/live/model.ts'
import { type LiveEvent, reduce } from '../../../cli/live/reducer.ts'
import { noCounts } from '../../../server/runs/counters.ts'

const start = begin({
  now: 0,
  wallOffsetMs: 0,
  target: 'http://127.0.0.1:8000',
  session: 'default',
  load: { batch: 10, everyMs: 100, automatic: false },
  arm: { name: 'breaker', rule: '', caches: false },
  baselineOn: true,
})

/** The model after a story of moments and events. */
function told(...story: readonly (readonly [at: number, event: LiveEvent])[]): Model {
  return story.reduce((model, [at, event]) => reduce(model, event, at), start)
}
const logOf = (model: Model) => model.log.map(entry => `${entry.who}: ${entry.text}`)
const rate = (failRate: number, who: string): LiveEvent => ({ type: 'changed', who, failRate, rateSource: who })

test('counts go into totals and into the column of their time', () => {
  const model = told(
    [10, { type: 'answers', arm: 'main', counts: { ...noCounts(), success: 3, calls: 3 } }],
    [SLOT_MS + 10, { type: 'answers', arm: 'main', counts: { ...noCounts(), failed: 2, calls: 2, wasted: 2 } }],
    [SLOT_MS + 20, { type: 'answers', arm: 'baseline', counts: { ...noCounts(), success: 1, calls: 1 } }],
  )
  assert.deepEqual(model.totals.main, { ...noCounts(), success: 3, failed: 2, calls: 5, wasted: 2 })
  assert.deepEqual(
    model.slots.map(slot => [slot.index, slot.main.success, slot.main.failed, slot.baseline.success]),
    [
      [0, 3, 0, 0],
      [1, 0, 2, 1],
    ],
  )
})

test('time without events has columns too, and no more than are ever shown', () => {
  const model = told([0, { type: 'tick' }], [10 * SLOT_MS, { type: 'tick' }], [1e9, { type: 'tick' }])
  assert.equal(model.slots.length, 400)
  assert.deepEqual(
    model.slots.map(slot => slot.index),
    Array.from({ length: 400 }, (_, step) => 1e9 / SLOT_MS - 399 + step),
  )
})

test('a column shows the most telling state of its time, and the next one the state that is', () => {
  const model = told(
    [10, { type: 'circuit', state: 'open', why: '' }],
    [SLOT_MS + 1, { type: 'circuit', state: 'half-open', why: '' }],
    [SLOT_MS + 3, { type: 'circuit', state: 'open', why: '' }],
    [2 * SLOT_MS + 1, { type: 'tick' }],
  )
  assert.deepEqual(
    model.slots.map(slot => slot.state),
    ['open', 'half-open', 'open'],
  )
})

test('half-open stays lit long enough to be seen', () => {
  const flash = told(
    [100, { type: 'circuit', state: 'half-open', why: '' }],
    [101, { type: 'circuit', state: 'closed', why: '' }],
  )
  assert.equal(shownState(flash), 'half-open')
  assert.equal(shownState(reduce(flash, { type: 'tick' }, 699)), 'half-open')
  assert.equal(shownState(reduce(flash, { type: 'tick' }, 700)), 'closed')
  assert.equal(shownState(reduce(flash, { type: 'switched', what: 'breaker', on: false }, 200)), 'disabled')
})

test('a rate that was asked for shows at once, until the server confirms or refuses it', () => {
  const asked = told([0, { type: 'connected', failRate: 30 }], [1, { type: 'asked', failRate: 70 }])
  assert.equal(shownRate(asked), 70)
  assert.equal(asked.failRate, 30)
  const other = reduce(asked, rate(50, 'web'), 2)
  assert.equal(shownRate(other), 70, 'what others set meanwhile does not take the number away')
  const confirmed = reduce(other, rate(70, 'cli'), 3)
  assert.deepEqual([confirmed.asked, confirmed.failRate, confirmed.rateSource], [null, 70, 'cli'])
  const same = reduce(asked, { type: 'asked', failRate: 30 }, 2)
  assert.equal(same.asked, null, 'nobody confirms what is so already')
  const refused = reduce(asked, { type: 'refused', why: 'no' }, 2)
  assert.deepEqual([shownRate(refused), refused.notice?.text], [30, 'no'])
})

test('a rate that is dragged is one line of the log, and another hand begins a new one', () => {
  const model = told(
    [0, { type: 'connected', failRate: 0 }],
    [100, rate(10, 'cli')],
    [200, rate(20, 'cli')],
    [300, rate(30, 'cli')],
    [400, rate(40, 'web')],
    [9_000, rate(50, 'web')],
  )
  assert.deepEqual(logOf(model), [
    'cli: fail rate 0 % to 30 %',
    'web: fail rate 30 % to 40 %',
    'web: fail rate 40 % to 50 %',
  ])
})

test('what a circuit does in a row is one line, and what people do stands between', () => {
  const circuit = (state: State, why = ''): LiveEvent => ({ type: 'circuit', state, why })
  const model = told(
    [1, circuit('open', '10 of 20 calls failed')],
    [2, circuit('half-open')],
    [3, circuit('open', '2 of 3 probes failed')],
    [4, circuit('half-open')],
    [5, circuit('closed', '3 probes succeeded')],
    [6, rate(70, 'web')],
    [7, circuit('open', '10 of 20 calls failed')],
  )
  assert.deepEqual(logOf(model), [
    'breaker: closed, opened 2 x: 3 probes succeeded',
    'web: fail rate 70 %',
    'breaker: open: 10 of 20 calls failed',
  ])
})

test('outages: begun, counted down, over; samples say so where no event did', () => {
  const out = told(
    [1_000, { type: 'changed', who: 'web', outage: { forMs: 10_000 } }],
    [1_001, { type: 'sampled', outage: true }],
  )
  assert.deepEqual(out.outage, { until: 11_000 })
  const over = reduce(out, { type: 'sampled', outage: false }, 11_050)
  assert.equal(over.outage, null)
  assert.deepEqual(logOf(over), ['web: outage for 10s: every request fails', 'server: outage over'])
  assert.deepEqual(
    over.slots.filter(slot => slot.outage).map(slot => slot.index),
    Array.from({ length: 21 }, (_, step) => 2 + step),
  )
})

test('a lost connection is said once, keeps the history, and its return is said', () => {
  const lost: LiveEvent = { type: 'disconnected', why: 'nothing listens there', retryInMs: 500 }
  const model = told(
    [0, { type: 'connected', failRate: 70 }],
    [10, { type: 'answers', arm: 'main', counts: { ...noCounts(), success: 3, calls: 3 } }],
    [20, lost],
    [600, lost],
  )
  assert.deepEqual(logOf(model), ['server: connection lost: nothing listens there'])
  const back = reduce(model, { type: 'connected', failRate: 0 }, 1_000)
  assert.deepEqual(back.connection, { state: 'connected' })
  assert.equal(back.totals.main.success, 3)
  assert.equal(back.failRate, 0)
  assert.deepEqual(logOf(back).slice(1), ['server: connected again', 'server: fail rate 70 % to 0 %'])
})

test('a reset begins again, but for the log and the switches', () => {
  const model = told(
    [0, { type: 'connected', failRate: 70 }],
    [5, { type: 'switched', what: 'automatic', on: true }],
    [10, { type: 'answers', arm: 'main', counts: { ...noCounts(), success: 3, calls: 3 } }],
    [20, { type: 'circuit', state: 'open', why: '' }],
    [3_000, { type: 'cleared', who: 'you' }],
  )
  assert.deepEqual(model.totals.main, noCounts())
  assert.equal(model.slots.length, 1)
  assert.equal(model.breaker.state, 'closed')
  assert.equal(model.load.automatic, true)
  assert.equal(model.connection.state, 'connected')
  assert.equal(model.log.length, 2)
})

test('a notice goes when its time is over', () => {
  const model = told([0, { type: 'notice', text: 'look', forMs: 1_000 }], [999, { type: 'tick' }])
  assert.equal(model.notice?.text, 'look')
  assert.equal(reduce(model, { type: 'tick' }, 1_000).notice, null)
})
