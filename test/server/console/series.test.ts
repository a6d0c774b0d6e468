/** The columns of the charts: every answer in its second, on one time axis. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { emptyModel, reduce } from '../../../server/console/model/model.js'
import {
  answersPerSecond,
  armPerSecond,
  conditionsOf,
  held,
  lines,
  outageSpans,
  stacked,
  timeAxis,
} from '../../../server/console/model/series.js'
import { recentFigures } from '../../../server/console/model/traffic.js'
import { recording } from '../../browser/recording.ts'

const WALL = 1_800_000_000_000
const { hello, ticks } = recording(WALL)
const model = [hello, ...ticks.flat()].reduce((before, event) => reduce(before, event), emptyModel())
const now = model.points.at(-1)?.t ?? 0
const sum = (row: readonly number[]) => row.reduce((total, value) => total + value, 0)

describe('the series', () => {
  it('hold every answer of the samples', () => {
    const { rows } = answersPerSecond(model.points, now)
    const told = model.points.reduce((total, { counts }) => total + (counts.success ?? 0), 0)
    assert.equal(sum(rows.success), told)
  })

  it('hold every outcome of an arm', () => {
    const run = model.runs[0] ?? assert.fail('no run')
    const { times, rows } = armPerSecond(run, 'breaker', model.epoch, timeAxis(model, null, now))
    assert.equal(Math.round(sum(rows.shortCircuited)), run.totals.breaker?.shortCircuited)
    assert.equal(Math.round(sum(rows.calls)), run.totals.breaker?.calls)
    assert.equal(times.length, rows.calls.length)
  })

  it('of a run lie on its own axis, from its start to its end', () => {
    const run = model.runs[0] ?? assert.fail('no run')
    const axis = timeAxis(model, run, now)
    const start = WALL / 1000 + run.startedAtMs / 1000
    assert.deepEqual([axis.from, axis.to, axis.start], [start, start + run.lastMs / 1000, start])
    const { times, rows, binS } = armPerSecond(run, 'none', model.epoch, axis)
    assert.equal(times.length * binS, run.lastMs / 1000)
    assert.equal(Math.round(sum(rows.calls) * binS), run.totals.none?.calls)
    const short = { ...run, status: 'running' as const, lastMs: 500, load: { lengthMs: 3_000 } }
    assert.equal(timeAxis(model, short, now).to - start, 3)
  })

  it('put a quarter second into the second that it ends', () => {
    const point = { ...(model.points[0] ?? assert.fail()), counts: { success: 1 } }
    fc.assert(
      fc.property(fc.double({ min: 1, max: 100, noNaN: true }), ago => {
        const { times, rows } = answersPerSecond([{ ...point, t: now - ago }], now)
        const slot = rows.success.indexOf(1)
        assert.ok(Math.abs((times[slot] ?? 0) - (now - ago)) <= 0.5 + 1e-6)
      }),
    )
  })

  it('find the outage', () => {
    const [[from, to] = [0, 0], ...others] = outageSpans(model.points)
    assert.deepEqual(others, [])
    assert.deepEqual(
      [from, to].map(at => Math.round((at - WALL / 1000) * 4) / 4),
      [77.75, 97.75],
    )
  })

  it('break a line where nothing was heard', () => {
    const points = [1, 1.25, 9].map(t => ({ t }))
    assert.deepEqual(
      lines(points, () => [5], 1),
      [
        [1, 1.25, 1.26, 9],
        [5, 5, null, 5],
      ],
    )
  })

  it('hold a percentile for a second, and no longer', () => {
    const times = [0, 0.25, 1, 1.25, 2]
    assert.deepEqual(held([times, [5, null, null, null, 7]]), [times, [5, 5, 5, null, 7]])
  })

  it('show the conditions of the arms where they met their own', () => {
    const run = {
      ...(model.runs[0] ?? assert.fail()),
      steps: [{ atMs: 0, arms: [], weather: { failRate: 99, outage: true } }],
    }
    const sky = conditionsOf(model, run)
    assert.deepEqual(
      sky.filter(({ failRate }) => failRate === 99).map(({ t }) => t - WALL / 1000),
      [68],
    )
    assert.equal(conditionsOf(model, null), model.points)
  })

  it('stack from the bottom up', () => {
    assert.deepEqual(
      stacked([
        [1, 2],
        [10, 20],
        [100, 0],
      ]),
      [
        [1, 2],
        [11, 22],
        [111, 22],
      ],
    )
  })

  it('tell the figures of this moment', () => {
    const quiet = recentFigures([], 0)
    assert.deepEqual(quiet, { perSecond: 0, useful: null, p95: null, inFlight: 0 })
    const point = model.points[0] ?? assert.fail()
    const points = [0.25, 0.5, 0.75, 1].map(t => ({ ...point, t, counts: { success: 9, injected: 1 }, p95: 12 }))
    const { perSecond, useful, p95 } = recentFigures(points, 1)
    assert.deepEqual([perSecond, useful, p95], [40, 90, 12])
  })
})
