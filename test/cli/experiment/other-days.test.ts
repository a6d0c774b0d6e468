/** What a live run says of other days: simulated with its conditions as they were, made of its blocks, or nothing and why. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

const DAYS = { count: 39 }
const LOAD = ['-n', '60', '-c', '10', '--every', '50ms', '--json', '--no-keep']

suite('other days of a live run', () => {
  test('are simulated under its conditions, with its own round trips and lateness, and kept day by day', async t => {
    const { url } = await startTestServer(t)
    const words = ['compare', '-u', url, '--fail-rate', '30', '--seed', 'a', ...LOAD]
    const { otherDays, delays, seed } = documentOf(await chaos(words, { days: DAYS }))
    assert.deepEqual([otherDays?.basis, otherDays?.replicates, otherDays?.requests, seed], ['simulated', 39, 60, 'a'])
    const [none, breaker] = otherDays?.arms ?? []
    assert.ok(none?.useful && none.useful.low < 70 && none.useful.high > 70)
    for (const arm of [none, breaker]) assert.equal(arm?.days?.useful.length, 39)
    const counted = (buckets: readonly (readonly number[])[] = []) =>
      buckets.reduce((sum, [, count = 0]) => sum + count, 0)
    assert.equal(counted(delays?.latenessMs), 60)
    assert.ok(counted(delays?.roundTripMs) > 50)
  })

  test('meet what others changed during the run', async t => {
    const { url, chaos: model } = await startTestServer(t)
    const words = [
      'compare',
      '-u',
      url,
      '--arms',
      'none',
      '-n',
      '100',
      '-c',
      '10',
      '--every',
      '100ms',
      '--json',
      '--no-keep',
    ]
    const ran = chaos(words, { days: DAYS })
    while (
      Number((await fetch(`${url}/chaos/sessions`).then(answer => answer.text())).match(/compare-/g)?.length ?? 0) === 0
    )
      await sleep(5)
    await sleep(300)
    await fetch(`${url}/chaos/fail-rate`, {
      method: 'PUT',
      body: '{"failRate":100}',
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(model.settings().failRate, 100)
    const { otherDays, arms } = documentOf(await ran)
    const failed = arms[0]?.outcomes.failed ?? 0
    assert.ok(failed > 0)
    const [none] = otherDays?.arms ?? []
    // Without the change nothing would fail on any day.
    assert.ok(none?.useful && none.useful.high < 100 && none.useful.low > 0, JSON.stringify(none?.useful))
  })

  for (const [name, words, because] of [
    ['a session that others use', ['burst', '-n', '20', '-c', '10', '--every', '20ms'], 'too-short'],
    ['all at once', ['burst', '-n', '20', '-c', '20'], 'too-short'],
    ['so much that nobody could wait', ['compare', '--arms', 'none', '-n', '200001', '-c', '200001'], 'too-large'],
  ] as const) {
    test(`of ${name} are not known, and it says why`, async t => {
      const { url } = await startTestServer(t)
      const stopped = AbortSignal.timeout(300)
      const interrupted = because === 'too-large' ? { interrupted: stopped } : {}
      const ran = await chaos([...words, '-u', url, '--no-keep', '--json'], {
        days: { ...DAYS, budgetMs: 450 },
        ...interrupted,
      })
      const { otherDays } = documentOf(ran)
      assert.deepEqual([otherDays?.basis, otherDays?.because, otherDays?.replicates], ['none', because, 0])
    })
  }

  test('that no time is left for have no interval', async t => {
    const { url } = await startTestServer(t)
    const words = ['compare', '-u', url, '--fail-rate', '30', '-n', '60', '-c', '10', '--every', '50ms', '--no-keep']
    const ran = await chaos(words, { days: { count: 199, budgetMs: 0 } })
    assert.match(ran.stdout.replace(/\s+/g, ' '), /Only 0 other days could be simulated in half a second: too few/)
  })
})
