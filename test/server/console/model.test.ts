/** The page's model: events in, everything that the page shows out. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { emptyModel, reduce, SPAN_S } from '../../../server/console/model/model.js'
import { recording } from '../../browser/recording.ts'

const WALL = 1_800_000_000_000

type Model = ReturnType<typeof emptyModel>
type Event = { type: string; data: unknown }

const after = (events: readonly Event[], start: Model = emptyModel()): Model =>
  events.reduce((model, event) => reduce(model, event as { type: string; data: object }), start)

const hello = (more: object = {}): Event => ({
  type: 'hello',
  data: {
    boot: 'a',
    atMs: 1_000,
    wallMs: WALL + 1_000,
    state: { settings: { failRate: 0 } },
    history: [],
    runs: [],
    ...more,
  },
})
const sample = (atMs: number, more: object = {}): Event => ({
  type: 'sample',
  data: {
    atMs,
    wallMs: WALL + atMs,
    counts: {},
    faults: {},
    inFlight: 0,
    p50: null,
    p95: null,
    failRate: 0,
    outage: false,
    arrivals: 0,
    ...more,
  },
})

describe('the model', () => {
  it('plays the recording to its end', () => {
    const { hello: first, ticks } = recording(WALL)
    const model = after([first, ...ticks.flat()])
    assert.equal(model.link, 'live')
    assert.equal(model.chaos?.settings.failRate, 5)
    assert.equal(model.points.at(-1)?.t, WALL / 1000 + 120)
    assert.deepEqual(
      model.runs.map(({ status, names }) => [status, names]),
      [['ended', ['none', 'breaker']]],
    )
    assert.deepEqual(
      model.log.map(({ kind }) => kind),
      ['run', 'outage', 'outage', 'run', 'settings', 'settings', 'settings'],
    )
  })

  it('does not change what it was given', () => {
    const before = after([hello(), sample(1_250)])
    const frozen = structuredClone(before)
    after([sample(1_500), { type: 'settings', data: { settings: { failRate: 9 }, changed: ['failRate'] } }], before)
    assert.deepEqual(before, frozen)
  })

  it('takes each sample once, in whatever way it comes', () => {
    const model = after([hello({ history: [sample(250).data, sample(500).data] }), sample(500), sample(750)])
    assert.deepEqual(
      model.points.map(({ atMs }) => atMs),
      [250, 500, 750],
    )
  })

  it('keeps no more than the charts show', () => {
    const model = after([hello(), ...Array.from({ length: 1_000 }, (_, index) => sample(index * 250))])
    const [first, last] = [model.points[0]?.t ?? 0, model.points.at(-1)?.t ?? 0]
    assert.ok(last - first <= SPAN_S + 6)
  })

  it('keeps its history over a restart of the server, and says so', () => {
    const again = hello({ boot: 'b', atMs: 250, wallMs: WALL + 60_250, history: [sample(250).data] })
    const model = after([hello(), sample(1_250), { type: 'link', data: { to: 'lost', t: 1 } }, again])
    assert.deepEqual(
      model.points.map(({ t }) => t - WALL / 1000),
      [1.25, 60.25],
    )
    assert.deepEqual(
      model.log.map(({ data }) => data.what),
      ['restarted', 'lost'],
    )
  })

  it('does not fold the time axis when the wall clock was set back', () => {
    const again = hello({ boot: 'b', atMs: 250, wallMs: WALL - 60_000, history: [sample(250).data, sample(500).data] })
    const times = after([hello(), sample(1_250), again]).points.map(({ t }) => t)
    assert.deepEqual(
      times,
      [...times].sort((a, b) => a - b),
    )
    assert.equal(new Set(times).size, 3)
  })

  it('says who changed what, from what to what', () => {
    const change = { settings: { failRate: 70 }, changed: ['failRate'], origin: { source: 'cli' }, atMs: 2_000 }
    const model = after([hello(), { type: 'settings', data: change }])
    assert.equal(model.chaos?.settings.failRate, 70)
    const { t, data } = model.log[0] ?? { t: 0, data: {} }
    assert.equal(t, WALL / 1000 + 2)
    assert.deepEqual(data, {
      changed: ['failRate'],
      origin: { source: 'cli' },
      from: { failRate: 0 },
      to: { failRate: 70 },
    })
  })

  it('writes the log of a page that comes late, and keeps what it saw of other lives', () => {
    const change = { type: 'settings', atMs: 500, changed: ['failRate'], origin: { source: 'cli' }, from: {}, to: {} }
    const late = after([hello({ changes: [change] })])
    assert.deepEqual(
      late.log.map(({ kind, t }) => [kind, t - WALL / 1000]),
      [['settings', 0.5]],
    )
    const again = after([hello({ changes: [change] })], late)
    assert.equal(again.log.length, 1)
    const other = after([hello({ boot: 'b', wallMs: WALL + 60_000, changes: [] })], again)
    assert.deepEqual(
      other.log.map(({ kind }) => kind),
      ['link', 'settings'],
    )
  })

  it('follows a scenario from its start over its marks to its end', () => {
    const told = (status: string, more = {}) => ({
      type: 'scenario',
      data: { status, name: 'blackout', id: 'r', ...more },
    })
    const started = after([hello(), told('started', { startedAtMs: 5, lengthMs: 9_000 })])
    assert.deepEqual(started.scenario, { name: 'blackout', id: 'r', startedAtMs: 5, lengthMs: 9_000, mark: '' })
    assert.equal(after([told('mark', { mark: 'lights out' })], started).scenario?.mark, 'lights out')
    assert.equal(after([told('finished')], started).scenario, null)
  })

  it('begins anew in another session, but for the runs', () => {
    const run = { type: 'run', data: { type: 'start', run: { id: 'x', title: 'burst', arms: [{ name: 'none' }] } } }
    const model = after([hello(), sample(1_250), run, { type: 'opened', data: 'ana' }])
    assert.deepEqual([model.session, model.points.length, model.chaos, model.runs.length], ['ana', 0, null, 1])
  })

  it('ignores events that it does not know', () => {
    const model = after([hello()])
    assert.equal(after([{ type: 'weather-report', data: {} }], model), model)
  })
})
