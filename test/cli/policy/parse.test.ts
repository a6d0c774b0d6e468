/** Expressions of arms: what they mean, and what an error says to type instead. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { CircuitOptions } from '../../../cli/breaker/options.ts'
import { circuitOptions } from '../../../cli/policy/circuit-parameters.ts'
import { ArmError, parseArm, parseArms, settingsOf } from '../../../cli/policy/parse.ts'
import { POLICIES, POLICY_NAMES } from '../../../cli/policy/policies.ts'

describe('parseArm', () => {
  for (const [text, name, words] of [
    ['none', 'none', { none: {} }],
    [' none ', 'none', { none: {} }],
    ['breaker()', 'breaker()', { breaker: {} }],
    [
      'breaker( threshold = 40, open-for=2s)',
      'breaker(threshold=40,open-for=2s)',
      { breaker: { threshold: { failurePercentage: 40 }, 'open-for': { openForMs: 2_000 } } },
    ],
    ['breaker(40%)', 'breaker(40%)', { breaker: { threshold: { failurePercentage: 40 } } }],
    ['breaker(window=10s)', 'breaker(window=10s)', { breaker: { window: { windowMs: 10_000 } } }],
    ['breaker(window=50)', 'breaker(window=50)', { breaker: { window: { windowCalls: 50 } } }],
    ['retry(3)+breaker', 'retry(3)+breaker', { retry: { retries: 3 }, breaker: {} }],
    [
      'notify(http://localhost:9000/hook?to=a+b)+breaker',
      'notify(http://localhost:9000/hook?to=a+b)+breaker',
      { notify: { url: 'http://localhost:9000/hook?to=a+b' }, breaker: {} },
    ],
    ['budget(12.5%)+retry', 'budget(12.5%)+retry', { budget: { share: 12.5 }, retry: {} }],
    ['none+timeout(500ms)', 'none+timeout(500ms)', { none: {}, timeout: { after: 500 } }],
  ] as const) {
    it(`reads ${JSON.stringify(text)}`, () => {
      const plan = parseArm(text)
      assert.deepEqual([plan.name, Object.fromEntries(plan.policies)], [name, words])
    })
  }

  const known = Object.keys(POLICIES).join(', ')
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
    ['breaker(open-for=2)', 'breaker(open-for=2): open-for is a duration above 0ms and up to 24h'],
    [
      'breaker(window=0)',
      'breaker(window=0): window is a whole number from 1 to 1000000 (of calls), or a duration above 0ms and up to 24h',
    ],
    ['breaker(40,50)', /^"50" has no name: write name=50, with one of threshold, /],
    ['breaker(threshold=40,threshold=50)', 'breaker has "threshold" twice: write it once'],
    ['breaker(constructor=1)', /^"constructor" is no parameter of breaker/],
    ['budget', 'budget limits retries: write retry+budget'],
    ['cache+reschedule', 'reschedule waits for a circuit to close: write reschedule+breaker'],
    ['notify(http://localhost/)', 'notify tells of a circuit that opens: write notify(url)+breaker'],
    ['notify+breaker', 'notify needs url, an http:// or https:// address: write notify(url=…)'],
    ['notify(ftp://localhost/)+breaker', 'notify(url=ftp://localhost/): url is an http:// or https:// address'],
    ['breaker+opossum', '"breaker+opossum" has breaker and opossum: an arm has one circuit'],
    ['cockatiel(probes=2)', /^"probes" is no parameter of cockatiel: the parameters are threshold/],
    ['retry(21)', 'retry(retries=21): retries is a whole number from 0 to 20'],
    ['retry(-1)', 'retry(retries=-1): retries is a whole number from 0 to 20'],
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
  it('puts what was written over the defaults', () => {
    const settings = settingsOf(parseArm('retry(5,cap=1s)'), 'retry')
    assert.deepEqual(settings, { retries: 5, base: 50, cap: 1_000, patience: 10_000 })
  })

  it('is null for an arm without the word', () => {
    assert.equal(settingsOf(parseArm('none'), 'retry'), null)
  })
})

describe('circuitOptions', () => {
  const options = (text: string, run: CircuitOptions) =>
    circuitOptions(parseArm(text).policies.get('breaker') ?? {}, run)

  it("leaves the run's options where the arm says nothing", () => {
    const run = { failurePercentage: 30, windowMs: 5_000, probes: 2 }
    assert.deepEqual(options('breaker(open-for=2s)', run), { ...run, openForMs: 2_000 })
  })

  it("puts the arm's window in the place of the run's, of whatever kind", () => {
    assert.deepEqual(options('breaker(window=50)', { windowMs: 5_000 }), { windowCalls: 50 })
    assert.deepEqual(options('breaker(window=5s)', { windowCalls: 50 }), { windowMs: 5_000 })
  })

  it("puts the arm's rule in the place of the run's rules", () => {
    assert.deepEqual(options('breaker(consecutive=3)', { failurePercentage: 30 }), { consecutiveFailures: 3 })
  })
})

describe('the words', () => {
  it('have defaults that their own parameters accept', () => {
    for (const name of POLICY_NAMES) {
      for (const [parameter, { standard }] of Object.entries(POLICIES[name])) {
        if (standard === 'none' || standard === 'off' || standard.includes(', ')) continue
        const url = name === 'notify' ? 'url=http://localhost/,' : ''
        const rest = { budget: '+retry', reschedule: '+breaker', notify: '+breaker' }[name as string] ?? ''
        const text = `${name}(${url}${parameter}=${standard})${rest}`
        assert.doesNotThrow(() => parseArm(text), text)
      }
    }
  })

  it('stand in the order of their nesting', () => {
    const order = 'none cache reschedule retry budget notify breaker opossum cockatiel bulkhead timeout'
    assert.equal(POLICY_NAMES.join(' '), order)
  })
})
