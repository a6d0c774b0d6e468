/** Counts and journal of one session. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { NO_FAULT } from '../../../server/chaos/decision/decision.ts'
import { OUTCOMES, type Outcome } from '../../../server/chaos/decision/request-record.ts'
import { Journal } from '../../../server/telemetry/session-log.ts'
import { Stats } from '../../../server/telemetry/stats.ts'
import { requestRecord } from '../../support/request-record.ts'

fc.configureGlobal({ seed: 42 })

interface Read {
  requests: number
  inFlight: number
  outcomes: Record<Outcome, number>
  faults: Record<string, number>
  overflow: number
  impolite: number
  series: ({ atMs: number } & Record<Outcome, number>)[]
}
const read = (stats: Stats, nowMs: number) => stats.read(nowMs) as Read

suite('stats', () => {
  test('requests are the sum of the outcomes, of the routes, and of a series that reaches back far enough', () => {
    const record = fc.record({
      outcome: fc.constantFrom(...OUTCOMES),
      atMs: fc.integer({ min: -5_000, max: 50_000 }),
      fault: fc.constantFrom('', 'status', 'reset'),
      route: fc.constantFrom('/catalogs', '/catalogs/{code}'),
    })
    fc.assert(
      fc.property(fc.array(record, { maxLength: 200 }), records => {
        const stats = new Stats('s')
        for (const given of records.toSorted((a, b) => a.atMs - b.atMs)) {
          stats.started()
          stats.ended(requestRecord(given))
        }
        const { requests, inFlight, outcomes, faults, series } = read(stats, 50_000)
        const sum = (counts: Record<string, number>) => Object.values(counts).reduce((total, count) => total + count, 0)
        assert.equal(requests, records.length)
        assert.equal(inFlight, 0)
        assert.equal(sum(outcomes), records.length)
        assert.equal(sum(faults), records.filter(({ fault }) => fault !== '').length)
        const shown = series.map(({ atMs, ...counts }) => sum(counts))
        assert.equal(
          shown.reduce((total, count) => total + count, 0),
          records.filter(({ atMs }) => Math.floor(atMs / 1_000) > -10).length,
        )
        for (const { atMs } of series) assert.ok(Number.isInteger(atMs / 1_000))
      }),
    )
  })

  test('the series forgets what is older than a minute', () => {
    const stats = new Stats('s')
    for (const atMs of [500, 30_000, 61_500]) {
      stats.started()
      stats.ended(requestRecord({ atMs, outcome: 'success' }))
    }
    assert.deepEqual(
      read(stats, 61_900).series.map(({ atMs }) => atMs),
      [30_000, 61_000],
    )
    assert.deepEqual(read(stats, 600_000).series, [])
    assert.equal(read(stats, 600_000).requests, 3)
  })

  test('a request counts in the second in which it ended', () => {
    const stats = new Stats('s')
    stats.started()
    stats.ended(requestRecord({ atMs: 900, startedAt: 10_900, endedAt: 12_300, outcome: 'success' }))
    assert.equal(read(stats, 5_000).series[0]?.atMs, 2_000)
  })

  test('clearing leaves what is in flight', () => {
    const stats = new Stats('s')
    stats.started()
    stats.started()
    const bucket = { taken: false, remaining: 0, waitMs: 1, limit: 1, periodS: 1, impolite: true }
    stats.ended(
      requestRecord({ outcome: 'injected', fault: 'rate-limit', overflow: true, decision: { ...NO_FAULT, bucket } }),
    )
    assert.deepEqual([read(stats, 0).overflow, read(stats, 0).impolite], [1, 1])
    stats.clear()
    const { requests, inFlight, faults, overflow, impolite, series } = read(stats, 0)
    assert.deepEqual([requests, inFlight, faults, overflow, impolite, series], [0, 1, {}, 0, 0, []])
  })
})

suite('the journal', () => {
  test('keeps the newest, finds them by key and by outcome', () => {
    const journal = new Journal(5)
    for (let i = 0; i < 12; i += 1) {
      const outcome: Outcome = i % 2 === 0 ? 'success' : 'injected'
      journal.add(requestRecord({ key: i < 10 ? `k-${i}` : null, arrival: i, outcome }))
    }
    const keys = (query: Parameters<Journal['find']>[0]) =>
      journal.find(query).map(record => record.key ?? record.arrival)
    assert.deepEqual(keys({ limit: 100 }), [11, 10, 'k-9', 'k-8', 'k-7'])
    assert.deepEqual(keys({ limit: 2 }), [11, 10])
    assert.deepEqual(keys({ limit: 100, outcome: 'success' }), [10, 'k-8'])
    assert.deepEqual(keys({ limit: 100, key: 'k-9' }), ['k-9'])
    assert.deepEqual(keys({ limit: 100, key: '11' }), [11])
    assert.deepEqual(keys({ limit: 100, key: 'k-1' }), [])
    journal.clear()
    assert.deepEqual(keys({ limit: 100 }), [])
  })
})
