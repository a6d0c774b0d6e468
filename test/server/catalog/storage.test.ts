/** What becomes of the catalog when its file is broken, cannot be written, or belongs to two servers. */

import assert from 'node:assert/strict'
import {
  closeSync,
  copyFileSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
  writeSync,
} from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { after, describe, it } from 'node:test'
import Sqlite from 'better-sqlite3'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { Catalog } from '../../../server/catalog/catalog.ts'
import { openDatabase } from '../../../server/catalog/database.ts'
import { keepAlive } from '../../../server/catalog/keep-alive.ts'
import { openStorage } from '../../../server/catalog/storage.ts'
import { createLog } from '../../../server/lib/log.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { UserError } from '../../../server/lib/user-error.ts'
import { RunTable } from '../../../server/runs/run-table.ts'
import { coinFlips } from '../../cli/report/sample-results.ts'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'

const folder = mkdtempSync(join(tmpdir(), 'flaky-storage-'))
after(() => rmSync(folder, { recursive: true }))
const seed = join(packageRoot(import.meta.url), 'data', 'products.json')
const at = (name: string) => join(folder, name)
const wall = () => Date.UTC(2026, 0, 2, 3, 4, 5)
const result = { ...coinFlips, verdict: judge(coinFlips) }
const asideOf = (name: string) => readdirSync(folder).filter(each => each.startsWith(`${name}.broken-`))

async function made(name: string): Promise<string> {
  const database = await openDatabase(at(name), seed)
  database.close()
  return at(name)
}

/** Overwrites a part of a file. */
function damage(path: string, from: number, bytes: Buffer): void {
  const file = openSync(path, 'r+')
  writeSync(file, bytes, 0, bytes.length, from)
  closeSync(file)
}

it('a new file is read by its owner alone, and so are its logs', async () => {
  const { database } = await openStorage(at('private.sqlite'), seed, wall)
  for (const name of ['private.sqlite', 'private.sqlite-wal', 'private.sqlite-shm'])
    assert.equal(statSync(at(name)).mode & 0o077, process.platform === 'win32' ? 0o066 : 0, name)
  database.close()
})

describe('a broken file', () => {
  for (const [name, spoil] of [
    ['overwritten.sqlite', path => writeFileSync(path, 'hello '.repeat(100))],
    ['header.sqlite', path => damage(path, 0, Buffer.alloc(16, 7))],
    ['page.sqlite', path => damage(path, 4_096, Buffer.alloc(statSync(path).size - 4_096, 0xff))],
    ['cut.sqlite', path => writeFileSync(path, readFileSync(path).subarray(0, 5_000))],
  ] as [string, (path: string) => void][]) {
    it(`is moved aside as it is, said, and made anew (${name})`, async () => {
      const path = await made(name)
      spoil(path)
      const before = readFileSync(path)
      const { database, durable, notes } = await openStorage(path, seed, wall)
      assert.equal(new Catalog(database).list().total, 20)
      database.close()
      assert.equal(durable, true)
      assert.equal(notes.length, 1)
      assert.match(notes[0] ?? '', /was damaged: it lies in .*\.broken-20260102T030405Z now/)
      assert.deepEqual(asideOf(name), [`${name}.broken-20260102T030405Z`])
      assert.deepEqual(readFileSync(at(asideOf(name)[0] ?? '')), before)
    })
  }

  it('never writes over what was put aside before', async () => {
    for (let count = 1; count <= 3; count += 1) {
      writeFileSync(at('again.sqlite'), `broken ${count} `.repeat(100))
      ;(await openStorage(at('again.sqlite'), seed, wall)).database.close()
      assert.equal(asideOf('again.sqlite').length, count)
    }
  })

  it('is left alone where it has not the name of a catalog: somebody typed the wrong path', async () => {
    writeFileSync(at('letter.txt'), 'Dear friend, '.repeat(100))
    await assert.rejects(openStorage(at('letter.txt'), seed, wall), UserError)
    assert.deepEqual(asideOf('letter.txt'), [])
  })
})

