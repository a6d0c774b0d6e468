/** Opening the database: new, existing, damaged, foreign, later than us, and by two at once. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { Catalog } from '../../../server/catalog/catalog.ts'
import { IN_MEMORY, openDatabase } from '../../../server/catalog/database.ts'
import { keepAlive, read } from '../../../server/catalog/keep-alive.ts'
import { MIGRATIONS } from '../../../server/catalog/migrations.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { UserError } from '../../../server/lib/user-error.ts'

const folder = mkdtempSync(join(tmpdir(), 'flaky-database-'))
after(() => rmSync(folder, { recursive: true }))
const seed = join(packageRoot(import.meta.url), 'data', 'products.json')
const path = (name: string) => join(folder, name)

function file(name: string, text: string): string {
  writeFileSync(path(name), text)
  return path(name)
}

describe('openDatabase', () => {
  it('fills a new file, byte for byte what is served later', async () => {
    const database = await openDatabase(path('new.sqlite'), seed)
    assert.equal(read(database, 'journal_mode'), 'wal')
    assert.equal(read(database, 'user_version'), MIGRATIONS.length)
    const catalog = new Catalog(database)
    const expected = JSON.parse(readFileSync(seed, 'utf8'))
    assert.deepEqual(JSON.parse(catalog.list().json), expected)
    for (const product of expected) assert.equal(catalog.find(product.code)?.json, JSON.stringify(product))
    catalog.close()
  })

  it('keeps what an existing file holds, and does not read the seed data again', async () => {
    const first = await openDatabase(path('kept.sqlite'), seed)
    first.exec("DELETE FROM products WHERE code <> '155568600'")
    first.close()
    const catalog = new Catalog(await openDatabase(path('kept.sqlite'), path('no such seed')))
    assert.equal(catalog.list().total, 1)
    catalog.close()
  })

  it('seeds once when two open the same new file', async () => {
    const opened = await Promise.all([1, 2].map(() => openDatabase(path('both.sqlite'), seed)))
    for (const database of opened) {
      assert.equal(new Catalog(database).list().total, 20)
      database.close()
    }
  })

  it('makes one in memory', async () => {
    const catalog = new Catalog(await openDatabase(IN_MEMORY, seed))
    assert.equal(catalog.list().total, 20)
    catalog.close()
  })

  it('refuses seed data that is broken, and seeds the same file once that is corrected', async () => {
    const broken = file('broken.json', '[{"code":"a"}]')
    await assert.rejects(openDatabase(path('retry.sqlite'), broken), UserError)
    const catalog = new Catalog(await openDatabase(path('retry.sqlite'), seed))
    assert.equal(catalog.list().total, 20)
    catalog.close()
  })
})

describe('openDatabase refuses, in one sentence that says what to do,', () => {
  const foreign = path('foreign.sqlite')
  const other = keepAlive(new Sqlite(foreign))
  other.exec('CREATE TABLE letters (text TEXT)')
  other.close()
  const later = path('later.sqlite')
  mkdirSync(path('folder'))

  for (const [what, where, from, message] of [
    [
      'a file that is no database',
      () => file('text.sqlite', 'hello '.repeat(100)),
      seed,
      /no SQLite database: move it/,
    ],
    ['a database of another program', () => foreign, seed, /another program: choose another file with --db/],
    ['a folder', () => path('folder'), seed, /cannot be opened/],
    [
      'a folder that is not there',
      () => path('none/catalog.sqlite'),
      seed,
      /cannot be opened .* check that its folder/,
    ],
    ['seed data that is not there', () => path('a.sqlite'), path('none.json'), /cannot be read \(ENOENT\)/],
    ['seed data that is no JSON', () => path('b.sqlite'), () => file('c.json', '['), /is not JSON .*: correct it/],
    [
      'seed data that is wrong',
      () => path('d.sqlite'),
      () => file('e.json', '[{"code":"x y"}]'),
      /\/0\/code must be 1 to 64/,
    ],
  ] as const) {
    it(what, async () => {
      const promise = openDatabase(where(), typeof from === 'function' ? from() : from)
      await assert.rejects(promise, (error: unknown) => {
        assert.ok(error instanceof UserError, String(error))
        assert.match(error.message, message)
        assert.equal(error.message.includes('\n'), false)
        return true
      })
    })
  }

  it('a file of a later version', async () => {
    const database = await openDatabase(later, seed)
    database.exec(`PRAGMA user_version = ${MIGRATIONS.length + 1}`)
    database.close()
    await assert.rejects(openDatabase(later, seed), /newer version of Flaky Catalog: update it/)
  })

  it('another program’s database without writing a byte into it', async () => {
    const before = readFileSync(foreign)
    await assert.rejects(openDatabase(foreign, seed), UserError)
    assert.deepEqual(readFileSync(foreign), before)
  })
})
