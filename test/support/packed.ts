/** The package as others install it: some of its entries built, packed by npm, and unpacked beside a program. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { copyFileSync, existsSync, mkdirSync, writeFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { ROOT } from './project.ts'

/** The compiler of a package of this name. */
export const tsc = (name: string): string => join(ROOT, 'node_modules', name, 'bin', 'tsc')

/** Why a test that needs a package is skipped; false where the package is there. */
export const missing = (name: string): string | false =>
  existsSync(join(ROOT, 'node_modules', name)) ? false : `${name} is not installed: npm install brings it`

/** What the sources know of packages that declare no types. */
export const AMBIENT = join(ROOT, 'cli/**/*.d.ts')

/** Puts `flaky-catalog`, made of `entries` and what they import, into the `node_modules` of a folder. */
export function installPacked(folder: string, entries: readonly string[]): void {
  const built = join(folder, 'built')
  const config = join(folder, 'build.json')
  const compilerOptions = { outDir: join(built, 'dist'), typeRoots: [join(ROOT, 'node_modules/@types')] }
  const files = entries.map(entry => join(ROOT, entry))
  const build = { extends: join(ROOT, 'tsconfig.build.json'), compilerOptions, files, include: [AMBIENT] }
  writeFileSync(config, JSON.stringify(build))
  const { status, stdout } = runNode([tsc('typescript'), '-p', config])
  assert.equal(status, 0, stdout)
  copyFileSync(join(ROOT, 'package.json'), join(built, 'package.json'))
  const pack = spawnSync('npm', ['pack', '--dry-run', '--ignore-scripts', '--json'], { cwd: built, encoding: 'utf8' })
  assert.equal(pack.status, 0, pack.stderr)
  const [{ files: packed = [] } = {}] = JSON.parse(pack.stdout) as { files?: { path: string }[] }[]
  for (const { path } of packed) {
    const to = join(folder, 'node_modules/flaky-catalog', path)
    mkdirSync(dirname(to), { recursive: true })
    copyFileSync(join(built, path), to)
  }
}

/** Each way to find types, by each compiler. */
export const TYPE_RESOLUTIONS = [
  ['node16', 'node16', 'typescript'],
  ['nodenext', 'nodenext', 'typescript'],
  ['bundler', 'esnext', 'typescript'],
  ['node16', 'node16', 'typescript5'],
  ['bundler', 'esnext', 'typescript5'],
  ['node', 'commonjs', 'typescript5'],
] as const

/** Compiles a program against the packed types, with `more` options of the compiler; an error of it fails the test. */
export function compileAgainst(
  folder: string,
  program: string,
  [moduleResolution, module, compiler]: (typeof TYPE_RESOLUTIONS)[number],
  more: Readonly<Record<string, unknown>> = {},
): void {
  const name = `${compiler}-${moduleResolution}`
  writeFileSync(join(folder, `${name}.${module === 'commonjs' ? 'ts' : 'mts'}`), program)
  const lib = ['ES2022', 'DOM']
  const compilerOptions = { target: 'ES2022', module, moduleResolution, lib, types: [], strict: true, noEmit: true }
  const config = join(folder, `${name}.json`)
  writeFileSync(config, JSON.stringify({ compilerOptions: { ...compilerOptions, ...more }, include: [`${name}.*ts`] }))
  const { status, stdout } = runNode([tsc(compiler), '-p', config])
  assert.equal(status, 0, stdout)
}

/** Runs Node.js to its end. */
export function runNode(args: readonly string[]) {
  return spawnSync(process.execPath, args, { encoding: 'utf8' })
}
