/** What the terminal is told: patches, one after the other, always equal a full repaint. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { fit, type Style, toAnsi } from '../../../cli/live/styled-line.ts'
import { ENTER, patch } from '../../../cli/live/terminal.ts'
import { Screen } from './screen.ts'

const WIDTH = 12
const HEIGHT = 5
const inks: readonly Style[] = [
  'plain',
  'dim',
  'strong',
  'success',
  'failed',
  'shortCircuited',
  'fromCache',
  'half-open',
]

const line = fc
  .array(
    fc.record({
      text: fc.string({ unit: fc.constantFrom(...'ab ─█▁é●'), maxLength: 8 }),
      style: fc.constantFrom(...inks),
    }),
  )
  .map(spans => toAnsi(fit(spans, WIDTH, false), true))
const frame = fc.array(line, { minLength: HEIGHT, maxLength: HEIGHT })
/** Each frame keeps some lines of the one before: that is what a patch is about. */
const film = fc.array(fc.tuple(frame, fc.array(fc.boolean(), { minLength: HEIGHT, maxLength: HEIGHT })), {
  minLength: 1,
  maxLength: 8,
})

test('patches equal a full repaint', async () => {
  await fc.assert(
    fc.asyncProperty(film, async shots => {
      const patched = new Screen(WIDTH, HEIGHT)
      await patched.write(ENTER)
      let before: string[] | null = null
      for (const [fresh, keep] of shots) {
        const known: string[] | null = before
        const after: string[] = fresh.map((text: string, row: number) => (keep[row] ? (known?.[row] ?? text) : text))
        await patched.write(patch(before, after))
        before = after
      }
      const repainted = new Screen(WIDTH, HEIGHT)
      await repainted.write(ENTER + patch(null, before ?? []))
      assert.deepEqual(patched.cells(), repainted.cells())
    }),
    { numRuns: 60 },
  )
})

test('only lines that changed are toAnsi', () => {
  assert.equal(patch(['aa', 'bb'], ['aa', 'bb']), '')
  const bytes = patch(['aa', 'bb', 'cc'], ['aa', 'xx', 'cc'])
  assert.ok(bytes.includes('\x1b[2;1Hxx'))
  assert.ok(!bytes.includes('aa') && !bytes.includes('cc'))
  assert.ok(!bytes.includes('\x1b[2J'), 'a patch never blanks the screen, that would flicker')
})

test('another height is a full repaint', () => {
  assert.ok(patch(['aa'], ['aa', 'bb']).includes('\x1b[2J'))
})

test('the last cell of the last line is drawn and nothing scrolls', async () => {
  const screen = new Screen(3, 2)
  await screen.write(ENTER + patch(null, ['abc', 'def']))
  assert.deepEqual(screen.lines(), ['abc', 'def'])
})
