/** A disk that is really full, over HTTP: runs are refused, the catalog is served, and nothing that was kept is lost. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { appendFileSync, mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import Sqlite from 'better-sqlite3'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { keepAlive, read } from '../../../server/catalog/keep-alive.ts'
import { createLog } from '../../../server/lib/log.ts'
import type { RunningServer } from '../../../server/server.ts'
import { coinFlips } from '../../cli/report/sample-results.ts'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'

const result = { ...coinFlips, verdict: judge(coinFlips) }
const html = 'x'.repeat(200_000)

/** A file system of one megabyte, or null where this user may mount none. */
function mounted(): string | null {
  const folder = mkdtempSync(join(tmpdir(), 'flaky-full-'))
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=1m', 'tmpfs', folder], { stdio: 'ignore' })
    return folder
  } catch {
    rmSync(folder, { recursive: true })
    return null
  }
}

function unmount(folder: string): void {
  execFileSync('umount', [folder])
  rmSync(folder, { recursive: true })
}

/** Leaves room for nothing; the returned function takes it back. */
function fill(folder: string): () => void {
  const file = join(folder, 'filler')
  assert.throws(
    () => {
      for (let blocks = 0; blocks < 10_000; blocks += 1) appendFileSync(file, Buffer.alloc(512))
    },
    { code: 'ENOSPC' },
  )
  return () => rmSync(file)
}

async function serve(t: TestContext, database: string): Promise<{ server: RunningServer; log: () => string }> {
  let text = ''
  const write = (more: string) => {
    text += more
  }
  const server = await startTestServer(t, { database, log: await createLog('info', { write, isTTY: false }) })
  return { server, log: () => text }
}

const probe = mounted()
if (probe) unmount(probe)
const skip = probe === null && 'this user can mount no small file system (root on Linux can)'

describe('a full disk', { skip }, () => {
  const place = (t: TestContext) => {
    const folder = mounted() ?? ''
    t.after(() => unmount(folder))
    return { folder, file: join(folder, 'catalog.sqlite') }
  }

  it('answers a run with 507 and what to do, serves the catalog, and takes runs again when there is room', async t => {
    const { folder, file } = place(t)
    const { server } = await serve(t, file)
    const call = control(server)
    const { id } = (await call('POST', '/runs', { result })).body
    const free = fill(folder)
    for (let tries = 0; tries < 3; tries += 1) {
      const { status, body } = await call('POST', '/runs', { result, html })
      assert.equal(status, 507)
      assert.match(body.detail, /The disk of the server is full: make room there, and post it again/)
    }
    assert.equal((await call('GET', '/catalogs')).body.length, 20)
    assert.equal((await call('GET', '/runs')).body.total, 1)
    assert.equal((await call('GET', `/runs/${id}`)).status, 200)
    assert.equal((await call('PUT', '/chaos/fail-rate', { failRate: 7 })).status, 200)
    free()
    assert.equal((await call('POST', '/runs', { result, html })).status, 201)
    await server.close(100)
    const database = keepAlive(new Sqlite(file))
    assert.equal(read(database, 'integrity_check'), 'ok')
    assert.equal(database.prepare('SELECT count(*) FROM runs').pluck().get(), 2)
    database.close()
  })

  it('is no reason not to start, with a file there or without', async t => {
    const { folder, file } = place(t)
    const first = await serve(t, file)
    const { id } = (await control(first.server)('POST', '/runs', { result })).body
    await first.server.close(100)
    const free = fill(folder)
    for (const database of [file, join(folder, 'new.sqlite')]) {
      const { server, log } = await serve(t, database)
      const call = control(server)
      assert.match(log(), /cannot be written \(SQLITE_\w+\): the catalog is served from memory/)
      assert.equal((await call('GET', '/catalogs')).body.length, 20)
      assert.equal((await call('GET', '/ready')).status, 200)
      assert.equal((await call('GET', `/runs/${id}`)).status, database === file ? 200 : 404)
      assert.equal((await call('POST', '/runs', { result })).status, 503)
      await server.close(100)
    }
    free()
    const { server } = await serve(t, file)
    assert.equal((await control(server)('GET', `/runs/${id}`)).status, 200)
    await server.close(100)
  })
})
