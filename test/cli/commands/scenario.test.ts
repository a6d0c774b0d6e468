/** `chaos scenario` against a real server. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

describe('chaos scenario', () => {
  it('lists and explains', async t => {
    const server = await startTestServer(t)
    const { code, stdout } = await chaos(['scenario', 'ls', '-u', server.url])
    assert.equal(code, 0)
    for (const name of ['coin-flip', 'blackout', 'retry-storm']) assert.match(stdout, new RegExp(`^${name} `, 'm'))
    const shown = await chaos(['scenario', 'show', 'retry-storm', '-u', server.url])
    assert.match(shown.stdout, /eight times slower/)
    assert.match(shown.stdout, /chaos compare --scenario retry-storm/)
    for (const line of `${stdout}${shown.stdout}`.split('\n')) assert.ok(line.length <= 80, line)
    const document = JSON.parse((await chaos(['scenario', 'show', 'blackout', '-u', server.url, '--json'])).stdout)
    assert.equal(document.scenario.name, 'blackout')
  })

  it('plays one until it is told to stop, and takes back what it set', async t => {
    const server = await startTestServer(t)
    const stop = new AbortController()
    const playing = chaos(['scenario', 'run', 'coin-flip', '-u', server.url], { interrupted: stop.signal })
    while (server.chaos.settings().failRate === 0) await new Promise(resolve => setTimeout(resolve, 10))
    stop.abort('SIGINT')
    const { code, stdout } = await playing
    assert.equal(code, 130)
    assert.match(stdout, /playing coin-flip in session default/)
    assert.match(stdout, /stopped/)
    assert.equal(server.chaos.settings().failRate, 0)
  })

  it('stops what another command plays', async t => {
    const server = await startTestServer(t)
    const url = ['-u', server.url]
    assert.match((await chaos(['scenario', 'stop', ...url])).stdout, /nothing is being played/)
    await fetch(`${server.url}/chaos/scenarios/coin-flip/runs`, { method: 'POST' })
    assert.equal(server.chaos.settings().failRate, 30)
    assert.match((await chaos(['scenario', 'stop', ...url])).stdout, /stopped coin-flip/)
    assert.equal(server.chaos.settings().failRate, 0)
    const unknown = await chaos(['scenario', 'stop', 'run-9', ...url])
    assert.equal(unknown.code, 2)
    assert.match(unknown.stderr, /no run is called "run-9"/)
  })

  it('says which there are when it knows none of that name', async t => {
    const server = await startTestServer(t)
    for (const verb of ['show', 'run']) {
      const { code, stderr } = await chaos(['scenario', verb, 'tornado', '-u', server.url])
      assert.equal(code, 2)
      assert.match(stderr, /no scenario "tornado": the server has .*retry-storm/)
    }
  })
})
