/** Published runs: what a command line tells, every page hears; what is wrong or too much is refused. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { after, describe, it, type TestContext } from 'node:test'
import express from 'express'
import { MAX_ARM_NAME, MAX_ARMS, MAX_LIVE_DOTS } from '../../../server/config/limits.ts'
import { problemHandler } from '../../../server/http/problem.ts'
import { noCounts } from '../../../server/runs/counters.ts'
import { LiveRuns } from '../../../server/telemetry/live-runs.ts'
import { openEvents } from '../../support/event-stream.ts'
import { listen } from '../../support/listen.ts'
import { startTestServer } from '../../support/server.ts'

const server = await startTestServer({ after })
const arm = (name: string, more: object = {}) => ({
  name,
  ...noCounts(),
  ...more,
})
const run = (id: string) => ({
  id,
  title: 'compare none, breaker',
  arms: [{ name: 'none' }, { name: 'breaker' }],
  load: { requests: 300 },
})

async function post(
  body: unknown,
  base = server.url,
): Promise<{ status: number; problem: { errors?: { pointer: string }[] } | null }> {
  const answer = await fetch(`${base}/chaos/live`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  })
  return {
    status: answer.status,
    problem: answer.status === 204 ? null : ((await answer.json()) as { errors?: { pointer: string }[] }),
  }
}

async function page(test: TestContext, base = server.url) {
  const stream = await openEvents(`${base}/chaos/events`)
  test.after(() => stream.close())
  await stream.until('hello')
  return stream
}

describe('POST /chaos/live', () => {
  it('takes single requests on to the pages, also to those that come late, and refuses what is none', async test => {
    const stream = await page(test)
    const dots = [
      [0, 0, 3, 12, 0, 1, 0],
      [1, 0, 3, -1, -1, 2, 1],
    ]
    const step = (flow: unknown) => post({ progress: { id: 'f', atMs: 250, arms: [], flow } })
    assert.equal((await post({ run: run('f') })).status, 204)
    assert.equal((await step({ every: 5, dots })).status, 204)
    const { data } = await stream.until('run', ({ data }) => data.id === 'f' && data.type === 'progress')
    assert.deepEqual(data.flow, { every: 5, dots })
    const late = await openEvents(`${server.url}/chaos/events`)
    test.after(() => late.close())
    const { data: hello } = await late.until('hello')
    assert.deepEqual(hello.runs.find(({ id }: { id: string }) => id === 'f').flow, { every: 5, dots })
    const bad: [unknown, string][] = [
      [{ every: 0, dots }, '/progress/flow/every'],
      [{ dots }, '/progress/flow/every'],
      [{ every: 1, dots: 'many' }, '/progress/flow/dots'],
      [{ every: 1, dots: [[0, 0, 3, 12, 0, 1]] }, '/progress/flow/dots/0'],
      [{ every: 1, dots: [[2, 0, 3, 12, 0, 1, 0]] }, '/progress/flow/dots/0/0'],
      [{ every: 1, dots: [[0, -1, 3, 12, 0, 1, 0]] }, '/progress/flow/dots/0/1'],
      [{ every: 1, dots: [dots[0], [0, 1, 3, 12, 5, 1, 0]] }, '/progress/flow/dots/1/4'],
      [{ every: 1, dots: [[0, 1, 3, 12, 0, 1, 2]] }, '/progress/flow/dots/0/6'],
      [{ every: 1, dots: Array.from({ length: MAX_LIVE_DOTS + 1 }, () => dots[0]) }, '/progress/flow/dots'],
      [{ every: 1, dots, more: 1 }, '/progress/flow'],
    ]
    for (const [flow, pointer] of bad) {
      const { status, problem } = await step(flow)
      assert.deepEqual([status, problem?.errors?.[0]?.pointer], [422, pointer], JSON.stringify(flow).slice(0, 80))
    }
    assert.equal((await post({ end: { id: 'f' } })).status, 204)
  })

  it('is heard by every page, from the start to the end', async test => {
    const pages = [await page(test), await page(test)]
    assert.equal((await post({ run: run('a') })).status, 204)
    assert.equal(
      (await post({ progress: { id: 'a', atMs: 250, arms: [arm('none', { success: 9, failed: 1 })] } })).status,
      204,
    )
    const coded = { code: 'empty', figures: {}, more: [], advice: { code: 'hint.run-again', figures: {} } }
    const large = { ...coded, figures: { arms: 'x'.repeat(8_000) } }
    assert.equal((await post({ end: { id: 'a', result: { coded: large } } })).status, 422)
    assert.equal((await post({ end: { id: 'a', result: { run: 'k7', verdict: 'It helped.', coded } } })).status, 204)
    for (const stream of pages) {
      await stream.until('run', ({ data }) => data.type === 'end')
      const told = stream.heard.filter(({ type }) => type === 'run').map(({ data }) => data)
      assert.deepEqual(
        told.map(({ type }) => type),
        ['start', 'progress', 'end'],
      )
      assert.equal(told[1].arms[0].success, 9)
      assert.deepEqual(told[2].result, { run: 'k7', verdict: 'It helped.', coded })
    }
  })

  it('is told whole to a page that comes late', async test => {
    await post({ run: run('late') })
    const states = [
      { atMs: 0, state: 'closed' },
      { atMs: 400, state: 'open' },
    ]
    await post({
      progress: { id: 'late', atMs: 250, arms: [arm('none', { success: 1 }), arm('breaker', { state: 'closed' })] },
    })
    await post({
      progress: {
        id: 'late',
        atMs: 500,
        arms: [arm('none', { success: 2 }), arm('breaker', { state: 'open', states })],
      },
    })
    const { runs } = (await (await page(test)).until('hello')).data
    const late = runs.find(({ id }: { id: string }) => id === 'late')
    assert.equal(late.totals.none.success, 3)
    assert.deepEqual(
      late.edges.breaker.map(({ state }: { state: string }) => state),
      ['closed', 'open'],
    )
    assert.deepEqual([late.status, late.steps.length, late.lastMs], ['running', 2, 500])
    await post({ end: { id: 'late' } })
  })

  it('takes the totals of a step where they are told, and tells listeners what is new in them', async test => {
    const stream = await page(test)
    await post({ run: run('whole') })
    const [closed, open, half] = [
      { atMs: 0, state: 'closed' },
      { atMs: 300, state: 'open' },
      { atMs: 400, state: 'half-open' },
    ]
    const totals = { success: 9, failed: 1, shortCircuited: 0, fromCache: 0, calls: 10, wasted: 1 }
    const steps = [
      arm('breaker', { ...totals, totals, states: [closed] }),
      // The same once more, because its answer was lost, and what came since.
      arm('breaker', { ...totals, totals: { ...totals, success: 12 }, states: [closed, open, half] }),
      // One that was sent before and arrives after it takes nothing back.
      arm('breaker', { ...totals, totals }),
      // From a command line that tells no totals.
      arm('breaker', { success: 3 }),
    ]
    for (const [index, step] of steps.entries()) {
      assert.equal((await post({ progress: { id: 'whole', atMs: index, arms: [step] } })).status, 204)
    }
    await post({ end: { id: 'whole' } })
    await stream.until('run', ({ data }) => data.type === 'end' && data.id === 'whole')
    const told = stream.heard.flatMap(({ data }) => (data.type === 'progress' && data.id === 'whole' ? data.arms : []))
    assert.deepEqual(
      told.map(({ success, failed, totals }) => [success, failed, totals.success, totals.failed]),
      [
        [9, 1, 9, 1],
        [3, 0, 12, 1],
        [0, 0, 12, 1],
        [3, 0, 15, 1],
      ],
    )
    assert.deepEqual(
      told.map(({ states }) => states),
      [[closed], [open, half], undefined, undefined],
    )
  })

  it('takes as many arms as a run may have, with names as long as they may be', async test => {
    const other = await startTestServer(test)
    const names = Array.from({ length: MAX_ARMS }, (_, index) => `${index}`.padEnd(MAX_ARM_NAME, 'x'))
    const arms = names.map(name => ({ name }))
    assert.equal((await post({ run: { ...run('many'), arms } }, other.url)).status, 204)
    const step = { id: 'many', atMs: 1, arms: names.map(name => arm(name, { success: 1 })) }
    assert.equal((await post({ progress: step }, other.url)).status, 204)
    const more = [...arms, { name: 'one more' }]
    assert.equal((await post({ run: { ...run('more'), arms: more } }, other.url)).status, 422)
    assert.equal((await post({ run: { ...run('long'), arms: [{ name: `${names[0]}x` }] } }, other.url)).status, 422)
  })

  it('adds what the server saw of arms in sessions of their own', async test => {
    const stream = await page(test)
    await fetch(`${server.url}/chaos/sessions`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ id: 'arm-0', settings: { failRate: 42 } }),
    })
    await post({ run: { ...run('seen'), arms: [{ name: 'none', session: 'arm-0' }] } })
    await post({ progress: { id: 'seen', atMs: 1, arms: [arm('none')] } })
    const { data } = await stream.until('run', one => one.data.type === 'progress' && one.data.id === 'seen')
    assert.deepEqual(data.weather, { failRate: 42, outage: false })
    await post({ end: { id: 'seen' } })
  })

  it('refuses what is wrong, and says where', async () => {
    const cases: [unknown, number, string?][] = [
      [{}, 422],
      [{ run: { ...run('x'), arms: [] } }, 422, '/run/arms'],
      [{ run: { ...run('no spaces') } }, 422, '/run/id'],
      [{ progress: { id: 'nobody', atMs: 1, arms: [] } }, 404],
      [{ end: { id: 'nobody' } }, 404],
      [{ progress: { id: 'a', atMs: -1, arms: [] } }, 422, '/progress/atMs'],
      [{ run: { ...run('x'), more: 1 } }, 422],
      [[], 422],
      [{ run: { ...run('x'), title: 'x'.repeat(140_000) } }, 413],
    ]
    for (const [body, status, pointer] of cases) {
      const answer = await post(body)
      assert.equal(answer.status, status, JSON.stringify(body).slice(0, 100))
      if (pointer)
        assert.ok(
          answer.problem?.errors?.some(one => one.pointer.startsWith(pointer)),
          JSON.stringify(answer.problem),
        )
    }
  })

  it('takes the names of arms for what they are, and refuses steps of arms that were not announced', async test => {
    const other = await startTestServer(test)
    const strange = ['__proto__', 'constructor', 'toString', 'hasOwnProperty']
    const step = (id: string, names: readonly string[]) =>
      post({ progress: { id, atMs: 1, arms: names.map(name => arm(name, { success: 1, state: 'open' })) } }, other.url)
    await post({ run: run('plain') }, other.url)
    for (const name of [...strange, 'ghost']) {
      const { status, problem } = await step('plain', ['none', name])
      assert.deepEqual([status, problem?.errors?.[0]?.pointer], [422, '/progress/arms/1/name'], name)
    }
    assert.equal(Object.hasOwn(Object.prototype, 'success'), false)
    await post({ run: { ...run('strange'), arms: strange.map(name => ({ name })) } }, other.url)
    for (let round = 0; round < 2; round += 1) assert.equal((await step('strange', strange)).status, 204)
    assert.equal((await step('plain', ['none'])).status, 204)

    const { runs } = (await (await page(test, other.url)).until('hello')).data
    const told = Object.fromEntries(runs.map((one: { id: string }) => [one.id, one]))
    const { none, breaker } = told.plain.totals
    assert.deepEqual([none.success, breaker.success, Object.keys(told.plain.totals)], [1, 0, ['none', 'breaker']])
    for (const name of strange) {
      assert.equal(Object.getOwnPropertyDescriptor(told.strange.totals, name)?.value.success, 2, name)
      assert.equal(Object.getOwnPropertyDescriptor(told.strange.edges, name)?.value.length, 1, name)
    }
    const { status } = await fetch(`${other.url}/chaos/fail-rate`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ failRate: 1 }),
    })
    assert.equal(status, 200)
  })

  it('bounds how often and how many', async test => {
    const other = await startTestServer(test)
    for (const id of ['1', '2', '3', '4']) assert.equal((await post({ run: run(id) }, other.url)).status, 204)
    assert.equal((await post({ run: run('1') }, other.url)).status, 409)
    assert.equal((await post({ run: run('5') }, other.url)).status, 429)
    const statuses = new Set<number>()
    for (let i = 0; i < 40; i += 1) {
      statuses.add((await post({ progress: { id: '1', atMs: i, arms: [] } }, other.url)).status)
    }
    assert.deepEqual([...statuses].sort(), [204, 429])
    assert.equal((await post({ end: { id: '1' } }, other.url)).status, 204)
    assert.equal((await post({ run: run('5') }, other.url)).status, 204)
  })
})

describe('a run that goes silent', () => {
  it('is told to be lost, and forgotten a while later', async test => {
    let now = 0
    const told: object[] = []
    const runs = new LiveRuns({ now: () => now, emit: event => told.push(event), vitals: () => null, recent: () => [] })
    const app = express()
      .use('/chaos', runs.routes())
      .use(problemHandler(() => {}))
    const base = await listen(createServer(app), test)
    await post({ run: run('a') }, base)
    await post({ progress: { id: 'a', atMs: 1, arms: [] } }, base)
    now = 10_001
    runs.expire()
    assert.deepEqual(told.at(-1), { type: 'lost', id: 'a', title: 'compare none, breaker' })
    assert.deepEqual(
      runs.describe().map(one => (one as { status: string }).status),
      ['lost'],
    )
    assert.equal((await post({ end: { id: 'a' } }, base)).status, 404)
    now += 10 * 60_000 + 1
    assert.deepEqual(runs.describe(), [])
  })
})
