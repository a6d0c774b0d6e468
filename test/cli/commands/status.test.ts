/** `chaos status` against a real server; with `--watch` in place on a terminal, changes elsewhere, a line a look as JSON. */

import assert from 'node:assert/strict'
import { describe, it, test } from 'node:test'
import { type StatusView, watch } from '../../../cli/commands/status.ts'
import { EXIT, type Io } from '../../../cli/io.ts'
import { UserError } from '../../../server/lib/user-error.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'
import { Screen } from '../live/screen.ts'

const look = (text: string): StatusView => ({ lines: ['title', ...text.split('\n')], json: { text } })

/** Shows looks, one a second, and stops after the last. */
async function watched(looks: readonly (StatusView | Error)[], isTTY: boolean, json = false) {
  const clock = new ManualClock()
  const stop = new AbortController()
  let text = ''
  const stdout = {
    write: (more: string) => {
      text += more
    },
    isTTY,
    columns: 20,
  }
  const io: Io = { stdout, stderr: stdout, env: {}, clock, wallMs: () => 0, draw: () => '', interrupted: stop.signal }
  let next = 0
  const ended = watch(io, json, async () => {
    const shown = looks[next++]
    if (next > looks.length) stop.abort('SIGINT')
    if (shown instanceof Error) throw shown
    return shown ?? look('after the end')
  })
  for (let second = 0; second < looks.length; second++) {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    if (second === looks.length - 1) stop.abort('SIGINT')
    else clock.advance(1_000)
  }
  return { code: await ended, text }
}

test('on a terminal each look is written over the last, whatever their heights', async () => {
  const { code, text } = await watched(
    [look('one\ntwo\nthree'), look('four'), look(`a line that is wider than the screen`)],
    true,
  )
  const screen = new Screen(20, 8)
  await screen.write(text.replaceAll('\n', '\r\n'))
  assert.deepEqual(screen.lines().filter(Boolean), ['title', 'a line that is wide'])
  assert.ok(!text.includes('\x1b[2J'))
  assert.equal(code, 130)
})

test('elsewhere a look is written when it says something new', async () => {
  const { text } = await watched([look('one'), look('one'), look('two')], false)
  assert.equal(text, 'title\none\n\ntitle\ntwo\n')
})

test('as JSON every look is a line', async () => {
  const { text } = await watched([look('one'), look('one')], true, true)
  assert.equal(text, '{"text":"one"}\n{"text":"one"}\n')
})

test('a server that goes away is waited for; one that was never there ends it, and so does a bug', async () => {
  const away = new UserError('cannot reach it', EXIT.unreachable)
  const { text } = await watched([look('one'), away, look('two')], false)
  assert.equal(text, 'title\none\n\ncannot reach it\ntrying again every second\n\ntitle\ntwo\n')
  await assert.rejects(watched([away], false), away)
  await assert.rejects(watched([look('one'), new Error('bug')], false), /bug/)
})

describe('chaos status', () => {
  it('shows the settings with their origin, and the counts', async t => {
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    await chaos(['burst', '-n', '7', '-u', server.url])
    await chaos(['rate', '30', '-u', server.url])
    const { code, stdout } = await chaos(['status', '-u', server.url])
    assert.equal(code, 0)
    assert.match(stdout, /failRate +30 % \(by a command line\)/)
    assert.match(stdout, /requests +7, and 0 under way/)
    assert.match(stdout, /injected +7/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
    const document = JSON.parse((await chaos(['status', '-u', server.url, '--json'])).stdout)
    assert.equal(document.settings.failRate, 30)
    assert.equal(document.stats.requests, 7)
  })
})

test('settings are printed in words, and whole, whatever their length', async t => {
  const faults = Array.from({ length: 9 }, (_, index) => ({ kind: 'status', status: 500 + index, weight: index + 1 }))
  const header = `blue, ${'x'.repeat(90)}`
  const rules = [{ id: 'team', match: { header: { 'x-team': header } }, rate: 5 }]
  const server = await startTestServer(t, { settings: { faults, rules } as never })
  const { stdout } = await chaos(['status', '-u', server.url])
  const joined = stdout.replace(/\n {16}/g, ' ')
  for (const { status, weight } of faults) {
    assert.ok(joined.includes(`${((100 * weight) / 45).toFixed(1)} % status ${status}`), stdout)
  }
  assert.ok(joined.includes(`team: 5 % of the requests with x-team: ${header}`), stdout)
  assert.ok(!stdout.includes('…') && !stdout.includes('{'), stdout)
  const lines = stdout.split('\n').filter(line => !line.includes('xxx'))
  assert.deepEqual(
    lines.filter(line => line.length > 80 + '(by the environment)'.length),
    [],
  )
})