describe('a file that cannot be written', () => {
  const unwritable = '/proc/flaky-catalog.sqlite'
  const skip = process.platform !== 'linux' && 'needs a folder that nobody can write, such as /proc'

  it('is replaced by memory: the catalog is served, runs are refused with what to do', { skip }, async t => {
    let log = ''
    const lines = await createLog('info', {
      write: text => {
        log += text
      },
      isTTY: false,
    })
    const server = await startTestServer(t, { database: unwritable, log: lines })
    assert.match(log, /cannot be written \(SQLITE_CANTOPEN\): the catalog is served from memory/)
    const call = control(server)
    assert.equal((await call('GET', '/catalogs')).body.length, 20)
    const { status, body } = await call('POST', '/runs', { result })
    assert.equal(status, 503)
    assert.match(body.detail, /no run is kept here: the command line keeps its own/)
    assert.deepEqual((await call('GET', '/runs')).body, { runs: [], total: 0 })
  })

  it('where the folder is not there stays an error: that is a typing mistake', async () => {
    await assert.rejects(openStorage(at('none/catalog.sqlite'), seed, wall), /check that its folder exists/)
  })

  it('is read into memory as it is, a write-ahead log in its header notwithstanding', async () => {
    const path = await made('copy.sqlite')
    const bytes = readFileSync(path)
    assert.equal(bytes[18], 2)
    for (const place of [18, 19]) bytes[place] = 1
    const database = await openDatabase(bytes, 'no seed is read')
    assert.equal(new Catalog(database).list().total, 20)
    assert.doesNotThrow(() => database.exec('CREATE TABLE scratch (x)'))
    database.close()
  })

  it('because the disk is full keeps what is there, and takes runs again once there is room', async t => {
    const path = await made('full.sqlite')
    const database = await openDatabase(path, seed)
    t.after(() => database.close())
    let number = 0
    const store = new RunTable(database, () => number++)
    const first = store.keep(result, null)
    const pages = Number(database.pragma('page_count', { simple: true }))
    database.pragma(`max_page_count = ${pages}`)
    assert.throws(() => store.keep(result, 'x'.repeat(1_000_000)), { code: 'SQLITE_FULL' })
    assert.equal(store.count(), 1)
    assert.ok(store.result(first))
    assert.equal(new Catalog(database).list().total, 20)
    database.pragma('max_page_count = 1000000')
    store.keep(result, 'x'.repeat(1_000_000))
    assert.equal(store.count(), 2)
    assert.equal(database.pragma('integrity_check', { simple: true }), 'ok')
  })
})

describe('a file that another program holds', () => {
  const held = (path: string) => {
    const other = keepAlive(new Sqlite(path))
    other.exec('BEGIN IMMEDIATE')
    return () => other.exec('ROLLBACK')
  }

  it('keeps nobody waiting but who writes, and is written when it is free', async t => {
    const path = at('held.sqlite')
    const server = await startTestServer(t, { database: path })
    const call = control(server)
    const { id } = (await call('POST', '/runs', { result })).body
    const free = held(path)
    const writes = [
      ...Array.from({ length: 5 }, () => call('POST', '/runs', { result })),
      call('DELETE', `/runs/${id}`),
    ]
    let longest = 0
    for (let i = 0; i < 20; i += 1) {
      const startedAt = performance.now()
      assert.equal((await call('GET', '/catalogs')).status, 200)
      assert.equal((await call('GET', '/runs')).body.total, 1)
      longest = Math.max(longest, performance.now() - startedAt)
    }
    assert.ok(longest < 500, `${longest} ms`)
    free()
    assert.deepEqual(
      (await Promise.all(writes)).map(({ status }) => status),
      [201, 201, 201, 201, 201, 204],
    )
  })

  it('is said to be held after a while, to all who wait at the same time', async t => {
    const path = at('held-on.sqlite')
    const server = await startTestServer(t, { database: path })
    const call = control(server)
    const free = held(path)
    const startedAt = performance.now()
    for (const { status, body } of await Promise.all([1, 2, 3, 4].map(() => call('POST', '/runs', { result })))) {
      assert.equal(status, 503)
      assert.match(body.detail, /Another server is writing/)
    }
    assert.ok(performance.now() - startedAt < 6_000)
    free()
    assert.equal((await call('POST', '/runs', { result })).status, 201)
  })
})

describe('a file that is taken away', () => {
  for (const [what, take] of [
    ['deleted', path => rmSync(path)],
    ['moved', path => renameSync(path, `${path}.moved`)],
    [
      'replaced',
      path => {
        copyFileSync(path, `${path}.copy`)
        renameSync(`${path}.copy`, path)
      },
    ],
    ['left without its log', path => rmSync(`${path}-wal`)],
    ['deleted with its folder', path => rmSync(dirname(path), { recursive: true })],
  ] as [string, (path: string) => void][]) {
    it(`${what}: no run is acknowledged, the catalog is served`, { skip: process.platform === 'win32' }, async t => {
      const own = mkdtempSync(join(folder, 'taken-'))
      const path = join(own, 'catalog.sqlite')
      const server = await startTestServer(t, { database: path })
      const call = control(server)
      const { id } = (await call('POST', '/runs', { result })).body
      take(path)
      for (const [method, route, body] of [
        ['POST', '/runs', { result }],
        ['DELETE', `/runs/${id}`, undefined],
      ] as const) {
        const answer = await call(method, route, body)
        assert.equal(answer.status, 503, method)
        assert.match(answer.body.detail, /was deleted or replaced while it was open/)
      }
      assert.equal((await call('GET', '/catalogs')).body.length, 20)
      if (what !== 'moved') return
      renameSync(`${path}.moved`, path)
      assert.equal((await call('POST', '/runs', { result })).status, 201)
    })
  }
})

describe('two servers on one file', () => {
  it('lose nothing that either acknowledged', async t => {
    const path = at('shared.sqlite')
    const servers = await Promise.all([1, 2].map(() => startTestServer(t, { database: path })))
    const posts = servers.flatMap(server =>
      Array.from({ length: 10 }, async () => {
        const { status, body } = await control(server)('POST', '/runs', { result })
        assert.equal(status, 201)
        return String(body.id)
      }),
    )
    const ids = await Promise.all(posts)
    for (const server of servers) {
      const { runs } = (await control(server)('GET', '/runs')).body
      assert.deepEqual(runs.map((run: { id: string }) => run.id).sort(), [...ids].sort())
    }
  })
})
