/** `chaos compare` against a real server: the arms meet the same fates, everything adds up, and nothing is left behind. */

import assert from 'node:assert/strict'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf, spawnChaos } from '../harness.ts'

const SHORT = ['-n', '200', '-c', '20', '--every', '20ms', '--seed', 's', '--timeout', '60s']

const sessions = async (url: string) =>
  ((await (await fetch(`${url}/chaos/sessions`)).json()) as { sessions: { id: string }[] }).sessions.map(({ id }) => id)

/** A proxy before `target` that counts what passes, by session. */
async function countingProxy(t: { after(close: () => void): void }, target: string, host = new URL(target).host) {
  const counts = new Map<string, number>()
  const proxy = createServer((incoming, outgoing) => {
    const session = incoming.headers['x-chaos-session']
    if (incoming.url?.startsWith('/catalogs')) counts.set(String(session), (counts.get(String(session)) ?? 0) + 1)
    const headers = { ...incoming.headers, host }
    const call = request(new URL(incoming.url ?? '/', target), { method: incoming.method, headers })
    incoming.pipe(call)
    call.on('response', answer => {
      outgoing.writeHead(answer.statusCode ?? 0, answer.headers)
      answer.pipe(outgoing)
    })
  })
  await new Promise<void>(resolve => proxy.listen(0, '127.0.0.1', resolve))
  t.after(() => {
    proxy.closeAllConnections()
    proxy.close()
  })
  return { url: `http://127.0.0.1:${(proxy.address() as AddressInfo).port}`, counts }
}

describe('chaos compare', () => {
  it('sends the same to both arms, counts every call, and removes its sessions', async t => {
    const server = await startTestServer(t, { settings: { failRate: 40 } })
    const { url, counts } = await countingProxy(t, server.url)
    const ran = await chaos(['compare', '-u', url, '--json', ...SHORT])
    assert.equal(ran.code, 0, ran.stderr)
    const { arms, pairs, verdict, failRate } = documentOf(ran)
    assert.deepEqual(failRate, { atStart: 40, atEnd: 40 })
    assert.deepEqual(
      arms.map(arm => arm.name),
      ['none', 'breaker'],
    )
    assert.deepEqual(
      arms.map(arm => arm.upstream.calls),
      [...counts.values()],
    )
    for (const { outcomes } of arms) {
      assert.equal(outcomes.success + outcomes.failed + outcomes.shortCircuited + outcomes.fromCache, 200)
    }
    assert.ok(pairs)
    assert.equal(pairs.both + pairs.onlyA, arms[0]?.outcomes.success)
    assert.equal(pairs.both + pairs.onlyB, arms[1]?.outcomes.success)
    assert.equal(pairs.onlyB, 0)
    assert.equal(pairs.both + pairs.onlyA + pairs.onlyB + pairs.neither, 200)
    assert.ok(verdict.text.length > 0)
    assert.deepEqual(await sessions(server.url), ['default'])
  })

  it('works for an attendee without the token where sessions are open, and leaves nothing behind', async t => {
    const server = await startTestServer(t, { token: 'of-the-host', openSessions: true })
    const ran = await chaos(['compare', '-u', server.url, '--json', '--outage', '100ms-60s', ...SHORT])
    assert.equal(ran.code, 0, ran.stderr)
    assert.ok(documentOf(ran).arms[0]?.outcomes.failed)
    assert.match(ran.stderr, /did not keep the run \(it takes them with its CHAOS_TOKEN only\)/)
    assert.deepEqual(await sessions(server.url), ['default'])
  })

  it('lets two equal arms meet equal fates', async t => {
    const server = await startTestServer(t, { settings: { failRate: 50 } })
    const { arms, pairs } = documentOf(
      await chaos(['compare', '-u', server.url, '--json', ...SHORT, '--arms', 'none,timeout(5s)']),
    )
    assert.deepEqual(arms[0]?.outcomes, arms[1]?.outcomes)
    assert.equal(pairs?.onlyA, 0)
    assert.equal(pairs?.onlyB, 0)
  })

  it('follows the host who turns the fail rate in the middle', async t => {
    const server = await startTestServer(t)
    const running = chaos(['compare', '-u', server.url, '--json', '-n', '500', '-c', '2', '--every', '20ms'])
    const answered = async () => {
      const ids = (await sessions(server.url)).filter(id => id !== 'default')
      const stats = ids.map(id => control(server)('GET', `/chaos/stats?session=${id}`))
      return (await Promise.all(stats)).map(({ body }) => body.outcomes?.success ?? 0)
    }
    for (let counts: number[] = []; counts.length < 2 || counts.includes(0); counts = await answered());
    await chaos(['rate', '100', '-u', server.url])
    const { arms, failRate } = documentOf(await running)
    assert.deepEqual(failRate, { atStart: 0, atEnd: 100 })
    for (const { outcomes } of arms) assert.ok(outcomes.success > 0 && outcomes.failed > 0, JSON.stringify(outcomes))
  })

  it('compares any arms, and carries three', async t => {
    const server = await startTestServer(t, { settings: { failRate: 30 } })
    const { arms } = documentOf(
      await chaos(['compare', '-u', server.url, '--json', ...SHORT, '--arms', 'none,retry(2),retry(2)+breaker']),
    )
    assert.equal(arms.length, 3)
    assert.ok((arms[1]?.upstream.calls ?? 0) > 200)
    assert.ok((arms[1]?.outcomes.success ?? 0) > (arms[0]?.outcomes.success ?? 0))
  })

  it('fires nothing at a server that refuses the address by which it is called, and says what to do', async t => {
    const server = await startTestServer(t)
    const { url, counts } = await countingProxy(t, server.url, 'shop.example')
    const ran = await chaos(['compare', '-u', url, ...SHORT])
    assert.equal(ran.code, 2)
    assert.match(ran.stderr, /The host "shop\.example": call the server by an address that it printed/)
    assert.equal(counts.size, 0)
  })

  it('works against what is no flaky catalog, without sessions and without pairs', async t => {
    let seen = 0
    const other = createServer((incoming, response) => {
      seen++
      assert.equal(incoming.headers['x-chaos-session'], undefined)
      response.statusCode = incoming.url === '/chaos' ? 404 : 200
      response.end('hello')
    })
    await new Promise<void>(resolve => other.listen(0, '127.0.0.1', resolve))
    t.after(() => other.close())
    const url = `http://127.0.0.1:${(other.address() as AddressInfo).port}`
    const { arms, pairs } = documentOf(await chaos(['compare', '-u', url, '--json', ...SHORT]))
    assert.equal(pairs, null)
    assert.equal(seen - 1, arms[0] && arms[1] && arms[0].upstream.calls + arms[1].upstream.calls)
  })

  it('removes its sessions when it is interrupted', async t => {
    const server = await startTestServer(t)
    const run = spawnChaos(['compare', '-u', server.url, '-n', '2000', '-c', '2', '--every', '20ms'])
    while ((await sessions(server.url)).length < 3) await new Promise(resolve => setTimeout(resolve, 20))
    await new Promise(resolve => setTimeout(resolve, 300))
    run.process.kill('SIGINT')
    const { code, stdout } = await run.ended
    assert.equal(code, 130)
    assert.match(stdout, /Stopped after \d+ requests/)
    assert.match(stdout, /useful answers/)
    assert.deepEqual(await sessions(server.url), ['default'])
  })
})
