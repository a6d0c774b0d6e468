/** What a text becomes as a name: bounded, one visible line, and the same when it is read again. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { MAX_DISPLAY_NAME, readDisplayName } from '../../../../server/chaos/session/display-name.ts'

suite('a display name', () => {
  for (const [text, name] of [
    ['José', 'José'],
    ['  Jose\u0301 ', 'José'],
    ['Ana\u00a0 \u2003 Lima', 'Ana Lima'],
    ['李小龍', '李小龍'],
    ['अनिरुद्ध', 'अनिरुद्ध'],
    ['👩\u200d💻 & 🏴󠁧󠁢󠁳󠁣󠁴󠁿'.replace(/[\u{e0000}-\u{e007f}]/gu, ''), '👩\u200d💻 & 🏴'],
    ['می\u200cخواهم', 'می\u200cخواهم'],
    ['<b>"x" & \'y\'</b>', '<b>"x" & \'y\'</b>'],
    ['🚀'.repeat(MAX_DISPLAY_NAME), '🚀'.repeat(MAX_DISPLAY_NAME)],
  ] as const) {
    test(`is ${JSON.stringify(name)}`, () => assert.deepEqual(readDisplayName(text), { name }))
  }

  for (const [text, flaw] of [
    ['', 'empty'],
    [' \u3000 ', 'empty'],
    ['\u3164\u2800\u115f', 'empty'],
    ['\u200d', 'empty'],
    ['x'.repeat(MAX_DISPLAY_NAME + 1), 'long'],
    ['a\u202eb', 'hidden'],
    ['a\u2066b', 'hidden'],
    ['a\u200fb', 'hidden'],
    ['a\nb', 'hidden'],
    ['a\u001b[31mb', 'hidden'],
    ['a\u2028b', 'hidden'],
    ['a\ud800b', 'hidden'],
    ['a\ue000b', 'hidden'],
    [`z${'\u0335'.repeat(4)}`, 'marks'],
  ] as const) {
    test(`is not ${JSON.stringify(text.slice(0, 12))}: ${flaw}`, () =>
      assert.deepEqual(readDisplayName(text), { flaw }))
  }

  test('holds its bounds, whatever is typed', () => {
    const units = fc.oneof(
      fc.string({ unit: 'binary', maxLength: 60 }),
      fc.string({
        unit: fc.constantFrom(
          ...[
            'a',
            'é',
            'e\u0301',
            ' ',
            '\u00a0',
            '\u0335',
            '\u202e',
            '\u200d',
            '\u0000',
            '🚀',
            '\ud83d',
            '\u3164',
            '\u1100',
          ],
        ),
        maxLength: 60,
      }),
    )
    fc.assert(
      fc.property(units, text => {
        const read = readDisplayName(text)
        if (!('name' in read)) return
        const { name } = read
        assert.ok(name.length > 0 && [...name].length <= MAX_DISPLAY_NAME)
        assert.equal(name, name.trim())
        assert.equal(name, name.normalize('NFC'))
        assert.doesNotMatch(name, /[\p{Cc}\u061c\u200b\u200e\u200f\u202a-\u202e\u2066-\u2069\u2028\u2029\ufeff\p{Cs}]/u)
        assert.doesNotMatch(name, /\p{Zs}{2}|\p{M}{4}/u)
        assert.deepEqual(readDisplayName(name), { name })
      }),
      { numRuns: 2_000 },
    )
  })
})
