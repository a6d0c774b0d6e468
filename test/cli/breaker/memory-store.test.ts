/** The store of one process: when it reads its clock, whom it tells, and how a circuit lives on in another. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import type { Details, Permit, Verdict } from '../../../cli/breaker/circuit.ts'
import { MemoryStore } from '../../../cli/breaker/memory-store.ts'
import { type CircuitOptions, circuitSettings } from '../../../cli/breaker/options.ts'

/** A store whose readings of the clock are counted. */
function counting(options: CircuitOptions = {}): { store: MemoryStore; readings: () => number; clock: { at: number } } {
  const clock = { at: 0 }
  let readings = 0
  const now = (): number => {
    readings += 1
    return clock.at
  }
  const store = new MemoryStore({ settings: circuitSettings(options), clock: { now } })
  readings = 0
  return { store, clock, readings: () => readings }
}

function call(store: MemoryStore, verdict: Verdict, details?: Details): void {
  const asked = store.acquire()
  assert.ok(asked.admitted)
  store.settle(asked, verdict, details)
}

const reads: readonly [
  name: string,
  options: CircuitOptions,
  verdict: Verdict,
  details: Details | undefined,
  times: number,
][] = [
  ['a success of a counting window reads no clock', {}, 'ok', undefined, 0],
  ['a failure reads it once', {}, 'fail', undefined, 1],
  ['a success of a window of time reads it once', { windowMs: 1_000 }, 'ok', undefined, 1],
  ['a success with details reads it once', { slowCallPercentage: 50 }, 'ok', { durationMs: 5 }, 1],
]

for (const [name, options, verdict, details, times] of reads) {
  test(name, () => {
    const { store, readings } = counting(options)
    call(store, verdict, details)
    assert.equal(readings(), times)
  })
}

test('the clock is read whenever the answer depends on it', () => {
  const { store, clock, readings } = counting({ consecutiveFailures: 1, openForMs: 100, probes: 1 })
  const late = store.acquire() as Permit
  call(store, 'fail')
  clock.at = 60
  assert.deepEqual(store.acquire(), { admitted: false, state: 'open', retryAfterMs: 40 })
  clock.at = 100
  const events: unknown[] = []
  store.listen(event => events.push(event))
  store.settle(late, 'ok')
  assert.deepEqual(events, [{ type: 'late', atMs: 100, verdict: 'ok', generation: 1 }])
  const before = readings()
  call(store, 'ok')
  assert.equal(readings() - before, 2, 'a probe reads it twice')
  assert.equal(store.state(), 'closed')
})

test('listeners hear until they leave, and the last one leaving ends the telling', () => {
  const { store } = counting({ consecutiveFailures: 1 })
  const [first, second]: [string[], string[]] = [[], []]
  const leaveFirst = store.listen(({ type }) => first.push(type))
  const leaveSecond = store.listen(({ type }) => second.push(type))
  call(store, 'fail')
  leaveFirst()
  store.acquire()
  leaveSecond()
  store.acquire()
  assert.deepEqual([first, second], [['state'], ['state', 'refused']])
  store.listen(({ type }) => first.push(type))
  store.acquire()
  assert.deepEqual(first, ['state', 'refused'], 'and what nobody heard is not kept')
})

test('hands, snapshots and restorations tell at once', () => {
  const { store, clock } = counting({ consecutiveFailures: 1, openForMs: 100, probes: 2, probeLeaseMs: 50 })
  const heard: string[] = []
  store.listen(event => heard.push(event.type === 'state' ? event.to : event.type))
  store.override('disabled')
  store.override('closed')
  call(store, 'fail')
  clock.at = 100
  store.acquire()
  clock.at = 150
  assert.equal(store.snapshot().state, 'open', 'the overdue probe is seen')
  assert.deepEqual(heard, ['disabled', 'closed', 'open', 'half-open', 'probe', 'probe', 'open'])

  const half = counting({ consecutiveFailures: 1, openForMs: 100, probes: 2 })
  call(half.store, 'fail')
  half.clock.at = 100
  call(half.store, 'ok')
  const fewer = counting({ consecutiveFailures: 1, probes: 1 })
  const told: string[] = []
  fewer.store.listen(event => told.push(event.type))
  fewer.store.restore(half.store.snapshot())
  assert.deepEqual([told, fewer.store.state()], [['state'], 'closed'])
  fewer.store.close()
})

test('without settings it is the default circuit', () => {
  const store = new MemoryStore()
  for (let made = 0; made < 9; made += 1) call(store, 'fail')
  assert.equal(store.state(), 'closed')
  call(store, 'fail')
  assert.equal(store.state(), 'open')
})
