/** Packs the package, looks at what is in it, installs it into an empty folder and runs `npx chaos` there; skipped where npm has no network. */

import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { packageRoot } from '../../server/package-root.ts'

const root = packageRoot(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'flaky-pack-'))
const npm = (command: string, args: readonly string[], cwd: string) =>
  execFileSync(command, args, { cwd, encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'], timeout: 300_000 })

/** What a user needs: the programs, the data, the page, and what to read. */
const WANTED = /^(dist\/(cli|server)\/|data\/|server\/console\/|\.env\.example$|README[^/]*$|LICENSE$|package\.json$)/
const UNWANTED = /\.(sqlite|test\.js|tsbuildinfo)|\.env$|coverage|pictures/

try {
  const [packed] = JSON.parse(
    npm('npm', ['pack', '--json', '--pack-destination', folder], root).replace(/^[^[]*/, ''),
  ) as [{ filename: string; size: number; files: { path: string }[] }]
  const odd = packed.files.map(({ path }) => path).filter(path => !WANTED.test(path) || UNWANTED.test(path))
  console.log(
    `pack: ${packed.files.length} files, ${Math.round(packed.size / 1024)} KB packed, ${odd.length} that nobody needs`,
  )
  for (const path of odd) console.log(`  ${path}`)
  if (odd.length > 0) process.exitCode = 1

  writeFileSync(join(folder, 'package.json'), '{"private":true,"allowScripts":{"better-sqlite3":true}}')
  try {
    npm('npm', ['install', '--no-audit', '--no-fund', join(folder, packed.filename)], folder)
  } catch (error) {
    console.log(
      `  SKIPPED the rest: npm cannot install here (${String((error as { stderr?: string }).stderr).slice(-300)})`,
    )
    throw new Error('skipped')
  }
  const version = npm('npx', ['--no-install', 'chaos', '--version'], folder).trim()
  const burst = npm('npx', ['--no-install', 'chaos', 'demo', '--help'], folder)
  console.log(
    `  npx chaos --version in an empty folder: ${version}; help of the demo has ${burst.split('\n').length} lines`,
  )
} catch (error) {
  if ((error as Error).message !== 'skipped') throw error
} finally {
  rmSync(folder, { recursive: true })
}
