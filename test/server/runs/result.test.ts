import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { judge, judged } from '../../../cli/report/verdict/verdict.ts'
import { type Result, resultJsonSchema, resultSchema } from '../../../server/runs/result.ts'
import { arm, coinFlips, outage, result } from '../../cli/report/sample-results.ts'
import { ROOT } from '../../support/project.ts'

const published = JSON.parse(readFileSync(join(ROOT, 'data/result.schema.json'), 'utf8'))
const validate = new Ajv2020({ strict: true, validateFormats: false, allErrors: true }).compile(published)

test('the published schema is up to date (npm run schema writes it)', () => {
  assert.deepEqual(published, JSON.parse(JSON.stringify(resultJsonSchema())))
})

const everything = result([arm('none', { success: 3 }, { histogramMs: { success: [[12, 3]] } })], {
  title: 'a title',
  request: {
    method: 'GET',
    path: '/catalogs/{code}',
    codes: ['155568600'],
    headers: { accept: 'application/json' },
    body: null,
    expectsJson: true,
  },
  expectations: [{ text: 'useful>=80%', passed: true, measured: '100.0 %' }],
  repeats: [{ seed: '1', arms: [{ name: 'none', useful: 100, calls: 3, wasted: 0, p95Ms: 12, recoveryMs: null }] }],
  load: {
    ...coinFlips.load,
    schedule: { kind: 'ramp', fromPerSecond: 0, toPerSecond: 300, overMs: 30_000 },
  },
})

const conditions: Result['conditions'] = {
  settings: { failRate: 30, faults: [{ kind: 'status', status: 503 }] },
  failRate: 30,
  scenario: 'blackout',
  outages: [{ fromMs: 1_000, toMs: 4_000, failRate: 100 }],
  circuits: [{ arm: 'breaker', engine: 'breaker', options: { openForMs: 1_000, maxFailures: null } }],
  connections: { max: 64, keepAlive: true, headersTimeoutMs: 500 },
  warmup: 10,
  oneByOne: false,
}

test('an independent validator and the reader accept all that a judged result holds', () => {
  for (const run of [coinFlips, outage, { ...everything, conditions }]) {
    const document = JSON.parse(JSON.stringify(judged(run)))
    assert.ok(validate(document), JSON.stringify(validate.errors))
    assert.deepEqual(resultSchema.parse(document), document)
  }
})

test('conditions are bounded: settings in size and depth, circuits in number', () => {
  const nested = (levels: number) => JSON.parse(`${'{"a":'.repeat(levels)}1${'}'.repeat(levels)}`)
  const circuit = { arm: 'breaker', engine: 'breaker', options: {} }
  for (const [given, path] of [
    [{ settings: nested(18) }, 'conditions.settings'],
    [{ settings: { a: 'x'.repeat(70_000) } }, 'conditions.settings'],
    [{ circuits: Array.from({ length: 33 }, () => circuit) }, 'conditions.circuits'],
    [{ circuits: [{ ...circuit, options: { a: {} } }] }, 'conditions.circuits.0.options.a'],
  ] as const) {
    const { error } = resultSchema.safeParse({ ...judged(coinFlips), conditions: given })
    assert.deepEqual(
      error?.issues.map(issue => issue.path.join('.')),
      [path],
    )
  }
})

for (const [name, run] of Object.entries({ coinFlips, outage, everything, empty: result([arm('none', {})]) })) {
  test(`an independent validator accepts ${name}`, () => {
    const document = JSON.parse(JSON.stringify({ ...run, verdict: judge(run) }))
    assert.ok(validate(document), JSON.stringify(validate.errors))
  })
}

const spoilt: readonly (readonly [string, (document: Record<string, unknown>) => void])[] = [
  ['another schema', document => Object.assign(document, { schema: 2 })],
  ['no arms', document => Object.assign(document, { arms: [] })],
  ['no verdict', document => Reflect.deleteProperty(document, 'verdict')],
  ['a text for a number', document => Object.assign(document, { load: { ...coinFlips.load, requests: '300' } })],
  [
    'an unknown state',
    document => Object.assign(document, { arms: [arm('x', {}, { states: [{ atMs: 0, state: 'ajar' as 'open' }] })] }),
  ],
]

for (const [name, spoil] of spoilt) {
  test(`it refuses ${name}`, () => {
    const document = JSON.parse(JSON.stringify({ ...coinFlips, verdict: judge(coinFlips) }))
    spoil(document)
    assert.equal(validate(document), false)
  })
}
