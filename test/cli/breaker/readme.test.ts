/** The breaker's page keeps its word: its examples run and compile, its tables are the code's. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join, resolve } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import type { CircuitEvent } from '../../../cli/breaker/circuit.ts'
import { type CircuitOptions, OPTION_RULES, rangeOf } from '../../../cli/breaker/options.ts'
import { moduleFile, nodeArguments, ROOT } from '../../support/project.ts'

const page = readFileSync(join(ROOT, 'cli/breaker/README.md'), 'utf8')
const entry = join(ROOT, 'cli/breaker/index.ts')
const examples = [...page.matchAll(/```ts( run)?\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(match => ({
  runs: match[1] !== undefined,
  code: match[2] ?? '',
  output: match[3],
}))

let folder: string
before(() => {
  folder = mkdtempSync(join(tmpdir(), 'breaker-page-'))
})
after(() => rmSync(folder, { recursive: true }))

test('there are examples, and each that runs says what it prints', () => {
  assert.ok(examples.filter(({ runs }) => runs).length >= 4)
  for (const { runs, output, code } of examples) assert.equal(runs, output !== undefined, code)
})

for (const [at, { runs, code, output }] of examples.entries()) {
  if (!runs) continue
  test(`example ${at + 1} prints what the page says`, () => {
    const file = join(folder, `run-${at}.mts`)
    writeFileSync(
      file,
      code.replaceAll("'flaky-catalog/breaker'", `'${pathToFileURL(moduleFile('cli/breaker/index'))}'`),
    )
    const { stdout, stderr } = spawnSync(process.execPath, nodeArguments(file), { cwd: ROOT, encoding: 'utf8' })
    assert.equal(stdout, output, stderr)
  })
}

test('every example compiles under the strictest settings', () => {
  for (const [at, { code }] of examples.entries()) writeFileSync(join(folder, `example-${at}.mts`), code)
  writeFileSync(
    join(folder, 'tsconfig.json'),
    JSON.stringify({
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions: {
        typeRoots: [join(ROOT, 'node_modules/@types')],
        paths: { 'flaky-catalog/breaker': [entry] },
        rootDir: '/',
      },
      include: [join(folder, 'example-*.mts')],
    }),
  )
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
  const { status, stdout } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', folder], { encoding: 'utf8' })
  assert.equal(status, 0, stdout)
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
  const seen = new Set<string>()
  const outside: string[] = []
  const visit = (file: string): void => {
    if (seen.has(file)) return
    seen.add(file)
    for (const [, name = ''] of readFileSync(file, 'utf8').matchAll(
      /^(?:import|export) (?!type ).*?from '(.*?)'$/gms,
    )) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name))
      else outside.push(`${file}: ${name}`)
    }
  }
  visit(entry)
  assert.deepEqual(outside, [])
  assert.ok(seen.size > 10)
})
