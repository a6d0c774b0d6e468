/** A server whose log goes to a disk that is full: it says less, and serves as before. */

import assert from 'node:assert/strict'
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { closeSync, existsSync, openSync } from 'node:fs'
import { it } from 'node:test'
import { control } from '../support/control.ts'
import { moduleFile, nodeArguments } from '../support/project.ts'

/** Takes nothing, as a disk that is full. */
const FULL = '/dev/full'

it('a log that cannot be written ends no server', { skip: !existsSync(FULL) }, async t => {
  const full = openSync(FULL, 'w')
  const args = [...nodeArguments(moduleFile('cli/main')), 'serve', '--port', '0', '--db', ':memory:']
  const child = spawn(process.execPath, args, { env: { PATH: process.env.PATH }, stdio: ['ignore', 'pipe', full] })
  closeSync(full)
  t.after(() => void child.kill('SIGKILL'))
  const ended = once(child, 'close')
  let said = ''
  for await (const chunk of child.stdout?.setEncoding('utf8') ?? []) {
    said += chunk
    if (/is at http:\S+/.test(said)) break
  }
  const call = control({ url: /is at (http:\S+)/.exec(said)?.[1] ?? '' })
  for (const failRate of [5, 6, 7]) {
    const { body } = await call('PUT', '/chaos/fail-rate', { failRate })
    assert.deepEqual(body, { failRate })
  }
  child.kill('SIGTERM')
  const [code] = await ended
  assert.equal(code, 0)
})
