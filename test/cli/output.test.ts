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

/** A terminal that keeps what is written, a bar on it, and a clock that is set by hand. */
function barOn(env: Record<string, string>) {
  const written: string[] = []
  const stream = { write: (text: string) => void written.push(text), isTTY: true, columns: 80 }
  const time = { ms: 0 }
  const clock = { ...systemClock, now: () => time.ms }
  return { bar: progressBar({ stdout: stream, stderr: stream, env, clock } as never, 'compare', true), written, time }
}

it('a dumb terminal is drawn on with ASCII, line by line', () => {
  const { bar, written, time } = barOn({ TERM: 'dumb' })
  const stream = { write() {}, isTTY: true, columns: 80 }
  assert.equal(lookOf({ stdout: stream, env: { TERM: 'dumb' } } as never, { color: true }).ascii, true)
  time.ms = 5_000
  bar.show(0.5)
  bar.end()
  assert.deepEqual(written, [])
})

it('a bar has a strip of each arm, and says how long the rest takes at the pace so far', () => {
  const { bar, written, time } = barOn({ NO_COLOR: '1' })
  const arm = (name: string, success: number, failed: number, shortCircuited = 0) => ({
    ...{ name, success, failed, shortCircuited, fromCache: 0, calls: success + failed, wasted: failed, states: [] },
  })
  time.ms = 500
  bar.show(0.25, [arm('none', 25, 0), arm('breaker', 25, 0)])
  assert.deepEqual(written, [], 'what may be over in a second needs no bar')
  time.ms = 2_000
  bar.show(0.5, [arm('none', 25, 25), arm('breaker', 25, 5, 20)])
  const [bars = '', none = '', breaker = ''] = written.join('').split('\n')
  assert.equal(bars, 'compare ###############...............  50 %, about 2 s left')
  assert.match(none, /^ {2}none {13}#{8}F{8} +50 % useful, 25 wasted$/)
  assert.match(breaker, /^ {2}breaker {10}#{8}S{8} +50 % useful, 5 wasted$/)
  assert.ok(
    written
      .join('')
      .split('\n')
      .every(line => line.length < 80),
    'no line wraps',
  )
  written.length = 0
  time.ms = 100_000
  bar.show(0.4)
  assert.equal(written.join(''), '\r\u001b[2A\u001b[Jcompare ############..................  40 %, about 2:30 min left')
  written.length = 0
  bar.end()
  bar.end()
  assert.deepEqual(written, ['\r\u001b[J'])
})
