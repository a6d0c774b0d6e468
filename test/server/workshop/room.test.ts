/** `--room`: what it opens, what it prints, and that what was said beside it holds. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync } from 'node:fs'
import { networkInterfaces, tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { reachableFrom } from '../../../server/access/hosts.ts'
import { limitsOf, loadConfig } from '../../../server/config/config.ts'
import { flagOf } from '../../../server/config/flags.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { serve } from '../../../server/serve.ts'
import { qrText } from '../../../server/workshop/qr-text.ts'
import { readJson } from '../../support/json.ts'
import { startTestServer } from '../../support/server.ts'

const load = (flag: Record<string, string>) =>
  loadConfig({ flag, env: {}, file: {} }, { flag: flagOf, file: '.env' }).config
const PEOPLE = 200
const [own] = reachableFrom('0.0.0.0', networkInterfaces())

describe('--room', () => {
  it('listens for others, opens sessions, and has room for 200 people behind one router', () => {
    const config = load({ ROOM: '1' })
    assert.deepEqual([config.HOST, config.OPEN_SESSIONS], ['0.0.0.0', '1'])
    const limits = limitsOf(config)
    assert.ok(limits.listenersPerClient >= 2 * PEOPLE)
    assert.ok((limits.sessions * 3) / 4 >= 2 * PEOPLE)
  })

  it('leaves what was said beside it', () => {
    const config = load({ ROOM: '1', HOST: '127.0.0.1', OPEN_SESSIONS: '0', MAX_SESSIONS: '7' })
    assert.deepEqual([config.HOST, config.OPEN_SESSIONS, config.MAX_SESSIONS], ['127.0.0.1', '0', 7])
  })

  it('prints the address, large enough for a phone to read, and makes a token', {
    skip: own === undefined,
  }, async t => {
    const folder = mkdtempSync(join(tmpdir(), 'room-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const stop = new AbortController()
    let text = ''
    const said = new Promise<void>(resolve => {
      const write = (more: string) => {
        text += more
        if (text.includes('npx chaos compare')) resolve()
      }
      const ended = serve({
        args: ['--room', '--port', '0', '--db', ':memory:', '--address', own ?? '', '--log-level', 'silent'],
        name: 'npx chaos serve',
        env: {},
        stdout: { write, isTTY: false },
        stderr: { write, isTTY: false },
        clock: systemClock,
        draw: () => '1',
        interrupted: stop.signal,
      })
      t.after(() => {
        stop.abort('SIGTERM')
        return ended
      })
    })
    await said
    const [, address = ''] = /attendees {2}(http:\S+)/.exec(text) ?? []
    assert.equal(new URL(address).hostname, own)
    assert.match(text, /token {6}\S{16} /)
    assert.match(text, /sessions {3}open/)
    assert.ok(text.includes(qrText(address, false)))
    const { join: joined } = await readJson<{ join: string }>(
      await fetch(`http://127.0.0.1:${new URL(address).port}/`, { headers: { accept: 'application/json' } }),
    )
    assert.equal(joined, address)
    const made = await fetch(`${address}/chaos/sessions`, {
      method: 'POST',
      body: '{}',
      headers: { 'content-type': 'application/json' },
    })
    assert.equal(made.status, 201)
  })

  it('says which addresses there are where the one that was asked for is not among them', async () => {
    let text = ''
    const lines = {
      isTTY: false,
      write(more: string) {
        text += more
      },
    }
    const code = await serve({
      args: ['--room', '--port', '0', '--db', ':memory:', '--address', '203.0.113.9'],
      ...{ name: 'npx chaos serve', env: {}, stdout: lines, stderr: lines },
      ...{ clock: systemClock, draw: () => '1', interrupted: AbortSignal.abort('SIGTERM') },
    })
    assert.equal(code, 2)
    assert.match(text, /203\.0\.113\.9 is no address at which others reach this machine/)
  })

  it('is not needed where nobody else comes: there is nothing to join', async t => {
    const server = await startTestServer(t)
    const { join: joined } = await readJson<{ join: null }>(
      await fetch(server.url, { headers: { accept: 'application/json' } }),
    )
    assert.equal(joined, null)
  })
})

describe('a QR code for a terminal', () => {
  it('is a square of half blocks with a quiet zone, in colours or without', () => {
    const lines = qrText('http://192.168.1.20:8000', false).trimEnd().split('\n')
    assert.equal(lines[0], '█'.repeat(lines[0]?.length ?? 0))
    assert.ok(Math.abs(2 * lines.length - (lines[0]?.length ?? 0)) <= 1)
    const coloured = qrText('http://192.168.1.20:8000', true).split('\n')
    assert.equal(coloured[0], `\u001b[30;107m${' '.repeat(lines[0]?.length ?? 0)}\u001b[0m`)
  })
})
