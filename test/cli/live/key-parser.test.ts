/** The key reader: what terminals send, whole and cut anywhere. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { flushKeys, parseKeys } from '../../../cli/live/key-parser.ts'

const SEQUENCES: readonly (readonly [bytes: string, keys: readonly string[], whose: string])[] = [
  ['7', ['7'], 'a digit'],
  [' ', [' '], 'space'],
  ['é😀', ['é', '😀'], 'beyond ASCII'],
  ['\r', ['enter'], 'enter in raw mode'],
  ['\x03', ['ctrl-c'], 'Ctrl-C in raw mode'],
  ['\x0c', ['ctrl-l'], 'Ctrl-L'],
  ['\x7f', ['backspace'], 'backspace'],
  ['\x1b[A', ['up'], 'arrow'],
  ['\x1bOB', ['down'], 'arrow in application mode'],
  ['\x1b[1;2C', ['shift-right'], 'shift with an arrow, xterm'],
  ['\x1b[1;6D', ['shift-left'], 'ctrl and shift with an arrow, xterm'],
  ['\x1b[1;5A', ['up'], 'ctrl with an arrow'],
  ['\x1b[a', ['shift-up'], 'shift with an arrow, rxvt'],
  ['\x1b[5~\x1b[6~', ['page-up', 'page-down'], 'pages'],
  ['\x1b[5;2~', ['shift-page-up'], 'shift with a page'],
  ['\x1b[H\x1b[F', ['home', 'end'], 'home and end, xterm'],
  ['\x1b[1~\x1b[4~\x1b[7~\x1b[8~', ['home', 'end', 'home', 'end'], 'home and end, elsewhere'],
  ['\x1b[15~', [], 'F5'],
  ['\x1b[[A', [], 'F1 of the Linux console: no arrow'],
  ['\x1b[?62;22c', [], 'an answer about the terminal'],
  ['\x1b[200~', [], 'a paste begins'],
  ['\x1bq', [], 'alt with a letter: not the letter'],
  ['\x1b\x1b[A', ['escape', 'up'], 'escape, then an arrow'],
  ['\x1b[A7\x1b[B', ['up', '7', 'down'], 'several at once'],
]

for (const [bytes, keys, whose] of SEQUENCES) {
  test(`${JSON.stringify(bytes)} is ${JSON.stringify(keys)}: ${whose}`, () => {
    assert.deepEqual(parseKeys('', bytes), { keys, pending: '' })
  })
}

test('a lone escape waits, and is the escape key when nothing follows', () => {
  const { keys, pending } = parseKeys('', '\x1b')
  assert.deepEqual(keys, [])
  assert.deepEqual(flushKeys(pending), ['escape'])
  assert.deepEqual(parseKeys(pending, '[A').keys, ['up'])
  assert.deepEqual(flushKeys('\x1b[1;'), [], 'half a sequence is not a key')
})

test('a sequence that never ends is forgotten', () => {
  const endless = parseKeys('', `\x1b[${'1;'.repeat(40)}`)
  assert.deepEqual(endless, { keys: [], pending: '' })
})

const piece = fc.oneof(
  fc.constantFrom(...SEQUENCES.map(([bytes]) => bytes)),
  fc.string({ unit: 'grapheme', maxLength: 3 }),
)

test('wherever the bytes are cut, the keys are the same', () => {
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), fc.array(fc.nat(200), { maxLength: 12 }), (pieces, cuts) => {
      const bytes = [...pieces.join('')]
      const whole = parseKeys('', bytes.join(''))
      const edges = [...new Set([0, ...cuts.map(cut => cut % (bytes.length + 1)), bytes.length])].sort((a, b) => a - b)
      const keys: string[] = []
      let pending = ''
      edges.slice(1).forEach((edge, position) => {
        const parsed = parseKeys(pending, bytes.slice(edges[position], edge).join(''))
        keys.push(...parsed.keys)
        pending = parsed.pending
      })
      assert.deepEqual({ keys, pending }, whole)
    }),
  )
})

test('noise of any kind never throws and leaves little behind', () => {
  fc.assert(
    fc.property(fc.array(fc.string({ unit: 'binary' })), chunks => {
      let pending = ''
      for (const chunk of chunks) pending = parseKeys(pending, chunk).pending
      assert.ok(pending.length <= 32)
    }),
  )
})
