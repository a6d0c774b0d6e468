/** Which colours an output gets: what the terminal can, what its user wants, and what programs are told. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { colourLevel, lookOf, progressBar } from '../../cli/output.ts'
import { systemClock } from '../../server/lib/clock.ts'

describe('colours', () => {
  for (const [what, env, isTTY, wanted, some] of [
    ['no terminal has none', {}, false, true, false],
    ['NO_COLOR has none', { NO_COLOR: '1' }, true, true, false],
    ['--no-color has none, whatever is forced', { FORCE_COLOR: '1' }, true, false, false],
    ['FORCE_COLOR=0 has none', { FORCE_COLOR: '0' }, true, true, false],
    ['FORCE_COLOR=false has none', { FORCE_COLOR: 'false' }, true, true, false],
    ['FORCE_COLOR=1 has some in a pipe', { FORCE_COLOR: '1' }, false, true, true],
    ['FORCE_COLOR alone has some in a pipe', { FORCE_COLOR: '' }, false, true, true],
    ['a dumb terminal has none', { TERM: 'dumb' }, true, true, false],
    ['a dumb terminal has some where they are forced', { TERM: 'dumb', FORCE_COLOR: '3' }, true, true, true],
    ['NO_COLOR goes before FORCE_COLOR', { NO_COLOR: '1', FORCE_COLOR: '1' }, true, true, false],
    ['an empty NO_COLOR is none', { NO_COLOR: '', FORCE_COLOR: '1' }, true, true, true],
  ] as const) {
    it(what, () => assert.equal(colourLevel(env, isTTY, wanted) > 0, some))
  }

  it('are as many as FORCE_COLOR says', () => {
    assert.deepEqual(
      ['0', '1', '2', '3', 'true'].map(FORCE_COLOR => colourLevel({ FORCE_COLOR }, true, true)),
      [0, 1, 2, 3, 1],
    )
  })
})

it('a dumb terminal is drawn on with ASCII, line by line', () => {
  const written: string[] = []
  const stream = { write: (text: string) => void written.push(text), isTTY: true, columns: 80 }
  const env = { TERM: 'dumb' }
  const io = { stdout: stream, stderr: stream, env, clock: { ...systemClock, now: () => 0 } } as never
  assert.equal(lookOf(io, { color: true }).ascii, true)
  let now = 0
  const bar = progressBar({ stderr: stream, env, clock: { ...systemClock, now: () => now } } as never, 'x', true)
  now = 5_000
  bar.show(0.5)
  bar.end()
  assert.deepEqual(written, [])
})
