/** Builds, then runs every `*.bench.ts` of this folder, or those whose names hold one of the arguments. */

import { spawnSync } from 'node:child_process'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

const folder = import.meta.dirname
const wanted = process.argv.slice(2)
const files = readdirSync(folder)
  .filter(name => name.endsWith('.bench.ts'))
  .filter(name => wanted.length === 0 || wanted.some(part => name.includes(part)))
  .sort()

if (files.length === 0) {
  console.error(
    `no benchmark matches ${wanted.join(' ')}: there are ${readdirSync(folder)
      .filter(name => name.endsWith('.bench.ts'))
      .join(', ')}`,
  )
  process.exit(2)
}

const root = join(folder, '..', '..')
run('node_modules/typescript/bin/tsc', '-p', 'tsconfig.build.json')
for (const name of files) run('--import', 'tsx', join(folder, name))

function run(...args: string[]): void {
  const { status } = spawnSync(process.execPath, args, { cwd: root, stdio: 'inherit' })
  if (status !== 0) process.exit(status ?? 1)
}
