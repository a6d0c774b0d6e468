/** `--vary`: which values are tried, every combination of them, and what is refused. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { gridOf, parseVary } from '../../../cli/options/vary.ts'
import { parseDuration } from '../../../server/lib/units.ts'

const values = (text: string, steps: number) => parseVary(text)[0]?.values(steps)

describe('what is varied', () => {
  for (const [text, steps, expected] of [
    ['threshold=20..80', 4, ['20', '40', '60', '80']],
    ['open-for=1s..10s', 4, ['1s', '4s', '7s', '10s']],
    ['open-for=500ms..4s', 4, ['500ms', '1.7s', '2.8s', '4s']],
    ['open-for=250ms, 1s,1s', 4, ['250ms', '1s']],
    ['probes=1..3', 9, ['1', '2', '3']],
    ['window=10..20', 3, ['10', '15', '20']],
    ['window=1s..2s', 2, ['1s', '2s']],
    ['threshold=0.5..1', 3, ['0.5', '0.75', '1']],
    ['threshold=50', 4, ['50']],
  ] as const) {
    it(`${text} in ${steps} steps is ${expected.join(' ')}`, () => assert.deepEqual(values(text, steps), expected))
  }

  for (const [text, sentence] of [
    ['threshold', /setting and its values/],
    ['threshold=', /setting and its values/],
    ['treshold=1..2', /did you mean threshold\?/],
    ['toString=1', /A breaker has no toString\. It has threshold/],
    ['threshold=20..170', /percentage/],
    ['threshold=20..', /percentage/],
    ['open-for=1..10', /duration/],
    ['threshold=80..20', /A range rises: 20\.\.80/],
    ['threshold=5..5', /rises/],
    ['window=10..20s', /different kinds/],
    ['threshold=1..2..3', /two ends/],
    ['threshold=20,x', /percentage/],
  ] as const) {
    it(`${text} is refused`, () => assert.throws(() => parseVary(text), sentence))
  }

  it('of two settings is every combination, the last changing fastest', () => {
    const varied = parseVary('open-for=1s,2s', parseVary('threshold=20..40'))
    assert.deepEqual(
      gridOf(varied, 2).map(settings => Object.values(settings).join(' ')),
      ['20 1s', '20 2s', '40 1s', '40 2s'],
    )
    assert.throws(() => parseVary('threshold=1', varied), /twice/)
  })
})

it('the values of a range rise from one end to the other, as many as asked for and no more', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 9_000 }),
      fc.integer({ min: 1, max: 9_000 }),
      fc.integer({ min: 2, max: 20 }),
      (from, more, steps) => {
        const written = values(`open-for=${from}ms..${from + more}ms`, steps) ?? []
        const numbers = written.map(parseDuration)
        assert.equal(numbers[0], from)
        assert.equal(numbers.at(-1), from + more)
        assert.ok(numbers.length <= steps && numbers.length >= 2)
        for (const [index, number] of numbers.entries()) if (index > 0) assert.ok(number > (numbers[index - 1] ?? 0))
      },
    ),
  )
})
