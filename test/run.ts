/** Finds every `*.test.ts` below this folder and hands them to Node's test runner; arguments narrow by a part of the path. */

import { spawn } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join, relative } from 'node:path'

const folder = import.meta.dirname
const wanted = process.argv.slice(2)
const files = readdirSync(folder, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts'))
  .filter(name => wanted.length === 0 || wanted.some(part => name.includes(part)))
  .map(name => relative(process.cwd(), join(folder, name)))
  .sort()

if (files.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}: the names are paths below test/, such as server/units`)
  process.exit(2)
}

const runner = spawn(process.execPath, ['--import', 'tsx', '--test', '--test-reporter=spec', ...files], {
  stdio: 'inherit',
})
runner.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))
