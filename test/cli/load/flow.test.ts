/** Which requests are followed one by one, and what is told of them. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { mergeFlows, RunFlow } from '../../../cli/load/flow.ts'
import { batches, closedLoop, constantRate, poisson, ramp, type Schedule } from '../../../cli/load/schedule.ts'
import { ABORTED, failedWith, shortCircuited } from '../../../cli/policy/answers.ts'
import { type Answer, nothing } from '../../../cli/policy/send.ts'
import { MAX_ARMS, MAX_FLOW_DOTS } from '../../../server/config/limits.ts'
import { coarser, type Dot, everyFor, flowSchema, liveFlowSchema, thinned } from '../../../server/runs/flow.ts'

const OK: Answer = { outcome: 'success', status: 200, failure: null, retryAfterMs: 0, body: null, ageMs: 0 }
const outgoing = (index: number) => ({ index, key: `s-${index}`, attempt: 0, code: '' })
const indices = (dots: readonly Dot[]) => dots.map(([, index]) => index)

describe('which requests are told', () => {
  const cases: [string, Schedule, number][] = [
    ['60 a second', constantRate(600, 60), 1],
    ['61 a second', constantRate(610, 61), 2],
    ['200 a second by chance', poisson(2_000, 200, 's'), 5],
    ['a rate of which only few leave', constantRate(20, 5_000), 1],
    ['50,000 a second', constantRate(1_000, 50_000), 20],
    ['batches', batches(300, 20, 100), 5],
    ['a batch in ten seconds', batches(300, 100, 10_000), 2],
    ['all at once', batches(1_000, 1_000, 0), 20],
    ['a ramp', ramp(2_000, 10, 200, 10_000), 5],
    ['few at a time', closedLoop(100, 5), 1],
  ]
  for (const [name, schedule, every] of cases) {
    it(`${name}: each ${every}th`, () => {
      const flow = new RunFlow(schedule, 1, true)
      const arm = flow.addArm()
      for (let index = 0; index < schedule.requests; index++) {
        arm.left(index, schedule.at(index))
        arm.ended(index, schedule.at(index) + 3, OK)
      }
      const wanted = Array.from({ length: Math.ceil(schedule.requests / every) }, (_, nth) => nth * every)
      assert.equal(flow.kept().every, every)
      assert.deepEqual(indices(flow.kept().dots), wanted)
      assert.ok(
        flow
          .kept()
          .dots.every(([, index, sentMs, tookMs]) => sentMs === Math.round(schedule.at(index)) && tookMs === 3),
      )
    })
  }

  it('all arms by the same sample, and every test call', () => {
    const flow = new RunFlow(constantRate(1_000, 600), 2, true)
    const arms = [flow.addArm(), flow.addArm()]
    let halfOpen = false
    for (const arm of arms) {
      const send = arm.watchCalls(
        (_, done) => {
          done(OK)
          return nothing
        },
        () => halfOpen,
      )
      for (let index = 0; index < 25; index++) {
        halfOpen = arm === arms[1] && index === 7
        arm.left(index, index)
        if (index === 3) send(outgoing(index), () => {})
        send(outgoing(index), answer => arm.ended(index, index + 2, answer))
      }
    }
    const wanted: Dot[] = [
      [0, 0, 0, 2, 0, 1, 0],
      [1, 0, 0, 2, 0, 1, 0],
      [1, 7, 7, 2, 0, 1, 1],
      [0, 10, 10, 2, 0, 1, 0],
      [1, 10, 10, 2, 0, 1, 0],
      [0, 20, 20, 2, 0, 1, 0],
      [1, 20, 20, 2, 0, 1, 0],
    ]
    assert.deepEqual(flow.kept(), { every: 10, dots: wanted })
    assert.deepEqual(
      flow.take(30).dots.toSorted((a, b) => a[1] - b[1] || a[0] - b[0]),
      wanted,
    )
    assert.deepEqual(flow.take(60).dots, [])
  })

  it('how each ended', () => {
    const flow = new RunFlow(constantRate(10, 10), 1, false)
    const arm = flow.addArm()
    const answers: Answer[] = [
      OK,
      failedWith('timeout'),
      shortCircuited(5),
      { ...OK, outcome: 'fromCache' },
      ABORTED,
      { ...failedWith('status'), status: 503 },
      { ...failedWith('status'), status: 400 },
    ]
    for (const [index, answer] of answers.entries()) {
      arm.left(index, index)
      arm.ended(index, index + 1, answer)
    }
    assert.deepEqual(
      flow.kept().dots.map(dot => dot[4]),
      [0, 1, 2, 3, 4, 1, 4],
    )
  })

  it('what is under way, once, when it has been for longer than a step; and again when it ends', () => {
    const flow = new RunFlow(constantRate(100, 10), 1, true)
    const arm = flow.addArm()
    arm.left(0, 0)
    arm.left(1, 240)
    assert.deepEqual(flow.take(250).dots, [], 'a step has not passed')
    assert.deepEqual(flow.take(500).dots, [
      [0, 0, 0, -1, -1, 0, 0],
      [0, 1, 240, -1, -1, 0, 0],
    ])
    assert.deepEqual(flow.take(750).dots, [])
    arm.ended(1, 800, OK)
    assert.deepEqual(flow.take(1_000).dots, [[0, 1, 240, 560, 0, 0, 0]])
    assert.deepEqual(indices(flow.kept().dots), [1], 'a result holds what ended')
  })

  it('never more than there is room for, whatever leaves', () => {
    for (const schedule of [closedLoop(500_000, 50), constantRate(500_000, 1_000_000), batches(500_000, 500_000, 0)]) {
      const flow = new RunFlow(schedule, 4, true)
      const arms = Array.from({ length: 4 }, () => flow.addArm())
      for (let index = 0; index < schedule.requests; index++) {
        for (const arm of arms) {
          arm.left(index, index / 1_000)
          arm.ended(index, index / 1_000 + 1, OK)
        }
        if (index % 50_000 === 49_999) {
          const step = flow.take(index / 1_000)
          liveFlowSchema.parse(step)
          assert.ok(step.dots.length > 0)
          assert.ok(step.dots.every(([, number]) => number % step.every === 0))
        }
      }
      const kept = flowSchema.parse(flow.kept())
      assert.ok(kept.dots.length > 100)
      assert.ok(kept.dots.every(([, number]) => number % kept.every === 0))
      assert.ok(JSON.stringify(kept).length < 220_000)
    }
  })

  it('arms that ran one after the other are put together', () => {
    const dots = Array.from({ length: 1_000 }, (_, index): Dot => [0, index, index, 1, 0, 1, index === 7 ? 1 : 0])
    const merged = mergeFlows(Array.from({ length: MAX_ARMS }, () => ({ every: 1, dots })))
    assert.ok(merged.dots.length <= MAX_FLOW_DOTS)
    assert.equal(merged.every, 10)
    assert.equal(merged.dots.filter(([arm]) => arm === 31).length, 101)
    assert.equal(merged.dots.filter(([, index]) => index === 7).length, MAX_ARMS)
  })
})

describe('samples', () => {
  it('are 1, 2, 5, 10 …, and a coarser one is part of the finer', () => {
    fc.assert(
      fc.property(fc.double({ min: 0, max: 1e8, noNaN: true }), least => {
        const every = everyFor(least)
        assert.match(String(every), /^[125]0*$/)
        assert.ok(every >= least && (every === 1 || everyFor(every / 2.6) < every))
        const next = coarser(every)
        assert.match(String(next), /^[12]0*$/)
        assert.equal(next % every, 0)
      }),
    )
  })

  it('are thinned to what there is room for, test calls last', () => {
    const dot = fc.record({ index: fc.nat(300), probe: fc.nat(1) })
    fc.assert(
      fc.property(fc.array(dot, { maxLength: 200 }), fc.integer({ min: 1, max: 100 }), (given, max) => {
        const dots = given.map(({ index, probe }): Dot => [0, index, index, 1, 0, 1, probe])
        const less = thinned({ every: 1, dots }, max)
        assert.ok(less.dots.length <= max)
        for (const [, index, , , , , probe] of less.dots) assert.ok(probe === 1 || index % less.every === 0)
        if (dots.length <= max) assert.equal(less.dots.length, dots.length)
        const probes = dots.filter(one => one[6] === 1).length
        if (less.every > 1 && probes + dots.filter(one => one[1] === 0).length <= max)
          assert.equal(less.dots.filter(one => one[6] === 1).length, probes)
      }),
    )
  })
})
