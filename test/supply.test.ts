/** What is shipped with the product: licences that allow it, one install script, and a lockfile for all of it. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { it } from 'node:test'
import { packageRoot } from '../server/lib/package-root.ts'

interface Locked {
  readonly version?: string
  readonly license?: string
  readonly dev?: boolean
  readonly hasInstallScript?: boolean
  readonly resolved?: string
  readonly integrity?: string
}

const lock = JSON.parse(readFileSync(join(packageRoot(import.meta.url), 'package-lock.json'), 'utf8')) as {
  readonly packages: Readonly<Record<string, Locked>>
}
const shipped = Object.entries(lock.packages)
  .filter(([path, { dev }]) => path !== '' && !dev)
  .map(([path, locked]) => ({ name: path.replace(/^.*node_modules\//, ''), ...locked }))

/** Licences that ask for no more than their own text; of a choice, one is enough. OFL is that of the font. */
const PERMISSIVE = new Set([
  'MIT',
  'ISC',
  'BSD-2-Clause',
  'BSD-3-Clause',
  '0BSD',
  'Apache-2.0',
  'Unlicense',
  'BlueOak-1.0.0',
  'OFL-1.1',
])

const isPermissive = (license: string) =>
  license
    .replace(/^\(|\)$/g, '')
    .split(' OR ')
    .some(choice => choice.split(' AND ').every(each => PERMISSIVE.has(each)))

it('every licence of what is shipped is permissive', t => {
  assert.ok(shipped.length > 50)
  assert.deepEqual(
    shipped.filter(({ license = 'none' }) => !isPermissive(license)).map(({ name, license }) => [name, license]),
    [],
  )
  const counts: Record<string, number> = {}
  for (const { license = 'none' } of shipped) counts[license] = (counts[license] ?? 0) + 1
  t.diagnostic(`${shipped.length} packages: ${JSON.stringify(counts)}`)
})

it('better-sqlite3 alone runs a script when it is installed', () => {
  assert.deepEqual(
    shipped.filter(({ hasInstallScript }) => hasInstallScript).map(({ name }) => name),
    ['better-sqlite3'],
  )
})

it('everything that is shipped is pinned by a digest', () => {
  assert.deepEqual(
    shipped.filter(({ integrity }) => !integrity?.startsWith('sha512-')).map(({ name }) => name),
    [],
  )
})
