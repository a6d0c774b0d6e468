/** What the pages of the server hear of a run is what its result says. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openEvents } from '../../support/event-stream.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

const SHORT = ['-n', '200', '-c', '10', '--every', '50ms', '--seed', 's', '--json']

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
