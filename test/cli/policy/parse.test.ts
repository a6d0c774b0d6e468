/** Expressions of arms: what they mean, and what an error says to type instead. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { CIRCUIT_PARAMETERS } from '../../../cli/policy/circuit-settings.ts'
import { ArmError, parseArm, parseArms, settingsOf } from '../../../cli/policy/parse.ts'
import { parameterList, WORDS, wordList } from '../../../cli/policy/words.ts'

describe('parseArm', () => {
  for (const [text, name, words] of [
    ['none', 'none', { none: {} }],
    [' none ', 'none', { none: {} }],
    ['breaker()', 'breaker()', { breaker: {} }],
    [
      'breaker( threshold = 40, open-for=2s)',
      'breaker(threshold=40,open-for=2s)',
      { breaker: { threshold: 40, 'open-for': 2_000 } },
    ],
    ['breaker(40%)', 'breaker(40%)', { breaker: { threshold: 40 } }],
    ['breaker(window=10s)', 'breaker(window=10s)', { breaker: { window: { ms: 10_000 } } }],
    ['breaker(window=50)', 'breaker(window=50)', { breaker: { window: { calls: 50 } } }],
    ['none+timeout(500ms)', 'none+timeout(500ms)', { none: {}, timeout: { after: 500 } }],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const plan = parseArm(text)
      assert.deepEqual([plan.name, Object.fromEntries(plan.words)], [name, words])
    })
  }

  const known = Object.keys(WORDS).join(', ')
  for (const [text, message] of [
    ['braker', `"braker" is no word: did you mean "breaker"? The words are ${known}`],
    ['xyzzyx', `"xyzzyx" is no word: the words are ${known}`],
    ['', `a word is missing; the words are ${known}`],
    ['breaker+', `a word is missing; the words are ${known}`],
    ['breaker+breaker', '"breaker" stands twice in "breaker+breaker": write it once'],
    ['none+breaker', '"none" stands alone: leave it out of "none+breaker"'],
    ['none(3)', 'none takes no parameters: write none'],
    [
      'breaker(treshold=40)',
      /^"treshold" is no parameter of breaker: did you mean "threshold"\? The parameters are threshold, min-calls/,
    ],
    ['breaker(threshold=400)', 'breaker(threshold=400): threshold is a percentage above 0 and up to 100'],
    ['breaker(threshold=0)', 'breaker(threshold=0): threshold is a percentage above 0 and up to 100'],
    ['breaker(open-for=2)', 'breaker(open-for=2): open-for is a duration from 10ms to 1h'],
    [
      'breaker(window=0)',
      'breaker(window=0): window is a number of calls from 1 to 10000, or a duration from 100ms to 10m',
    ],
    ['breaker(40,50)', /^"50" has no name: write name=50, with one of threshold, /],
    ['breaker(threshold=40,threshold=50)', 'breaker has "threshold" twice: write it once'],
    ['breaker(constructor=1)', /^"constructor" is no parameter of breaker/],
    ['breaker(40', '"breaker(40" has a parenthesis that never closes: add ")"'],
    ['breaker)40(', '"breaker)40(" closes a parenthesis that it never opened'],
    ['breaker(40)x', /^"breaker\(40\)x" is no word/],
  ] as const) {
    it(`refuses ${JSON.stringify(text)}`, () => {
      assert.throws(
        () => parseArm(text),
        (error: Error) => {
          assert.equal(error instanceof ArmError, true)
          if (typeof message === 'string') assert.equal(error.message, message)
          else assert.match(error.message, message)
          return true
        },
      )
    })
  }
})

describe('parseArms', () => {
  it('splits at the commas outside of parentheses', () => {
    const names = parseArms('none, breaker(threshold=40,open-for=2s)').map(plan => plan.name)
    assert.deepEqual(names, ['none', 'breaker(threshold=40,open-for=2s)'])
  })

  it('refuses an arm that stands there twice', () => {
    assert.throws(
      () => parseArms('none,none'),
      new ArmError('the arm "none" stands there twice: each arm has a name of its own'),
    )
  })
})

describe('settingsOf', () => {
  it("puts what was written over the run's settings, and those over the defaults", () => {
    const settings = settingsOf(parseArm('breaker(threshold=40)'), 'breaker', CIRCUIT_PARAMETERS, {
      probes: 7,
      threshold: 90,
    })
    assert.deepEqual([settings?.threshold, settings?.probes, settings?.['open-for']], [40, 7, 1_000])
  })

  it('is null for an arm without the word', () => {
    assert.equal(settingsOf(parseArm('none'), 'breaker', CIRCUIT_PARAMETERS), null)
  })
})

describe('the words', () => {
  it('each have one sentence', () => {
    for (const { name, sentence } of wordList()) assert.match(sentence, /^[A-Z][^.]*\.$/, name)
  })

  it('have defaults that their own parameters accept', () => {
    for (const { name } of wordList()) {
      for (const { name: parameter, fallback } of parameterList(name)) {
        if (fallback === 'none') continue
        const text = `${name}(${parameter}=${fallback.replace(' calls', '')})`
        assert.doesNotThrow(() => parseArm(text).words, text)
      }
    }
  })
})
