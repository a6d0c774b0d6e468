/** `chaos rate` against real servers. */

import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { listen } from '../../support/listen.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

describe('chaos rate', () => {
  it('reads and sets the rate', async t => {
    const server = await startTestServer(t, { settings: { failRate: 5 } })
    assert.deepEqual(await chaos(['rate', '-u', server.url]), { code: 0, stdout: '5 %\n', stderr: '' })
    assert.deepEqual(await chaos(['rate', '70%', '-u', server.url]), { code: 0, stdout: '70 %\n', stderr: '' })
    assert.equal(server.chaos.settings().failRate, 70)
    assert.equal((await chaos(['rate', '-u', server.url, '--json'])).stdout, '{"failRate":70}\n')
  })

  it('says that 0.5 is half a percent', async t => {
    const server = await startTestServer(t)
    const { stdout, stderr } = await chaos(['rate', '0.5', '-u', server.url])
    assert.equal(stdout, '0.5 %\n')
    assert.equal(stderr, '0.5 means 0.5 percent; for 50 percent write 50\n')
  })

  it('sets the rate of one session and leaves the others alone', async t => {
    const server = await startTestServer(t)
    await fetch(`${server.url}/catalogs`, { headers: { 'x-chaos-session': 'mine' } })
    await chaos(['rate', '40', '-u', server.url, '--session', 'mine'])
    assert.equal((await chaos(['rate', '-u', server.url, '--session', 'mine'])).stdout, '40 %\n')
    assert.equal(server.chaos.settings().failRate, 0)
  })

  it('says who it was', async t => {
    const server = await startTestServer(t)
    await chaos(['rate', '40', '-u', server.url])
    const hello = (await (await fetch(`${server.url}/chaos`)).json()) as {
      provenance: { failRate: { source: string } }
    }
    assert.equal(hello.provenance.failRate.source, 'cli')
  })
})

/** A real server behind a gate that lets everything pass but a change of the fail rate, and from `refuseAfter` such changes on refuses them. */
async function refusing(t: TestContext, failRate: number, refuseAfter: number) {
  const server = await startTestServer(t, { settings: { failRate } })
  let changes = 0
  const gate = createServer(async (req, res) => {
    const chunks = await req.toArray()
    const isChange = ['PUT', 'PATCH'].includes(req.method ?? '') && !req.url?.includes('dryRun')
    if (isChange && changes++ >= refuseAfter) {
      res.writeHead(409, { 'content-type': 'application/problem+json' }).end('{"detail":"Not now"}')
      return
    }
    const { method = '' } = req
    const body = method === 'GET' ? {} : { body: Buffer.concat(chunks) }
    const answer = await fetch(server.url + req.url, {
      method,
      headers: { 'content-type': 'application/json' },
      ...body,
    })
    res.writeHead(answer.status, { 'content-type': answer.headers.get('content-type') ?? '' }).end(await answer.text())
  })
  return { server, url: await listen(gate, t) }
}

describe('chaos rate of several servers', () => {
  it('reads and sets them all, each named once', async t => {
    const [a, b] = [await startTestServer(t, { settings: { failRate: 5 } }), await startTestServer(t)]
    const named = ['-u', a.url, '-u', b.url, '-u', a.url]
    assert.deepEqual(await chaos(['rate', ...named]), {
      ...{ code: 0, stderr: '' },
      stdout: `${a.url}  5 %\n${b.url}  0 %\n`,
    })
    assert.equal((await chaos(['rate', '70', ...named])).stdout, `${a.url}  70 %\n${b.url}  70 %\n`)
    assert.deepEqual([a.chaos.settings().failRate, b.chaos.settings().failRate], [70, 70])
    const { stdout } = await chaos(['rate', '--json', ...named])
    assert.deepEqual(JSON.parse(stdout), { servers: [a, b].map(({ url }) => ({ url, failRate: 70 })) })
  })

  it('changes none where one is not there or wants a token, and names it', async t => {
    const open = await startTestServer(t, { settings: { failRate: 5 } })
    const locked = await startTestServer(t, { token: 'a-token-of-its-own' })
    for (const [url, code, why] of [
      ['http://127.0.0.1:1', 3, /1 of 2 servers refused, and nothing was changed.*127\.0\.0\.1:1: cannot reach/s],
      [locked.url, 2, /1 of 2 servers refused, and nothing was changed.*CHAOS_TOKEN/s],
    ] as const) {
      const ran = await chaos(['rate', '70', '-u', open.url, '-u', url])
      assert.deepEqual([ran.code, ran.stdout], [code, ''])
      assert.match(ran.stderr, why)
      assert.ok(ran.stderr.includes(url))
      const state = (await (await fetch(`${open.url}/chaos`)).json()) as Record<string, unknown>
      assert.deepEqual(
        [open.chaos.settings().failRate, JSON.stringify(state).includes('"cli"')],
        [5, false],
        'it was not even touched',
      )
    }
  })

  it('puts back those that took it where one refuses late: to what was set, and to what lay beneath', async t => {
    const untouched = await startTestServer(t, { settings: { failRate: 5 } })
    const changed = await startTestServer(t)
    await chaos(['rate', '20', '-u', changed.url])
    const late = await refusing(t, 7, 0)
    const ran = await chaos(['rate', '70', '-u', untouched.url, '-u', late.url, '-u', changed.url])
    assert.equal(ran.code, 2)
    assert.equal(ran.stderr, `chaos: 1 of 3 servers refused, and the others were put back.\n${late.url}: Not now\n`)
    assert.deepEqual(
      [untouched, late.server, changed].map(({ chaos: { settings } }) => settings().failRate),
      [5, 7, 20],
    )
    const { provenance } = (await (await fetch(`${untouched.url}/chaos`)).json()) as {
      provenance: { failRate: { source: string } }
    }
    assert.notEqual(provenance.failRate.source, 'cli')
  })

  it('says where one could not be put back', async t => {
    const [stuck, late] = [await refusing(t, 5, 1), await refusing(t, 7, 0)]
    const ran = await chaos(['rate', '70', '-u', stuck.url, '-u', late.url])
    assert.equal(ran.code, 2)
    assert.ok(ran.stderr.includes(`${stuck.url} could not be put back and stays at 70 %`), ran.stderr)
    assert.deepEqual([stuck.server.chaos.settings().failRate, late.server.chaos.settings().failRate], [70, 7])
  })
})
