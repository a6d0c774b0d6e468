/** What the pages of the server hear of a run is what its result says. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Result } from '../../../cli/report/result.ts'
import { openEvents } from '../../support/event-stream.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

type Dot = NonNullable<Result['flow']>['dots'][number]

async function kept(url: string, id: string): Promise<Result> {
  return (await (await fetch(`${url}/runs/${id}`)).json()) as Result
}

function byRequest(dots: readonly Dot[]): Dot[] {
  return dots.toSorted((a, b) => a[0] - b[0] || a[1] - b[1])
}

const SHORT = ['-n', '400', '-c', '10', '--every', '50ms', '--seed', 's', '--json']

describe('a published run', () => {
  for (const words of [
    ['compare', '--arms', 'none,breaker'],
    ['burst', '--breaker'],
  ]) {
    it(`adds up to its result: ${words.join(' ')}`, async t => {
      const server = await startTestServer(t, { settings: { failRate: 60 } })
      const page = await openEvents(`${server.url}/chaos/events`)
      t.after(() => page.close())
      await page.until('hello')
      const ran = await chaos([...words, '-u', server.url, ...SHORT])
      assert.equal(ran.code, 0, ran.stderr)
      const { arms, verdict } = documentOf(ran)
      const { data: end } = await page.until('run', ({ data }) => data.type === 'end')
      assert.equal(end.result.verdict, verdict.text)
      const { code, figures, more, advice } = verdict
      assert.deepEqual({ ...end.result.coded, advice: null }, { code, figures, more, advice: null })
      assert.equal(end.result.coded.advice.code, advice?.code)
      const told = page.heard.filter(({ type }) => type === 'run').map(({ data }) => data)
      assert.equal(told[0].type, 'start')
      assert.deepEqual(
        told[0].run.arms.map(({ name }: { name: string }) => name),
        arms.map(({ name }) => name),
      )
      const steps = told.filter(({ type }) => type === 'progress')
      assert.ok(steps.length >= 3, `${steps.length} steps`)
      for (const [index, { outcomes, upstream, states }] of arms.entries()) {
        const sum = (field: string) => steps.reduce((total, step) => total + step.arms[index][field], 0)
        const counts = { ...outcomes, ...upstream }
        for (const [field, count] of Object.entries(counts)) assert.equal(sum(field), count, field)
        const edges = steps.flatMap(step => step.arms[index].states ?? [])
        assert.deepEqual(
          edges.map(({ state }) => state),
          states.map(({ state }) => state),
        )
      }
    })
  }

  it('tells each request of a slow run, and the result holds it', async t => {
    const server = await startTestServer(t, { settings: { failRate: 60 } })
    const page = await openEvents(`${server.url}/chaos/events`)
    t.after(() => page.close())
    await page.until('hello')
    const policy = 'retry(1,base=1ms)+breaker(consecutive=5,open-for=300ms,probes=2)'
    const load = ['-n', '60', '-c', '2', '--every', '40ms', '--seed', 's', '--json']
    const ran = await chaos(['compare', '--arms', `none,${policy}`, '-u', server.url, ...load])
    assert.equal(ran.code, 0, ran.stderr)
    const { data: end } = await page.until('run', ({ data }) => data.type === 'end')
    const { arms, flow, load: under } = await kept(server.url, end.result.run)
    assert.deepEqual(documentOf(ran).flow, flow)
    assert.ok(flow)
    assert.equal(flow.every, 1)
    const told: Dot[] = page.heard.flatMap(({ type, data }) => (type === 'run' ? (data.flow?.dots ?? []) : []))
    assert.deepEqual(byRequest(told.filter(([, , , tookMs]) => tookMs >= 0)), byRequest(flow.dots))
    for (const [index, { outcomes, upstream, states }] of arms.entries()) {
      const dots: Dot[] = flow.dots.filter(([arm]) => arm === index)
      assert.deepEqual(new Set(dots.map(([, number]) => number)).size, 60)
      const ended = (outcome: number) => dots.filter(dot => dot[4] === outcome).length
      const counts = { success: ended(0), failed: ended(1), shortCircuited: ended(2), fromCache: ended(3) }
      assert.deepEqual(counts, outcomes)
      assert.equal(
        dots.reduce((sum, [, , , , , calls]) => sum + calls, 0),
        upstream.calls,
      )
      assert.ok(dots.every(([, , sentMs, tookMs]) => sentMs + tookMs <= under.durationMs + 1))
      assert.equal(
        dots.some(([, , , , , , probe]) => probe === 1),
        states.some(({ state }) => state === 'half-open'),
      )
    }
  })

  it('is not told one by one in a result that is not kept', async t => {
    const server = await startTestServer(t)
    assert.equal(documentOf(await chaos(['burst', '-u', server.url, '-n', '5', '--json', '--no-keep'])).flow, undefined)
  })

  it('brings the conditions of its own sessions', async t => {
    const server = await startTestServer(t, { settings: { failRate: 60 } })
    const page = await openEvents(`${server.url}/chaos/events`)
    t.after(() => page.close())
    await page.until('hello')
    await chaos(['compare', '-u', server.url, '--fail-rate', '25', ...SHORT])
    const { data } = await page.until('run', one => one.data.weather !== undefined)
    assert.deepEqual(data.weather, { failRate: 25, outage: false })
  })
})
