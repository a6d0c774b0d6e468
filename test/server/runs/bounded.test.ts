/** Runs of strangers: what is refused costs no more than what is kept, and what is kept is no burden to whoever lists or reads it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Histogram } from '../../../cli/load/histogram.ts'
import { QuarterSeconds } from '../../../cli/load/series.ts'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { type Result, resultSchema } from '../../../server/runs/result.ts'
import { newRunSchema } from '../../../server/runs/run.ts'
import { coinFlips } from '../../cli/report/sample-results.ts'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'

const coins: Result = { ...coinFlips, verdict: judge(coinFlips) }
const many = (count: number, element: unknown = {}) => Array.from({ length: count }, () => element)
const withArm = (part: object) => ({ ...coins, arms: coins.arms.map(arm => ({ ...arm, ...part })) })
const withLoad = (part: object) => ({ ...coins, load: { ...coins.load, ...part } })
const quarter = { success: 0, failed: 0, shortCircuited: 0, fromCache: 0, calls: 0, wasted: 0 }
const seriesAt = (...times: number[]) => withArm({ series: times.map(atMs => ({ ...quarter, atMs })) })
const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)

describe('flaws without end are a few flaws', () => {
  for (const [what, result] of [
    ['arms', { arms: many(300_000) }],
    ['quarter seconds', withArm({ series: many(300_000) })],
    ['states', withArm({ states: many(150_000) })],
    ['more states than there can be', withArm({ states: many(300_000) })],
    ['buckets', withArm({ histogramMs: { success: many(20_000), failed: many(20_000, [0, 0]) } })],
    ['outcomes of buckets', withArm({ histogramMs: Object.fromEntries(many(60_000).map((_, index) => [index, 1])) })],
    ['failures', withArm({ failures: Object.fromEntries(many(60_000).map((_, index) => [index, 'x'])) })],
    ['spells of trouble', { ...coins, trouble: many(300) }],
    ['expectations', { ...coins, expectations: many(100) }],
    ['runs of a repeat', { ...coins, repeats: many(100, { seed: 's', arms: many(30) }) }],
    ['codes', { ...coins, request: { codes: many(20_000, 1), headers: {} } }],
  ] as const) {
    it(what, () => {
      const { error } = newRunSchema.safeParse({ result })
      const found = error?.issues.length ?? 0
      // Each arm has a flaw at most in each of its lists, and the first arm that has one is the last that is looked at.
      assert.ok(what === 'outcomes of buckets' ? found === 0 : found >= 1 && found <= 40, `${found} flaws`)
    })
  }

  it('over HTTP, in an answer of a few kilobytes', async t => {
    const call = control(await startTestServer(t))
    for (const body of [
      { result: { arms: many(300_000) } },
      { result: coins, ...Object.fromEntries(many(60_000).map((_, index) => [`m${index}`, 1])) },
    ]) {
      const answer = await call('POST', '/runs', body)
      assert.equal(answer.status, 422)
      assert.ok(answer.body.errors.length >= 1 && JSON.stringify(answer.body).length < 8_000)
    }
  })
})

describe('what no run can be', () => {
  for (const [what, result, pointer] of [
    ['a duration beyond a week', withLoad({ durationMs: 1e300 }), '/result/load/durationMs'],
    ['a count beyond counting', withLoad({ requests: 1e15 }), '/result/load/requests'],
    ['a quarter second at the end of time', seriesAt(0, 1e300), '/result/arms/0/series/1/atMs'],
    ['a quarter second before the start', seriesAt(-250, 0), '/result/arms/0/series/0/atMs'],
    ['quarter seconds that go back', seriesAt(0, 500, 250), '/result/arms/0/series'],
    [
      'a bucket that holds nothing',
      withArm({ histogramMs: { failed: [[5, 0]] } }),
      '/result/arms/0/histogramMs/failed/0/1',
    ],
    [
      'trouble at the end of time',
      { ...coins, trouble: [{ fromMs: 0, toMs: 1e300, what: '' }] },
      '/result/trouble/0/toMs',
    ],
    ['33 arms', { ...coins, arms: many(33, coins.arms[0]) }, '/result/arms'],
    ['a title of 201 characters', { ...coins, title: 'x'.repeat(201) }, '/result/title'],
    ['a seed of 201', { ...coins, seed: 'x'.repeat(201) }, '/result/seed'],
    ['a target of 16,385', { ...coins, target: 'x'.repeat(16_385) }, '/result/target'],
    ['a name of 1,001', withArm({ name: 'x'.repeat(1_001) }), '/result/arms/0/name'],
    ['a start of 41', { ...coins, startedAt: `2026-01-01T00:00:00.${'0'.repeat(20)}Z` }, '/result/startedAt'],
    [
      'a verdict of 20,001',
      { ...coins, verdict: { ...coins.verdict, hint: 'x'.repeat(20_001) } },
      '/result/verdict/hint',
    ],
  ] as const) {
    it(`${what} is refused with its place`, async t => {
      const { status, body } = await control(await startTestServer(t))('POST', '/runs', { result })
      assert.equal(status, 422)
      assert.deepEqual(
        body.errors.map((error: { pointer: string }) => error.pointer),
        [pointer],
      )
    })
  }

  it('an unknown member that nests deeper than SQLite reads is refused in a sentence; one that nests a little is kept', async t => {
    const call = control(await startTestServer(t))
    const deep = await call('POST', '/runs', { result: { ...coins, later: nested(1_200) } })
    assert.equal(deep.status, 422)
    assert.match(deep.body.detail, /deeper than 64 levels/)
    const posted = { ...coins, later: nested(50) }
    const { id } = (await call('POST', '/runs', { result: posted })).body
    assert.deepEqual((await call('GET', `/runs/${id}`)).body, posted)
  })
})

it('a list of runs says nothing that this version does not know', async t => {
  const call = control(await startTestServer(t))
  const [arm] = coins.arms
  const arms = [{ ...arm, outcomes: { ...arm?.outcomes, later: 'x'.repeat(1_000) } }]
  const { id } = (await call('POST', '/runs', { result: { ...coins, arms } })).body
  assert.deepEqual((await call('GET', '/runs')).body.runs[0].arms, [
    { name: arm?.name, outcomes: arm?.outcomes, upstream: arm?.upstream },
  ])
  assert.deepEqual((await call('GET', `/runs/${id}`)).body.arms, arms)
})

it('the largest that the command line can make is a result', () => {
  const latencies = new Histogram()
  for (let us = 0; us < 2 ** 32; us = us < 2_048 ? us + 1 : us + 2 ** (Math.floor(Math.log2(us)) - 10)) {
    latencies.record(us / 1_000)
  }
  const series = new QuarterSeconds()
  series.add('success', 86_400_000 + 600_000)
  const [arm] = coins.arms
  assert.ok(arm)
  const whole = {
    ...coins,
    target: `http://127.0.0.1:8000/${'x'.repeat(8_000)}`,
    load: {
      ...coins.load,
      requests: 1e8,
      concurrency: 1e6,
      everyMs: 3_600_000,
      timeoutMs: 600_000,
      durationMs: 87_000_000,
    },
    arms: [{ ...arm, series: series.list(), histogramMs: { success: latencies.buckets() } }, ...many(31, arm)],
    repeats: many(100, { seed: `${'s'.repeat(64)}-r100`, arms: [] }),
  }
  const { data, error } = resultSchema.safeParse(whole)
  assert.deepEqual(error?.issues ?? [], [])
  assert.equal(data?.arms[0]?.histogramMs?.success?.length, 23_552)
  assert.equal(data?.arms[0]?.series.length, 348_001)
})
