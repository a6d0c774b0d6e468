/** A session's last two minutes: every visit in its quarter second, and no more memory than that. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { OUTCOMES, type Outcome } from '../../../server/chaos/decision/request-record.ts'
import { LatencyBins } from '../../../server/telemetry/latency-bins.ts'
import { BUCKET_MS, lastClosedBucket, Timeline } from '../../../server/telemetry/timeline.ts'

const EPOCH = 1_800_000_000_000
const all = (counts: Partial<Record<Outcome, number>>) => Object.values(counts).reduce((sum, count) => sum + count, 0)

describe('the timeline', () => {
  it('tells what happened in each bucket, once it is over', () => {
    const timeline = new Timeline()
    timeline.note(0, { failRate: 30, outage: false })
    timeline.started(10)
    timeline.started(20)
    timeline.ended(100, 'success', '', 90)
    assert.deepEqual(timeline.since(-1, 249, EPOCH), [])
    const [first, ...others] = timeline.since(-1, 250, EPOCH)
    assert.deepEqual(others, [])
    const { p50, p95, ...rest } = first ?? assert.fail()
    assert.deepEqual(rest, {
      atMs: 250,
      wallMs: EPOCH + 250,
      counts: { success: 1 },
      faults: {},
      inFlight: 1,
      failRate: 30,
      outage: false,
      arrivals: 2,
    })
    assert.ok(Math.abs((p50 ?? 0) - 90) < 3 && p50 === p95)
  })

  it('tells a bucket once, and none twice', () => {
    const timeline = new Timeline()
    let last = -1
    const told: number[] = []
    for (const now of [100, 260, 900, 901, 5_000]) {
      told.push(...timeline.since(last, now, EPOCH).map(({ atMs }) => atMs))
      last = lastClosedBucket(now)
    }
    assert.deepEqual(
      told,
      Array.from({ length: 20 }, (_, index) => (index + 1) * BUCKET_MS),
    )
  })

  it('counts what ended in a bucket that was sent already in the one that is open', () => {
    const timeline = new Timeline()
    timeline.started(100)
    assert.equal(timeline.since(-1, 260, EPOCH).length, 1)
    timeline.started(251)
    timeline.ended(249, 'success', '', 149)
    const [, second] = timeline.since(-1, 500, EPOCH)
    assert.deepEqual([second?.counts, second?.arrivals, second?.inFlight], [{ success: 1 }, 1, 1])
    assert.deepEqual(timeline.since(-1, 500, EPOCH)[0]?.arrivals, 1, 'what was sent stays')
  })

  it('counts faults by kind', () => {
    const timeline = new Timeline()
    for (const fault of ['reset', 'status', 'reset']) timeline.ended(5, 'injected', fault, 1)
    const [sample] = timeline.since(-1, 300, EPOCH)
    assert.deepEqual([sample?.counts, sample?.faults], [{ injected: 3 }, { reset: 2, status: 1 }])
  })

  it('loses and invents nothing, whenever requests end', () => {
    const step = fc.tuple(fc.nat(900), fc.constantFrom(...OUTCOMES))
    fc.assert(
      fc.property(fc.array(step, { maxLength: 100 }), steps => {
        const timeline = new Timeline()
        let now = 0
        for (const [wait, outcome] of steps) {
          now += wait
          timeline.started(now)
          timeline.ended(now, outcome, '', wait)
        }
        const samples = timeline.since(-1, now + BUCKET_MS, EPOCH)
        const recent = samples.filter(({ atMs }) => atMs > now - 100_000)
        assert.equal(
          samples.reduce((sum, { counts }) => sum + all(counts), 0),
          steps.length,
        )
        assert.ok(recent.every(({ inFlight }) => inFlight === 0))
      }),
    )
  })

  it('remembers two minutes and forgets the rest', () => {
    const timeline = new Timeline()
    for (let now = 0; now < 600_000; now += 100) {
      timeline.started(now)
      timeline.ended(now, 'success', '', 1)
    }
    const history = timeline.history(600_000, EPOCH)
    assert.equal(history.length, 480)
    assert.equal(history[0]?.atMs, 480_250)
    assert.equal(
      history.reduce((sum, { counts }) => sum + all(counts), 0),
      1_200,
    )
  })

  it('says in one sample a second that nothing happened, but each change of conditions', () => {
    const timeline = new Timeline()
    timeline.note(0, { failRate: 0, outage: false })
    timeline.note(60_100, { failRate: 70, outage: false })
    timeline.note(60_600, { failRate: 70, outage: true })
    const history = timeline.history(120_000, EPOCH)
    assert.ok(history.length <= 123, `${history.length} samples`)
    assert.equal(history.find(({ failRate }) => failRate === 70)?.atMs, 60_250)
    assert.equal(history.find(({ outage }) => outage)?.atMs, 60_750)
  })

  it('knows the conditions of a time that nobody looked at', () => {
    const timeline = new Timeline()
    timeline.note(0, { failRate: 5, outage: false })
    assert.deepEqual(new Set(timeline.history(1_000_000, EPOCH).map(({ failRate }) => failRate)), new Set([5]))
  })
})

describe('the spread', () => {
  it('is within 3 % of the exact percentile', () => {
    const durations = fc.array(fc.double({ min: 0, max: 60_000, noNaN: true }), { minLength: 1, maxLength: 200 })
    fc.assert(
      fc.property(durations, values => {
        const spread = new LatencyBins()
        for (const value of values) spread.add(value)
        const sorted = [...values].sort((a, b) => a - b)
        const exact = (share: number) => sorted[Math.max(1, Math.ceil(share * sorted.length)) - 1] ?? Number.NaN
        const [p50, p95] = spread.take(0.5, 0.95)
        for (const [found, real] of [
          [p50, exact(0.5)],
          [p95, exact(0.95)],
        ] as const) {
          assert.ok(Math.abs((found ?? Number.NaN) - real) <= 0.03 * (1 + real), `${found} for ${real}`)
        }
      }),
    )
  })

  it('is empty after it was read', () => {
    const spread = new LatencyBins()
    spread.add(5)
    spread.take(0.5, 0.95)
    assert.deepEqual(spread.take(0.5, 0.95), [null, null])
  })
})
