/** The command line as a process: exit codes, signals, and readers that go away. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { existsSync, mkdtempSync, rmSync } from 'node:fs'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { startTestServer } from '../support/server.ts'
import { spawnChaos } from './harness.ts'

const LONG = ['-n', '2000', '-c', '2', '--every', '20ms']

/** A file on a disk that is full. */
const FULL = '/dev/full'

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
      while (server.chaos.control.sessions.get('lab') === undefined)
        await new Promise(resolve => setTimeout(resolve, 20))
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

  it('ends at one Ctrl-C while it waits for a pipe, or for a server that drips', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'pipe-'))
    t.after(() => rmSync(folder, { recursive: true }))
    execFileSync('mkfifo', [join(folder, 'pipe')])
    let asked = 0
    const dripping = createServer(({ socket }) => {
      asked++
      socket.on('error', () => {})
      socket.write('HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n\r\n')
      const drip = setInterval(() => socket.write(' '), 20)
      socket.on('close', () => clearInterval(drip))
    })
    await new Promise<void>(resolve => dripping.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      dripping.close()
      dripping.closeAllConnections()
    })
    const url = `http://127.0.0.1:${(dripping.address() as AddressInfo).port}`
    const server = await startTestServer(t)
    const runs = [
      spawnChaos(['report', join(folder, 'pipe'), '-u', server.url]),
      spawnChaos(['rate', '5', '-u', url]),
      spawnChaos(['status', '-u', url]),
      spawnChaos(['burst', '-u', url]),
    ]
    while (asked < 3) await new Promise(resolve => setTimeout(resolve, 20))
    await new Promise(resolve => setTimeout(resolve, 500))
    for (const run of runs) run.process.kill('SIGINT')
    assert.deepEqual(await Promise.all(runs.map(async run => (await run.ended).code)), [130, 130, 130, 130])
  })

  for (const more of [[], ['--json']]) {
    it(`ends ${['status --watch', ...more].join(' ')} when its reader has gone away`, async t => {
      const server = await startTestServer(t)
      const run = spawnChaos(['status', '--watch', '-u', server.url, ...more])
      await run.says(/flaky-catalog|Flaky Catalog/)
      run.process.stdout?.destroy()
      const { code, stderr } = await run.ended
      assert.deepEqual([code, stderr], [0, ''])
    })
  }

  for (const [what, args, code] of [
    ['a result', ['burst', '--json'], 2],
    ['a word', ['rate'], 2],
    ['help', ['--help'], 2],
    ['a result, and an expectation that failed', ['burst', '--expect', 'failed>5'], 99],
  ] as const) {
    it(`says that a full disk took ${what}, and ends with ${code}`, { skip: !existsSync(FULL) }, async t => {
      const { url } = await startTestServer(t)
      const run = spawnChaos(args, { CHAOS_URL: url }, { stdout: FULL })
      const ended = await run.ended
      assert.match(ended.stderr, /^chaos: what it had to say could not be written \(ENOSPC\)\n$/)
      assert.equal(ended.code, code)
    })
  }

  it('does not mind that nobody can be told how it goes', { skip: !existsSync(FULL) }, async t => {
    const { url } = await startTestServer(t)
    const ended = await spawnChaos(['rate', 'x'], { CHAOS_URL: url }, { stderr: FULL }).ended
    assert.equal(ended.code, 2)
    const fine = await spawnChaos(['rate', '0.5'], { CHAOS_URL: url }, { stderr: FULL }).ended
    assert.deepEqual([fine.code, fine.stdout], [0, '0.5 %\n'])
  })

  it('finishes and tells when the server dies in the middle', async t => {
    const server = spawnChaos(['serve', '--port', '0'], { CATALOG_DB: ':memory:', LOG_LEVEL: 'silent' })
    t.after(() => void server.process.kill('SIGKILL'))
    const url = await server.says(/http:\/\/127\.0\.0\.1:\d+/)
    const run = spawnChaos(['burst', '-u', url, '--json', '-n', '150', '-c', '5', '--every', '50ms'])
    const stats = async () => ((await (await fetch(`${url}/chaos/stats`)).json()) as { requests: number }).requests
    while ((await stats()) < 20) await new Promise(resolve => setTimeout(resolve, 20))
    server.process.kill('SIGKILL')
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 0)
    assert.match(stderr, /^chaos: \S+ did not keep the run \(it is gone, or keeps none\)\. It is in \S+\n$/)
    const [arm] = JSON.parse(stdout).arms
    assert.equal(arm.outcomes.success + arm.outcomes.failed, 150)
    assert.ok(arm.failures.refused > 0, JSON.stringify(arm.failures))
  })

  it('ends a comparison, too, when the server dies in the middle', async t => {
    const server = spawnChaos(['serve', '--port', '0'], { CATALOG_DB: ':memory:', LOG_LEVEL: 'silent' })
    t.after(() => void server.process.kill('SIGKILL'))
    const url = await server.says(/http:\/\/127\.0\.0\.1:\d+/)
    const run = spawnChaos(['compare', '-u', url, '--json', '-n', '150', '-c', '5', '--every', '50ms'])
    const sessions = async () => ((await (await fetch(`${url}/chaos/sessions`)).json()) as { sessions: [] }).sessions
    while ((await sessions()).length < 3) await new Promise(resolve => setTimeout(resolve, 20))
    await new Promise(resolve => setTimeout(resolve, 500))
    server.process.kill('SIGKILL')
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 0, stderr)
    const { arms, interrupted } = JSON.parse(stdout)
    assert.equal(interrupted, false)
    assert.ok(arms[0].failures.refused > 0, JSON.stringify(arms[0].failures))
    assert.ok(arms[1].outcomes.shortCircuited > 0, JSON.stringify(arms[1].outcomes))
  })
})

