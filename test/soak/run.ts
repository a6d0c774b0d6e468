/** Runs every `*.soak.ts` here one after another, or those that are named; each prints its figures and ends by itself. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdirSync } from 'node:fs'
import { join } from 'node:path'

/** A soak that runs for more minutes hangs. */
const MOST = 20
/** The limits of those that work longer on a loaded machine. */
const LONGER: Readonly<Record<string, number>> = { 'coverage.soak.ts': 60, 'nodes.soak.ts': 120, 'pack.soak.ts': 60 }
/** Those that run only when they are named. */
const APART: readonly string[] = ['nodes.soak.ts']

const wanted = process.argv.slice(2)
const names = readdirSync(import.meta.dirname)
  .filter(name => name.endsWith('.soak.ts'))
  .filter(name => (wanted.length === 0 ? !APART.includes(name) : wanted.some(part => name.includes(part))))
  .sort()
let failed = names.length === 0
for (const name of names) {
  const startedAt = performance.now()
  const file = join(import.meta.dirname, name)
  const child = spawn(process.execPath, ['--import', 'tsx', file], {
    stdio: 'inherit',
    timeout: (LONGER[name] ?? MOST) * 60_000,
  })
  const [code] = await once(child, 'exit')
  console.log(
    `${name}: ${code === 0 ? 'ok' : `FAILED (${code})`} after ${Math.round((performance.now() - startedAt) / 1_000)} s\n`,
  )
  if (code !== 0) failed = true
}
process.exit(failed ? 1 : 0)
