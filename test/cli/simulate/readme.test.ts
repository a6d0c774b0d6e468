/** The examples of the page about simulations run, compile, and print what the page says. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { test } from 'node:test'
import { testExamples } from '../../support/page-examples.ts'
import { ROOT } from '../../support/project.ts'

const examples = testExamples(readFileSync(join(ROOT, 'cli/simulate/README.md'), 'utf8'), {
  'flaky-catalog/breaker': 'cli/breaker/index',
  'flaky-catalog/simulate': 'cli/simulate/index',
})

test('there is an example that runs', () => {
  assert.ok(examples.some(({ runs, output }) => runs && output !== undefined))
})
