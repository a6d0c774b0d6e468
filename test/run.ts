/**
 * Compiles the project and its tests into a folder of this run, and hands every `*.test.ts` below this folder to Node's test
 * runner, some files beside one another. Arguments narrow by a part of the path. `--all` adds the long tests, `*.all.test.ts`;
 * `--source` runs the sources, as whoever measures what is covered wants them.
 *
 * Compiled, because a loader of TypeScript costs each process half a second, and here some hundreds are started.
 */

import { spawn, spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { availableParallelism } from 'node:os'
import { join, relative } from 'node:path'
import { ROOT } from './support/project.ts'

const words = process.argv.slice(2)
const wanted = words.filter(word => !word.startsWith('--'))
const all = words.includes('--all') || wanted.some(part => part.includes('.all'))
const names = readdirSync(import.meta.dirname, { recursive: true, encoding: 'utf8' })
  .filter(name => name.endsWith('.test.ts') && (all || !name.endsWith('.all.test.ts')))
  .filter(name => wanted.length === 0 || wanted.some(part => name.includes(part)))
  .sort()
if (names.length === 0) {
  console.error(`no test file matches ${wanted.join(' ')}: the names are paths below test/, such as server/units`)
  process.exit(2)
}

const [folder, node] = words.includes('--source') ? [ROOT, ['--import', 'tsx']] : [compile(), ['--enable-source-maps']]
const files = names.map(name => join(folder, 'test', folder === ROOT ? name : name.replace(/\.ts$/, '.js')))
// Two more files than cores, because many wait for what they have started.
const beside = `--test-concurrency=${availableParallelism() + 2}`
const options = [...node, '--test', '--test-reporter=spec', beside, ...files.map(file => relative(process.cwd(), file))]
const runner = spawn(process.execPath, options, { stdio: 'inherit' })
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => runner.kill(signal))
runner.on('exit', (code, signal) => process.exit(signal ? 1 : (code ?? 1)))

/** Compiles everything into a new folder, which goes when this process does, and says which. */
function compile(): string {
  mkdirSync(join(ROOT, 'build'), { recursive: true })
  const made = mkdtempSync(join(ROOT, 'build', 'test-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  const emit = ['--noEmit', 'false', '--allowImportingTsExtensions', 'false', '--noCheck', '--inlineSourceMap']
  const compiler = [join(ROOT, 'node_modules/typescript/bin/tsc'), '-p', ROOT, '--rootDir', ROOT, '--outDir', made]
  const { status } = spawnSync(process.execPath, [...compiler, ...emit], { stdio: 'inherit' })
  if (status !== 0) process.exit(1)
  return made
}
