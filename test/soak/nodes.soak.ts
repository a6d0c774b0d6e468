/**
 * Runs `npm test` under other Node.js versions: one of each major in NODES ("22 24 26"), out of npm's `node` packages.
 * It takes several minutes for each, so it runs only when it is named: `npm run test:soak nodes`.
 */

import { cpSync, existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { delimiter, dirname, join } from 'node:path'
import { packageRoot } from '../../server/lib/package-root.ts'
import { finish, npmError, OFFLINE, tail } from './command.ts'

const root = packageRoot(import.meta.url)
const majors = (process.env.NODES ?? '22 24 26').split(/[\s,]+/).filter(Boolean)
/** For each command: a loaded machine takes a multiple of what a quiet one does. */
const mostMs = 30 * 60_000
/** npm knows the package or the version not, or not for this platform. */
const UNKNOWN = /^(E404|ETARGET|EBADPLATFORM)$/

/** Copies what is tracked, as it is in the working tree. */
async function copyTracked(to: string): Promise<void> {
  const { stdout } = await finish('git', ['ls-files', '-z'], { cwd: root, mostMs })
  const paths = stdout.split('\0').filter(path => path && existsSync(join(root, path)))
  if (paths.length === 0) throw new Error(`${root} is no git checkout: there is nothing to copy`)
  for (const path of paths) {
    mkdirSync(dirname(join(to, path)), { recursive: true })
    cpSync(join(root, path), join(to, path))
  }
}

/** One major: true where its tests passed, or where it is not to be had. */
async function prove(major: string, folder: string): Promise<boolean> {
  const name = `node-${process.platform}-${process.arch}`
  const home = join(folder, 'node')
  const house = join(folder, 'house')
  mkdirSync(home)
  const fetched = await finish('npm', ['install', '--prefix', home, `${name}@${major}`], { cwd: home, mostMs })
  if (fetched.code !== 0) {
    const why = npmError(fetched)
    const skip = OFFLINE.test(why) || UNKNOWN.test(why)
    console.log(`nodes: ${major} ${skip ? 'SKIPPED' : 'FAILED'}, npm cannot fetch ${name}@${major} (${why})`)
    if (!skip) console.log(tail(fetched.stderr))
    return skip
  }
  const node = join(home, 'node_modules', name)
  // Every program below finds this Node.js first, and native parts are built for its headers.
  const env: NodeJS.ProcessEnv = {
    ...process.env,
    PATH: [join(node, 'bin'), process.env.PATH].join(delimiter),
    npm_config_nodedir: node,
  }
  delete env.NODE
  delete env.npm_node_execpath

  await copyTracked(house)
  const installed = await finish('npm', ['ci'], { cwd: house, env, mostMs })
  const asked = await finish('npm', ['exec', '-c', 'node -p process.version'], { cwd: house, env, mostMs })
  const version = asked.stdout.trim()
  if (installed.code !== 0 || !version.startsWith(`v${major}.`)) {
    console.log(`nodes: ${major} FAILED, npm ci ended with ${installed.code}, its node is "${version}"`)
    console.log(tail(installed.stdout + installed.stderr))
    return false
  }

  const { code, stdout, stderr, seconds } = await finish('npm', ['test'], { cwd: house, env, mostMs })
  const count = (what: string) => Number(new RegExp(`^ℹ ${what} (\\d+)$`, 'm').exec(stdout)?.[1] ?? Number.NaN)
  const [tests, passed, failed, skipped] = [count('tests'), count('pass'), count('fail'), count('skipped')]
  console.log(
    `nodes: ${version} ${tests} tests, ${passed} passed, ${failed} failed, ${skipped} skipped, ${seconds} s (npm ci ${installed.seconds} s)`,
  )
  for (const [line] of stdout.matchAll(/^\s*﹣ .*$/gm)) console.log(`  ${line.trim()}`)
  // A test that was cancelled is missing from the sum.
  const ok = code === 0 && failed === 0 && passed > 0 && passed + skipped === tests
  const failures = stdout.indexOf('✖ failing tests:')
  if (!ok) console.log(`exit code ${code}\n${failures < 0 ? tail(stdout + stderr) : stdout.slice(failures)}`)
  return ok
}

if (majors.length === 0) throw new Error('NODES names no major version')
for (const major of majors) {
  const folder = mkdtempSync(join(tmpdir(), `flaky-node-${major}-`))
  try {
    if (!(await prove(major, folder))) process.exitCode = 1
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
}
