/** The breaker's page keeps its word: its examples run and compile, its tables are the code's. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import type { CircuitEvent } from '../../../cli/breaker/circuit.ts'
import { type CircuitOptions, OPTION_RULES, rangeOf } from '../../../cli/breaker/options.ts'
import { importsOf } from '../../support/imports-of.ts'
import { testExamples } from '../../support/page-examples.ts'
import { ROOT } from '../../support/project.ts'

const page = readFileSync(join(ROOT, 'cli/breaker/README.md'), 'utf8')
const examples = testExamples(page, { 'flaky-catalog/breaker': 'cli/breaker/index' })

test('there are examples, and each that runs says what it prints', () => {
  assert.ok(examples.filter(({ runs }) => runs).length >= 4)
  for (const { runs, output, code } of examples) assert.equal(runs, output !== undefined, code)
})

test('the table of options is the code’s', () => {
  const rows = page.split('\n').filter(line => /^\| `\w+` \| .* \| .* \(.*\).* \| .* \|$/.test(line))
  const expected = (Object.keys(OPTION_RULES) as (keyof CircuitOptions)[]).map(
    name => `| \`${name}\` | ${OPTION_RULES[name].what} | ${rangeOf(name)} | ${OPTION_RULES[name].standard} |`,
  )
  assert.deepEqual(rows, expected)
})

test('the table of events names every event', () => {
  const events = {
    state: true,
    refused: true,
    late: true,
    probe: true,
    'store-degraded': true,
    'store-recovered': true,
  } satisfies Record<CircuitEvent['type'], true>
  const table = page.slice(page.indexOf('| event |'), page.indexOf('Listeners run one'))
  assert.deepEqual(
    [...table.matchAll(/^\| `([\w-]+)` \|/gm)].map(match => match[1]),
    Object.keys(events),
  )
})

test('files and commands that the page names exist', () => {
  for (const name of ['defects.test.ts', 'differential.test.ts']) {
    assert.match(page, new RegExp(name.replaceAll('.', '\\.')))
    readFileSync(join(ROOT, 'test/cli/breaker', name))
  }
  const { scripts } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8'))
  for (const [, script = ''] of page.matchAll(/`npm run (\w+)/g)) assert.ok(script in scripts, script)
})

test('the library is light: nothing is imported but its own files, no module of Node either', () => {
  const { files, packages } = importsOf(join(ROOT, 'cli/breaker/index.ts'))
  assert.deepEqual([...packages], [])
  assert.ok(files.size > 10)
})
