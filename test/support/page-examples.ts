/** The examples of a page: code in fences, those that are marked `run` followed by what they print. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { AMBIENT } from './packed.ts'
import { moduleFile, nodeArguments, ROOT } from './project.ts'

interface Example {
  readonly runs: boolean
  readonly code: string
  readonly output: string | undefined
}

/** The modules that examples import, by their names. */
type Modules = Readonly<Record<string, string>>

/** Tests of a page: each example that runs prints what the page says, and all of them compile under the strictest settings. */
export function testExamples(page: string, modules: Modules): readonly Example[] {
  const examples = [...page.matchAll(/```ts( run)?\n(.*?)```\n(?:\n```text\n(.*?)```)?/gs)].map(match => ({
    runs: match[1] !== undefined,
    code: match[2] ?? '',
    output: match[3],
  }))
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'examples-'))
  })
  after(() => rmSync(folder, { recursive: true }))

  for (const [at, { runs, code, output }] of examples.entries()) {
    if (!runs) continue
    test(`example ${at + 1} prints what the page says`, () => {
      let text = code
      for (const [name, module] of Object.entries(modules)) {
        text = text.replaceAll(`'${name}'`, `'${pathToFileURL(moduleFile(module))}'`)
      }
      const file = join(folder, `run-${at}.mts`)
      writeFileSync(file, text)
      const { stdout, stderr } = spawnSync(process.execPath, nodeArguments(file), { cwd: ROOT, encoding: 'utf8' })
      assert.equal(stdout, output, stderr)
    })
  }

  test('every example compiles under the strictest settings', () => {
    for (const [at, { code }] of examples.entries()) writeFileSync(join(folder, `example-${at}.mts`), code)
    const paths = Object.fromEntries(Object.entries(modules).map(([name, file]) => [name, [join(ROOT, `${file}.ts`)]]))
    const compilerOptions = { typeRoots: [join(ROOT, 'node_modules/@types')], paths, rootDir: '/' }
    const config = {
      extends: join(ROOT, 'tsconfig.json'),
      compilerOptions,
      include: [join(folder, 'example-*.mts'), AMBIENT],
    }
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(config))
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc')
    const { status, stdout } = spawnSync(process.execPath, [tsc, '--noEmit', '-p', folder], { encoding: 'utf8' })
    assert.equal(status, 0, stdout)
  })
  return examples
}
