/**
 * The exported locustfile in Locust itself: alone, and as a master with two workers whose total is what the server counted,
 * request by request. Skipped where Locust is not installed (Debian: python3-locust).
 */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { freePort } from '../../../support/free-port.ts'
import { startTestServer } from '../../../support/server.ts'
import { type Ended, exported, file, Locust, SEED, skip } from './harness.ts'

/** The line in which the file says what became of the requests. */
function figures({ text }: Ended): Readonly<Record<string, number | string>> {
  const [, found] = /^chaos: (\{.*\})$/m.exec(text) ?? []
  assert.ok(found, text)
  return JSON.parse(found)
}

async function stats(url: string) {
  const answer = await fetch(`${url}/chaos/stats`)
  return (await answer.json()) as { requests: number; outcomes: { success: number; injected: number } }
}

/** The fates that the server recorded, a line a request: its key, its attempt and whether it was injected. */
async function keys(url: string): Promise<readonly string[]> {
  const answer = await fetch(`${url}/chaos/requests?limit=1000`)
  const { requests } = (await answer.json()) as { requests: readonly { key: string; attempt: number }[] }
  return requests.map(({ key, attempt }) => `${key} ${attempt}`)
}

describe('the exported locustfile', () => {
  for (const [name, expectation, code] of [
    ['none', 'useful>=10%', 0],
    ['retry', 'useful>=100%', 99],
  ] as const) {
    it(`sends alone what the arm ${name} sends, and judges it`, { skip }, async t => {
      const server = await startTestServer(t, { settings: { failRate: 40 } })
      const expectations = [{ text: expectation, passed: true, measured: '' }]
      const path = file(
        `alone-${name}.py`,
        exported({ requests: 60, concurrency: 10, everyMs: 50 }, { target: server.url, expectations }),
      )
      const ended = await new Locust(t, ['-f', path], { ARM: name }).ended
      const told = figures(ended)
      const counted = await stats(server.url)
      assert.equal(told.requests, 60)
      assert.equal(told.calls, counted.requests)
      assert.equal(told.wasted, counted.outcomes.injected)
      const sent = await keys(server.url)
      assert.equal(new Set(sent).size, counted.requests)
      if (name === 'none') assert.equal(counted.requests, 60)
      else assert.ok(sent.some(each => each.endsWith(' 1')) && counted.requests > 60)
      assert.equal(ended.code, code, ended.text)
    })
  }

  it('shares the requests out: a master and two workers send each once, and their total is what the server counted', {
    skip,
  }, async t => {
    const server = await startTestServer(t, { settings: { failRate: 30 } })
    const path = file('shared.py', exported({ requests: 300, concurrency: 10, everyMs: 40 }, { target: server.url }))
    const port = String(await freePort())
    const master = new Locust(t, [
      '-f',
      path,
      '--master',
      '--expect-workers',
      '2',
      '--master-bind-host',
      '127.0.0.1',
      '--master-bind-port',
      port,
    ])
    const workers = [1, 2].map(
      () => new Locust(t, ['-f', path, '--worker', '--master-host', '127.0.0.1', '--master-port', port]),
    )
    const ended = await master.ended
    const told = figures(ended)
    assert.equal(told.requests, 300, ended.text)
    const counted = await stats(server.url)
    assert.equal(counted.requests, 300)
    assert.equal(told.failed, counted.outcomes.injected)
    assert.equal(told.useful, counted.outcomes.success)
    const expected = Array.from({ length: 300 }, (_, index) => `${SEED}-${index} 0`)
    assert.deepEqual(new Set(await keys(server.url)), new Set(expected))
    assert.equal(ended.code, 0, ended.text)
    for (const worker of workers) assert.match(worker.text, /share|worker|Ready|Shutting down|spawn/i)
  })

  it('says of a worker that is killed in the middle that its requests are missing, and fails', { skip }, async t => {
    const server = await startTestServer(t)
    const path = file('killed.py', exported({ requests: 400, concurrency: 2, everyMs: 50 }, { target: server.url }))
    const port = String(await freePort())
    const master = new Locust(t, [
      '-f',
      path,
      '--master',
      '--expect-workers',
      '2',
      '--master-bind-host',
      '127.0.0.1',
      '--master-bind-port',
      port,
    ])
    const [victim] = [1, 2].map(
      () => new Locust(t, ['-f', path, '--worker', '--master-host', '127.0.0.1', '--master-port', port]),
    )
    while ((await stats(server.url)).requests < 40) await new Promise(resolve => setTimeout(resolve, 50))
    victim?.process.kill('SIGKILL')
    const ended = await master.ended
    assert.equal(ended.code, 1, ended.text)
    assert.match(ended.text, /was lost or stopped: of its 200 requests the figures hold the \d+ that it reported/)
    assert.ok(Number(figures(ended).requests) >= 200 && Number(figures(ended).requests) < 400, ended.text)
  })
})
