/** Products are kept ready, and SQLite stays the truth: what another process writes into the file is served soon after. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { Catalog } from '../../../server/catalog/catalog.ts'
import { openDatabase } from '../../../server/catalog/database.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'

const root = packageRoot(import.meta.url)
const folder = mkdtempSync(join(tmpdir(), 'flaky-catalog-'))
after(() => rmSync(folder, { recursive: true }))
const seed = join(root, 'data', 'products.json')
const CODE = '155568600'

/** Writes into the file as a process of its own. */
function edit(path: string, sql: string): void {
  const script = `new (require('better-sqlite3'))(${JSON.stringify(path)}).exec(${JSON.stringify(sql)})`
  const { status, stderr } = spawnSync(process.execPath, ['-e', script], { cwd: root, encoding: 'utf8' })
  assert.equal(status, 0, stderr)
}

describe('a product that is kept ready', () => {
  it('is what the file holds, 100 ms after another process has changed it at the latest', async t => {
    const path = join(folder, 'edited.sqlite')
    let now = 0
    const catalog = new Catalog(await openDatabase(path, seed), { now: () => now })
    t.after(() => catalog.close())
    const before = catalog.find(CODE)
    assert.equal(catalog.find(CODE), before, 'it is made once')

    edit(path, `UPDATE products SET json = '{"code":"changed é"}' WHERE code = '${CODE}'`)
    now = 100
    const { json, headers } = catalog.find(CODE) ?? {}
    assert.equal(json, '{"code":"changed é"}')
    assert.deepEqual(headers, ['Content-Type', 'application/json', 'Content-Length', '21'])

    edit(path, `DELETE FROM products WHERE code = '${CODE}'`)
    now = 199
    assert.notEqual(catalog.find(CODE), undefined, 'it is not asked more often')
    now = 200
    assert.equal(catalog.find(CODE), undefined)
  })

  it('is served without a query, and what is not there is looked for each time', async t => {
    const database = await openDatabase(join(folder, 'counted.sqlite'), seed)
    const catalog = new Catalog(database, { now: () => 0 })
    t.after(() => catalog.close())
    const [ready, missing] = [catalog.find(CODE), catalog.find('later')]
    assert.deepEqual([typeof ready?.json, missing], ['string', undefined])
    database.exec(`INSERT INTO products SELECT 'later', brand_key, search, json FROM products WHERE code = '${CODE}'`)
    database.exec(`DELETE FROM products WHERE code = '${CODE}'`)
    assert.equal(catalog.find(CODE), ready)
    assert.notEqual(catalog.find('later'), undefined)
  })
})
