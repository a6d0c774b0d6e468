/** The screen: what it shows at three sizes, replayed through a terminal, and that it fits every size. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { State } from '../../../cli/breaker/circuit.ts'
import type { Model } from '../../../cli/live/model.ts'
import type { Window } from '../../../cli/live/styled-line.ts'
import { ENTER, patch } from '../../../cli/live/terminal.ts'
import { render } from '../../../cli/live/view.ts'
import { ASCII_44X10, AT_60X20, AT_80X24, AT_120X40 } from './golden.ts'
import { Screen } from './screen.ts'
import { story } from './story.ts'

/** What a terminal of that size shows of the model. */
async function shown(model: Model, window: Partial<Window>): Promise<string[]> {
  const size = { width: 80, height: 24, colour: true, ascii: false, ...window }
  const screen = new Screen(size.width, size.height)
  await screen.write(ENTER + patch(null, render(model, size)))
  return screen.lines()
}

const SHOTS: readonly (readonly [name: string, atMs: number, window: Partial<Window>, expected: string])[] = [
  ['80x24', 26_000, { width: 80, height: 24 }, AT_80X24],
  ['60x20', 18_000, { width: 60, height: 20 }, AT_60X20],
  ['120x40', 26_000, { width: 120, height: 40 }, AT_120X40],
  ['44x10 in ASCII', 18_000, { width: 44, height: 10, ascii: true }, ASCII_44X10],
]
for (const [name, atMs, window, expected] of SHOTS) {
  test(`the screen at ${name}`, async () => {
    assert.equal(`\n${(await shown(story(atMs), window)).join('\n').trimEnd()}\n`, expected)
  })
}

const INDICATORS: readonly (readonly [state: State, word: string, ascii: string])[] = [
  ['closed', '● CLOSED', '(#) CLOSED'],
  ['half-open', '◐ HALF-OPEN', '(/) HALF-OPEN'],
  ['open', '○ OPEN', '( ) OPEN'],
  ['forced-open', '◇ FORCED OPEN', '<X> FORCED OPEN'],
]
for (const [state, word, ascii] of INDICATORS) {
  test(`the indicator says ${state} by shape, word and colour`, () => {
    const model = story(3_000)
    const lit = { ...model, breaker: { ...model.breaker, state } }
    const line = (window: Partial<Window>) =>
      render(lit, { width: 80, height: 24, colour: false, ascii: false, ...window })[4] ?? ''
    assert.ok(line({}).startsWith(` breaker         ${word} `), line({}))
    assert.ok(line({ ascii: true }).startsWith(` breaker         ${ascii} `), line({ ascii: true }))
    assert.ok(/\[1;3[356]m/.test(line({ colour: true })))
  })
}

const line = async (model: Model, part: string) => (await shown(model, {})).find(text => text.includes(part)) ?? ''

test('what else is known of the upstream stands beside the fail rate', async () => {
  const model = story(3_000)
  assert.match(await line({ ...model, outage: { until: model.now + 6_200 } }, 'fail rate'), /OUTAGE, 7s left$/)
  assert.match(await line({ ...model, outage: { until: null } }, 'fail rate'), /OUTAGE$/)
  assert.match(await line({ ...model, conditions: 'latency' }, 'fail rate'), /and latency$/)
  assert.match(await line({ ...model, asked: 45 }, 'fail rate'), /^ fail rate {7}45 % .* asked for$/)
  assert.match(await line({ ...model, failRate: null }, 'fail rate'), /^ fail rate {7}\? /)
})

test('a server that is gone is said in the title, with the time to the next try', async () => {
  const model = story(3_000)
  const gone: Model = { ...model, connection: { state: 'disconnected', why: 'x', retryAt: model.now + 1_500 } }
  assert.match(await line(gone, 'chaos live'), /× disconnected, retrying in 2s$/)
})

test('without the baseline there is more session for the log, and no line of it left', async () => {
  const model = story(26_000)
  const lines = await shown({ ...model, baselineOn: false }, {})
  assert.equal(lines.filter(text => /^ none/.test(text)).length, 0)
  assert.ok(lines.filter(text => /^ \d\d:\d\d:\d\d/.test(text)).length >= 7)
})

test('an arm with a cache has a chart and a column for it', async () => {
  const model = story(3_000)
  const lines = await shown({ ...model, arm: { ...model.arm, caches: true } }, { width: 100, height: 30 })
  assert.equal(lines.filter(text => text.includes('from cache')).length, 2)
})

test('help names every key, and the notice stands above the keys', async () => {
  const help = (await shown({ ...story(3_000), help: true }, {})).join('\n')
  for (const key of ['arrows', '0-9 f', 'space', 'a ', 'b ', 's ', 'o ', 'w ', 'r ', 'q '])
    assert.ok(help.includes(`\n  ${key}`), key)
  const lines = await shown(
    { ...story(3_000), notice: { text: 'web console: http://127.0.0.1:8000/', until: 1e9 } },
    {},
  )
  assert.equal(lines.at(-2), ' web console: http://127.0.0.1:8000/')
})

test('what servers and people write cannot draw on the screen', async () => {
  const model = story(3_000)
  const log = [{ at: 0, who: '\x1b[2J', text: 'a\x07b\u0301漢😀\x9b31m', rateFrom: null, opened: 0 }]
  const lines = await shown({ ...model, log, target: 'http://\x1b]0;x\x07' }, {})
  assert.ok(
    lines.some(text => text.includes('?[2J') && text.includes('a?b????31m')),
    lines.join('\n'),
  )
})

test('no colour means no escape sequence at all, ASCII means nothing else', () => {
  const lines = render(story(26_000), { width: 80, height: 24, colour: false, ascii: true })
  assert.match(lines.join(''), /^[\x20-\x7e]*$/)
})

test('every size has lines of exactly its width and height, at any moment', () => {
  const sizes = fc.record({
    width: fc.integer({ min: 1, max: 200 }),
    height: fc.integer({ min: 1, max: 60 }),
    ascii: fc.boolean(),
  })
  const odd = fc.record({
    help: fc.boolean(),
    baselineOn: fc.boolean(),
    notice: fc.constantFrom(null, { text: 'look '.repeat(30), until: 1e9 }),
  })
  fc.assert(
    fc.property(sizes, fc.constantFrom(0, 500, 9_000, 18_000, 26_000), odd, (size, atMs, change) => {
      const lines = render({ ...story(atMs), ...change }, { ...size, colour: false })
      assert.deepEqual([lines.length, ...new Set(lines.map(text => [...text].length))], [size.height, size.width])
    }),
    { numRuns: 200 },
  )
})
