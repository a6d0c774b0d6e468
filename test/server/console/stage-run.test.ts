/** A run as the stage plays it: totals of any moment, what was wrong, the dots, what arms are called. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { armTitles } from '../../../server/console/model/arm-names.js'
import { DotStore, firstSince, requestsPerDot } from '../../../server/console/model/flow.js'
import { emptyModel } from '../../../server/console/model/model.js'
import { advance, runFrom } from '../../../server/console/model/run.js'
import { stageRunOf, stageRunOfKept, stateAt, totalsAt } from '../../../server/console/model/stage-run.js'
import { troublesOf } from '../../../server/console/model/trouble.js'
import { ReplayClock, StageClock } from '../../../server/console/view/stage/stage-clock.js'
import { noCounts } from '../../../server/runs/counters.ts'

const arm = (name: string, more: object = {}) => ({ name, ...noCounts(), ...more })
const begun = (load: object = {}) =>
  runFrom({ id: 'r', title: 't', arms: [{ name: 'none' }, { name: 'breaker' }], startedAtMs: 0, load })

describe('arms', () => {
  it('are called by what tells them apart', () => {
    const cases: [string[], string[]][] = [
      [
        ['none', 'breaker'],
        ['without', 'with'],
      ],
      [
        ['retry', 'retry+breaker(threshold=15)'],
        ['without', 'with'],
      ],
      [
        ['none', 'breaker', 'breaker+cache'],
        ['without', 'with', 'breaker+cache'],
      ],
      [
        ['breaker(open-for=1s)', 'breaker(open-for=4s)'],
        ['breaker(open-for=1s)', 'breaker(open-for=4s)'],
      ],
      [['opossum'], ['opossum']],
    ]
    for (const [names, titles] of cases)
      assert.deepEqual(
        armTitles(names).map(({ kind, text }) => text || kind),
        titles,
      )
  })
})

describe('trouble', () => {
  it('is one spell for each thing that was wrong, the worst of each moment', () => {
    const at = (atMs: number, failRate: number, outage = false, slow = 1) => ({ atMs, failRate, outage, slow })
    const moments = [
      at(1_000, 0),
      at(3_000, 30),
      at(5_000, 30, true),
      at(7_000, 100),
      at(9_000, 0, false, 8),
      at(10_000, 0),
    ]
    assert.deepEqual(troublesOf(moments), [
      { fromMs: 1_000, toMs: 3_000, kind: 'rate', value: 30 },
      { fromMs: 3_000, toMs: 7_000, kind: 'down', value: 100 },
      { fromMs: 7_000, toMs: 9_000, kind: 'slow', value: 8 },
    ])
  })

  it('is one spell where a rate rises step by step', () => {
    const moments = [10, 20, 30, 40].map((failRate, index) => ({ atMs: 500 * (index + 1), failRate, outage: false }))
    assert.deepEqual(troublesOf(moments), [{ fromMs: 0, toMs: 2_000, kind: 'rate', value: 40 }])
  })
})

describe('dots', () => {
  it('end when it is told, and stay in the order in which they left', () => {
    const dots = new DotStore(1)
    dots.add({
      every: 2,
      dots: [
        [0, 2, 30, -1, -1, 1, 0],
        [0, 0, 10, 5, 0, 1, 0],
        [3, 9, 1, 1, 1, 1, 0],
      ],
    })
    dots.add({ every: 2, dots: [[0, 2, 30, 400, 1, 3, 1]] })
    assert.deepEqual(
      dots.arms[0]?.map(({ index, tookMs, outcome, attempts, probe }) => [index, tookMs, outcome, attempts, probe]),
      [
        [0, 5, 0, 1, false],
        [2, 400, 1, 3, true],
      ],
    )
    assert.equal(firstSince(dots.arms[0] ?? [], 11), 1)
  })

  it('are as many as the counts say where no requests are told, each for so many', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(40), { minLength: 4, maxLength: 4 }), fc.constantFrom(1, 2, 5), (numbers, every) => {
        const [success = 0, failed = 0, shortCircuited = 0, fromCache = 0] = numbers
        const dots = new DotStore(1, every)
        const counts = { success, failed, shortCircuited, fromCache, calls: success + failed, wasted: failed }
        dots.addCounts(0, 0, 250, counts, { tookMs: 0, probing: false })
        const all = dots.arms[0] ?? []
        numbers.forEach((count, outcome) => {
          assert.equal(all.filter(dot => dot.outcome === outcome).length, Math.floor(count / every))
        })
        assert.ok(
          all.every(({ sentMs }, index) => sentMs >= 0 && sentMs <= 250 && sentMs >= (all[index - 1]?.sentMs ?? 0)),
        )
      }),
    )
  })

  it('are thinned until the eye can follow', () => {
    assert.deepEqual(
      [requestsPerDot(10, 2, 1), requestsPerDot(60, 2, 1), requestsPerDot(60, 4, 1), requestsPerDot(1_000, 2, 20)],
      [1, 2, 4, 40],
    )
  })
})

describe('a run on the stage', () => {
  it('knows what each arm had come to at any moment, whatever the page has forgotten', () => {
    let run = begun({ requests: 600, lengthMs: 200_000 })
    for (let atMs = 250; atMs <= 200_000; atMs += 250)
      run = advance(run, {
        atMs,
        arms: [arm('none', { success: 2, failed: 1, wasted: 1 }), arm('breaker', { success: 3 })],
      })
    const stage = stageRunOf(run, emptyModel())
    assert.equal(totalsAt(stage, 0, 200_000).wasted, 800)
    assert.equal(totalsAt(stage, 0, 150_000).wasted, 600)
    assert.equal(totalsAt(stage, 1, 150_000, 149_000).success, 12)
    assert.equal(stage.dots.source, 'counts')
  })

  it('is as long as it was planned while it runs, and as it was when it is over', () => {
    const run = advance(begun({ lengthMs: 3_000 }), { atMs: 1_000, arms: [] })
    assert.equal(stageRunOf(run, emptyModel()).lengthMs, 3_000)
    assert.equal(stageRunOf({ ...run, lastMs: 3_400 }, emptyModel()).lengthMs, 3_400)
    assert.equal(stageRunOf({ ...run, status: 'ended', lastMs: 2_900 }, emptyModel()).lengthMs, 2_900)
  })

  it('tells its own requests where it has them, and what its arms met', () => {
    const flow = {
      every: 1,
      dots: [[1, 0, 5, 4, 0, 1, 0]] as [number, number, number, number, number, number, number][],
    }
    const run = advance(begun(), { atMs: 500, arms: [], weather: { failRate: 0, outage: false, slow: 8 }, flow })
    const stage = stageRunOf(run, emptyModel())
    assert.deepEqual([stage.dots.source, stage.dots.arms[1]?.length, stage.guarded], ['flow', 1, [false, true]])
    assert.deepEqual(stage.troubles, [{ fromMs: 0, toMs: 500, kind: 'slow', value: 8 }])
  })

  it('is read from a kept result, with the changes that were seen', () => {
    const series = [0, 250, 500, 750].map(atMs => ({ atMs, ...noCounts(), failed: 1, calls: 1, wasted: 1 }))
    const stage = stageRunOfKept('tirado', {
      load: { requests: 4, durationMs: 1_000 },
      failRate: { atStart: 0, atEnd: 0 },
      events: [
        { atMs: 250, what: 'fail-rate', figures: { from: 0, to: 70 } },
        { atMs: 750, what: 'fail-rate', figures: { from: 70, to: 0 } },
      ],
      arms: [{ name: 'breaker', series, states: [{ atMs: 0, state: 'closed' }] }],
    })
    assert.deepEqual(stage.troubles, [{ fromMs: 250, toMs: 750, kind: 'rate', value: 70 }])
    assert.deepEqual([totalsAt(stage, 0, 500).failed, totalsAt(stage, 0, 1_000).failed, stage.kept], [2, 4, true])
    assert.equal(stage.dots.arms[0]?.length, 4)
  })

  it('shows half-open long enough to be seen', () => {
    const edges = [
      { atMs: 0, state: 'closed' as const },
      { atMs: 100, state: 'half-open' as const },
      { atMs: 101, state: 'open' as const },
    ]
    assert.deepEqual(
      [50, 105, 600, 701].map(atMs => stateAt(edges, atMs, 600)),
      ['closed', 'half-open', 'half-open', 'open'],
    )
    assert.equal(stateAt([], 0), null)
  })
})

describe('the clock of the stage', () => {
  it('follows a live run, waits for what is not known, and runs on until the roads are empty', () => {
    const clock = new StageClock()
    const stage = (lastMs: number, over = false) => ({
      ...stageRunOf({ ...begun({ lengthMs: 2_000 }), lastMs, status: over ? 'ended' : 'running' }, emptyModel()),
    })
    assert.equal(clock.at(stage(1_000), 5_000), 300)
    assert.equal(clock.at(stage(1_000), 5_500), 800)
    assert.equal(clock.at(stage(1_000), 9_000), 1_000)
    assert.equal(clock.at(stage(2_000, true), 6_000), 1_300)
    assert.equal(clock.at(stage(2_000, true), 60_000), 4_700)
    assert.equal(new StageClock().at(stage(2_000, true), 0), 4_700)
  })

  it('plays a replay at its speed, from where it was put, and again from the start', () => {
    const clock = new ReplayClock(10_000, 0)
    assert.equal(clock.at(1_000), 1_000)
    clock.speed = 4
    assert.equal(clock.at(1_500), 3_000)
    clock.jump(9_000)
    assert.equal(clock.at(3_000), 12_000)
    assert.equal(clock.playing, false)
    clock.toggle(3_000)
    assert.equal(clock.at(3_250), 1_000)
  })
})