describe('an interruption', () => {
  it('while nothing answers ends at once, with nothing printed', async t => {
    const silent = createServer(() => {})
    await new Promise<void>(resolve => silent.listen(0, '127.0.0.1', resolve))
    t.after(() => {
      silent.closeAllConnections()
      silent.close()
    })
    let asked = 0
    silent.on('request', () => asked++)
    for (const command of ['burst', 'compare', 'status']) {
      const before = asked
      const run = spawnChaos([command, '-u', `http://127.0.0.1:${(silent.address() as AddressInfo).port}`])
      while (asked === before) await new Promise(resolve => setTimeout(resolve, 20))
      run.process.kill('SIGINT')
      const { code, stdout, stderr } = await run.ended
      assert.deepEqual({ command, code, stdout, stderr }, { command, code: 130, stdout: '', stderr: '' })
    }
  })

  it('during the warm-up and before the first request leaves no session behind', async t => {
    const server = await startTestServer(t, {
      settings: { latency: { distribution: 'fixed', delay: '30s', cap: '60s' } },
    })
    const args = ['--warmup', '10', '--timeout', '60s', '--outage', '1s-2s']
    const run = spawnChaos(['compare', '-u', server.url, ...args])
    while (server.chaos.control.sessions.get('default')?.inFlight === 0)
      await new Promise(resolve => setTimeout(resolve, 20))
    run.process.kill('SIGTERM')
    const { code, stderr } = await run.ended
    assert.equal(code, 143, stderr)
    assert.deepEqual(
      server.chaos.control.sessions.list().map(session => session.id),
      ['default'],
    )
  })

  it('repeated ends at once, whatever there is to put back', async t => {
    const server = await startTestServer(t)
    const run = spawnChaos(['burst', '-u', server.url, '-n', '1000', '-c', '1', '--every', '50ms', '--session', 'lab'])
    while (server.chaos.control.sessions.get('lab') === undefined) await new Promise(resolve => setTimeout(resolve, 20))
    run.process.kill('SIGINT')
    run.process.kill('SIGINT')
    assert.equal((await run.ended).code, 130)
  })
})
