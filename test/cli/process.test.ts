/** The command line as a process: exit codes, signals, and readers that go away. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startTestServer } from '../support/server.ts'
import { spawnChaos } from './harness.ts'

const LONG = ['-n', '2000', '-c', '2', '--every', '20ms']

describe('the process', () => {
  it('ends with 0, 2 and 3 as the commands do', async t => {
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    const codes = await Promise.all(
      [['burst', '-u', server.url], ['burst', '-n', 'x'], ['rate', '-u', 'http://127.0.0.1:9'], ['--help']].map(
        async args => (await spawnChaos(args).ended).code,
      ),
    )
    assert.deepEqual(codes, [0, 2, 3, 0])
  })

  for (const [signal, code] of [
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const) {
    it(`prints what it has when ${signal} comes, and ends with ${code}`, async t => {
      const server = await startTestServer(t)
      const run = spawnChaos(['burst', '-u', server.url, '--json', ...LONG, '--session', 'lab'])
      while (server.chaos.lab.sessions.get('lab') === undefined) await new Promise(resolve => setTimeout(resolve, 20))
      run.process.kill(signal)
      const ended = await run.ended
      assert.equal(ended.code, code, ended.stderr)
      const result = JSON.parse(ended.stdout)
      assert.equal(result.interrupted, true)
      const { success, failed } = result.arms[0].outcomes
      assert.equal(success + failed, result.load.requests)
      assert.ok(result.load.requests > 0 && result.load.requests < 2_000)
    })
  }

  it('does not mind a reader that goes away', async t => {
    const server = await startTestServer(t)
    const run = spawnChaos(['burst', '-u', server.url])
    run.process.stdout?.destroy()
    const { code, stderr } = await run.ended
    assert.equal(stderr, '')
    assert.equal(code, 0)
  })

  it('finishes and tells when the server dies in the middle', async t => {
    const server = spawnChaos(['serve', '--port', '0'], { CATALOG_DB: ':memory:', LOG_LEVEL: 'silent' })
    t.after(() => void server.process.kill('SIGKILL'))
    let text = ''
    server.process.stdout?.on('data', more => {
      text += more
    })
    await server.says(/http:\/\/127\.0\.0\.1:\d+/)
    const url = /http:\/\/127\.0\.0\.1:\d+/.exec(text)?.[0] ?? ''
    const run = spawnChaos(['burst', '-u', url, '--json', '-n', '150', '-c', '5', '--every', '50ms'])
    const stats = async () => ((await (await fetch(`${url}/chaos/stats`)).json()) as { requests: number }).requests
    while ((await stats()) < 20) await new Promise(resolve => setTimeout(resolve, 20))
    server.process.kill('SIGKILL')
    const { code, stdout } = await run.ended
    assert.equal(code, 0)
    const [arm] = JSON.parse(stdout).arms
    assert.equal(arm.outcomes.success + arm.outcomes.failed, 150)
    assert.ok(arm.failures.refused > 0, JSON.stringify(arm.failures))
  })
})
