/** The lessons that are shipped are whole, in both languages, and within what a server runs; what is no lesson is named. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { LIMITS } from '../../../server/config/limits.ts'
import { excessOf, experimentBodySchema } from '../../../server/experiments/body.ts'
import { parseLesson, readLessons } from '../../../server/lessons/lessons.ts'
import { LANGUAGES } from '../../../server/wording/wording.ts'

const SAYS = { en: 'a', 'pt-BR': 'b' }
const EXPERIMENT = { arms: ['none'], load: { requests: 1, schedule: { kind: 'rate', perSecond: 1 } } }
const QUESTION = {
  asks: SAYS,
  choices: [
    { says: SAYS, holds: ['useful>=1%'] },
    { says: SAYS, holds: ['failed>=1'] },
  ],
}
const lesson = (step: object, more: object = {}) => ({
  ...{ number: 1, name: 'one', title: SAYS, steps: [{ says: SAYS, ...step }] },
  ...more,
})

describe('the lessons that are shipped', () => {
  const lessons = readLessons()

  it('are eleven, numbered one after the other, each with a name of its own', () => {
    assert.deepEqual(
      lessons.map(({ number }) => number),
      Array.from({ length: 11 }, (_, index) => index + 1),
    )
    assert.equal(new Set(lessons.map(({ name }) => name)).size, lessons.length)
  })

  it('say something else in each language, but for names and numbers', () => {
    const texts = lessons.flatMap(({ steps }) =>
      steps.flatMap(({ says, explains, question }) => [
        says,
        ...(explains ? [explains] : []),
        ...(question ? [question.asks] : []),
      ]),
    )
    for (const text of texts) assert.equal(new Set(LANGUAGES.map(language => text[language])).size, LANGUAGES.length)
  })

  it('ask for nothing that a server refuses to a page', () => {
    for (const { name, steps } of lessons) {
      for (const { experiment } of steps) {
        if (experiment) assert.deepEqual(excessOf(experimentBodySchema.parse(experiment), LIMITS), [], name)
      }
    }
  })

  it('ask a question only of what is run', () => {
    for (const { name, steps } of lessons) {
      assert.ok(
        steps.some(({ question }) => question),
        name,
      )
      for (const { question, experiment } of steps) assert.ok(!question || experiment, name)
    }
  })
})

describe('a lesson', () => {
  it('has its experiments in a world of their own, whatever the server is set to', () => {
    const [first] = parseLesson(
      lesson({ experiment: { ...EXPERIMENT, conditions: { settings: { latency: '5ms' } } } }),
    ).steps
    assert.equal(first?.experiment?.seed, '42')
    assert.equal(first?.experiment?.conditions.failRate, 0)
    assert.deepEqual(first?.experiment?.conditions.settings, {
      ...{ seed: '42', sampler: 'bernoulli', latency: '5ms', outage: null, capacity: null, rules: [] },
    })
  })

  it('that plays a scenario leaves the fail rate to it', () => {
    const conditions = { scenario: 'retry-storm' }
    const [first] = parseLesson(lesson({ experiment: { ...EXPERIMENT, conditions } })).steps
    assert.equal(first?.experiment?.conditions.failRate, undefined)
  })

  for (const [what, document] of Object.entries({
    'has one language only': lesson({ says: { en: 'a' } }),
    'asks without an experiment': lesson({ question: QUESTION }),
    'asks with one answer': lesson({
      experiment: EXPERIMENT,
      question: { ...QUESTION, choices: [QUESTION.choices[0]] },
    }),
    'has no steps': lesson({}, { steps: [] }),
    'has a name that is none': lesson({}, { name: '../x' }),
    'sends headers': lesson({ experiment: { ...EXPERIMENT, request: { headers: [['a', 'b']] } } }),
    'says a command of another program': lesson({ command: 'rm -rf /' }),
  })) {
    it(`is none where it ${what}`, () => assert.throws(() => parseLesson(document)))
  }

  it('is named by its file where it is none', t => {
    const folder = mkdtempSync(join(tmpdir(), 'lessons-'))
    t.after(() => rmSync(folder, { recursive: true }))
    writeFileSync(join(folder, 'bad.json'), JSON.stringify(lesson({ question: QUESTION })))
    assert.throws(() => readLessons(folder), /bad\.json is not a lesson:[\s\S]*steps\[0\]\.experiment/)
    writeFileSync(join(folder, 'bad.json'), '{')
    assert.throws(() => readLessons(folder), /bad\.json is not a lesson: /)
    assert.deepEqual(readLessons(join(folder, 'nowhere')), [])
  })
})
