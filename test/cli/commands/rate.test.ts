/** `chaos rate` against a real server. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
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
