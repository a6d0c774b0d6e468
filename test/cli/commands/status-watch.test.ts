/** `chaos status --watch`: in place on a terminal, changes elsewhere, a line a look as JSON. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type Look, watch } from '../../../cli/commands/status.ts'
import { EXIT, type Io } from '../../../cli/io.ts'
import { UserError } from '../../../server/lib/user-error.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { Screen } from '../live/screen.ts'

const look = (text: string): Look => ({ lines: ['title', ...text.split('\n')], json: { text } })

/** Plays looks, one a second, and stops after the last. */
async function played(looks: readonly (Look | Error)[], isTTY: boolean, json = false) {
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
    const told = looks[next++]
    if (next > looks.length) stop.abort('SIGINT')
    if (told instanceof Error) throw told
    return told ?? look('after the end')
  })
  for (let second = 0; second < looks.length; second++) {
    for (let turn = 0; turn < 10; turn++) await Promise.resolve()
    if (second === looks.length - 1) stop.abort('SIGINT')
    else clock.advance(1_000)
  }
  return { code: await ended, text }
}

test('on a terminal each look is written over the last, whatever their heights', async () => {
  const { code, text } = await played(
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
  const { text } = await played([look('one'), look('one'), look('two')], false)
  assert.equal(text, 'title\none\n\ntitle\ntwo\n')
})

test('as JSON every look is a line', async () => {
  const { text } = await played([look('one'), look('one')], true, true)
  assert.equal(text, '{"text":"one"}\n{"text":"one"}\n')
})

test('a server that goes away is waited for; one that was never there ends it, and so does a bug', async () => {
  const away = new UserError('cannot reach it', EXIT.unreachable)
  const { text } = await played([look('one'), away, look('two')], false)
  assert.equal(text, 'title\none\n\ncannot reach it\ntrying again every second\n\ntitle\ntwo\n')
  await assert.rejects(played([away], false), away)
  await assert.rejects(played([look('one'), new Error('bug')], false), /bug/)
})
