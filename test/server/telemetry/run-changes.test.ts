/** What happened during a published run, as pages list it: what is told, what is one change, and how much is remembered. */

import assert from 'node:assert/strict'
import { describe, it, type TestContext } from 'node:test'
import { noCounts } from '../../../server/runs/counters.ts'
import type { RecentChange } from '../../../server/telemetry/recent-changes.ts'
import { RunChanges } from '../../../server/telemetry/run-changes.ts'
import { control } from '../../support/control.ts'
import { openEvents } from '../../support/event-stream.ts'
import { startTestServer } from '../../support/server.ts'

const rate = (atMs: number, from: number, to: number, source = 'web'): RecentChange => ({
  ...{ type: 'settings', atMs, changed: ['failRate'], origin: { source } },
  ...{ from: { failRate: from }, to: { failRate: to } },
})
const mark = (atMs: number, text = 'rollout', status = 'mark'): RecentChange => {
  return { type: 'scenario', atMs, status, name: 'bad-deploy', mark: text }
}
const told = (...changes: RecentChange[]) => {
  const run = new RunChanges(1_000)
  for (const change of changes) run.add(change)
  return run.list.map(({ atMs, type, to, mark }) => [atMs, type, (to as { failRate?: number })?.failRate ?? mark])
}

describe('the changes of a run', () => {
  for (const [what, changes, list] of [
    ['count from its start', [rate(1_400, 0, 30)], [[400, 'settings', 30]]],
    ['are those since its start', [rate(990, 0, 30), mark(800)], []],
    ['begin with the mark of its start, which may come a little early', [mark(960)], [[0, 'scenario', 'rollout']]],
    ['hold a ramp as one', [rate(1_100, 0, 1), rate(1_200, 1, 2), rate(1_300, 2, 3)], [[100, 'settings', 3]]],
    [
      'hold what turns back as two',
      [rate(1_100, 0, 9, 'cli'), rate(1_200, 9, 2, 'cli')],
      [
        [100, 'settings', 9],
        [200, 'settings', 2],
      ],
    ],
    ['hold a drag of the slider to and fro as one', [rate(1_100, 0, 9), rate(1_200, 9, 2)], [[100, 'settings', 2]]],
    [
      'hold what comes late as two',
      [rate(1_100, 0, 9), rate(3_200, 9, 20)],
      [
        [100, 'settings', 9],
        [2_200, 'settings', 20],
      ],
    ],
    [
      'hold those of two people as two',
      [rate(1_100, 0, 9), rate(1_200, 9, 20, 'cli')],
      [
        [100, 'settings', 9],
        [200, 'settings', 20],
      ],
    ],
    [
      'leave out the beginning and the end of a scenario, and what else it sets',
      [
        mark(1_100, '', 'started'),
        mark(1_200, '', 'finished'),
        { ...rate(1_300, 0, 0, 'scenario'), changed: ['capacity'] },
        { type: 'run', atMs: 1_300 },
      ],
      [],
    ],
  ] satisfies [string, RecentChange[], unknown[]][]) {
    it(what, () => assert.deepEqual(told(...changes), list))
  }

  it('are the newest of many', () => {
    const all = told(...Array.from({ length: 50 }, (_, index) => mark(1_000 + index)))
    assert.deepEqual([all.length, all[0]?.[0], all.at(-1)?.[0]], [20, 30, 49])
  })
})

describe('a page hears of a run', () => {
  async function begin(test: TestContext, session?: string) {
    const server = await startTestServer(test)
    const call = control(server)
    if (session) await call('POST', '/chaos/sessions', { id: session, settings: { seed: 'own' } })
    const stream = await openEvents(`${server.url}/chaos/events`)
    test.after(() => stream.close())
    await stream.until('hello')
    const arms = ['none', 'breaker'].map(name => ({ name, ...(session ? { session } : {}) }))
    await call('POST', '/chaos/live', { run: { id: 'r', title: 't', arms } })
    const step = (atMs: number) =>
      call('POST', '/chaos/live', { progress: { id: 'r', atMs, arms: [{ name: 'none', ...noCounts() }] } })
    return { server, call, stream, step }
  }

  it('what its session inherits, plays and suffers, once each, also where nobody listens to that session', async test => {
    const { server, call, stream, step } = await begin(test, 'arm-1')
    await call('PUT', '/chaos/fail-rate', { failRate: 40 })
    await step(250)
    await call('POST', '/chaos/outages?session=arm-1', { for: '60s' })
    await step(500)
    await step(750)
    const { data } = await stream.until('run', event => event.data.atMs === 750)
    const heard = stream.heard.filter(({ type }) => type === 'run').map(each => each.data)
    assert.deepEqual(
      heard.map(({ changes }) => changes?.map(({ type }: { type: string }) => type) ?? null),
      [null, ['settings'], ['settings', 'outage'], null],
    )
    assert.equal(data.changes, undefined)
    const late = await openEvents(`${server.url}/chaos/events`)
    test.after(() => late.close())
    const [run] = (await late.until('hello')).data.runs
    assert.deepEqual(
      run.changes.map(({ type, to, on }: RecentChange) => [type, to, on]),
      [
        ['settings', { failRate: 40 }, undefined],
        ['outage', undefined, true],
      ],
    )
  })

  it('what happened to the default session, where it names none, up to its end', async test => {
    const { call, stream } = await begin(test)
    await call('PUT', '/chaos/fail-rate', { failRate: 40 })
    await call('POST', '/chaos/live', { end: { id: 'r' } })
    const { data } = await stream.until('run', event => event.data.type === 'end')
    assert.deepEqual(
      data.changes.map(({ to }: RecentChange) => to),
      [{ failRate: 40 }],
    )
  })
})
