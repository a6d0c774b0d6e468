/** `chaos reset` against a real server. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

describe('chaos reset', () => {
  it('goes back to the boot values and to zero', async t => {
    const server = await startTestServer(t, { settings: { failRate: 20 } })
    await chaos(['burst', '-u', server.url])
    await chaos(['rate', '90', '-u', server.url])
    const { code, stdout } = await chaos(['reset', '-u', server.url])
    assert.equal(code, 0)
    assert.match(stdout, /fail rate is 20 %/)
    assert.equal(JSON.parse((await chaos(['status', '-u', server.url, '--json'])).stdout).stats.requests, 0)
  })
})
