/** Runs as files: kept whole, found again, bounded, and never taken for what they are not. */

import assert from 'node:assert/strict'
import { execFileSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { runsFolder } from '../../../cli/runs/data-folder.ts'
import { LocalStore } from '../../../cli/runs/local-store.ts'
import { RunLibrary } from '../../../cli/runs/run-library.ts'
import { runId } from '../../../server/runs/run.ts'
import { kept } from './samples.ts'

function folder(t: TestContext, most?: number): LocalStore {
  const path = mkdtempSync(join(tmpdir(), 'kept-'))
  t.after(() => rmSync(path, { recursive: true }))
  return new LocalStore(join(path, 'deep', 'runs'), most)
}

const counter = (from = 1) => {
  let number = from
  return () => number++
}

describe('a folder of runs', () => {
  it('keeps a result whole, and lists it newest first', async t => {
    const runs = folder(t)
    const draw = counter()
    const [older, newer] = [kept('2026-01-01T00:00:00.000Z'), kept('2026-01-02T00:00:00.000Z')]
    const second = await runs.keep(newer, draw)
    const first = await runs.keep(older, draw)
    assert.deepEqual(
      (await runs.list()).map(run => run.id),
      [second, first],
    )
    assert.deepEqual(await runs.read(first), older)
    await runs.remove(first)
    assert.deepEqual(
      (await runs.list()).map(run => run.id),
      [second],
    )
  })

  it('has no more files than it may have, and leaves no drafts', async t => {
    const runs = folder(t, 3)
    const draw = counter()
    const ids: string[] = []
    for (let day = 1; day <= 5; day++) ids.push(await runs.keep(kept(`2026-01-0${day}T00:00:00.000Z`), draw))
    assert.deepEqual(
      (await runs.list()).map(run => run.id),
      ids.slice(2).reverse(),
    )
    assert.equal(readdirSync(runs.name).length, 3)
  })

  it('that cannot be made or read is said, and nothing hangs', { timeout: 20_000 }, async t => {
    const result = kept('2026-01-01T00:00:00.000Z')
    const file = join(mkdtempSync(join(tmpdir(), 'kept-')), 'file')
    writeFileSync(file, '')
    t.after(() => rmSync(dirname(file), { recursive: true }))
    for (const path of ['/dev/null', '/proc/nobody', file, `/tmp/${'a'.repeat(300)}`]) {
      const runs = new LocalStore(join(path, 'flaky-catalog', 'runs'))
      await assert.rejects(runs.keep(result, counter()), path)
    }
    await assert.rejects(new LocalStore(join(file, 'runs')).list(), /cannot be read at .*ENOTDIR.*XDG_DATA_HOME/)
  })

  it('leaves out what is no file, and is not kept from keeping by a folder that is named like a run', async t => {
    const runs = folder(t, 2)
    const id = await runs.keep(kept('2026-01-01T00:00:00.000Z'), counter())
    const pipe = join(runs.name, '20260101T000000001Z-aaaaaa.json')
    execFileSync('mkfifo', [pipe])
    mkdirSync(join(runs.name, '20250101T000000000Z-bbbbbb.json'))
    assert.deepEqual(
      (await runs.list()).map(run => run.id),
      [id],
    )
    const next = await runs.keep(kept('2026-01-03T00:00:00.000Z'), counter(7))
    assert.equal((await runs.list())[0]?.id, next)
  })

  it('takes another name where one is taken', async t => {
    const runs = folder(t)
    const numbers = [5, 5, 5, 6]
    const draw = () => numbers.shift() ?? 0
    const result = kept('2026-01-01T00:00:00.000Z')
    assert.deepEqual([await runs.keep(result, draw), await runs.keep(result, draw)], [runId(5), runId(6)])
  })

  it('is empty where it does not exist, and leaves out what it cannot read', async t => {
    const runs = folder(t)
    assert.deepEqual(await runs.list(), [])
    await runs.keep(kept('2026-01-01T00:00:00.000Z'), counter())
    writeFileSync(join(runs.name, '20260102T000000000Z-badaga.json'), '{"schema":1')
    writeFileSync(join(runs.name, 'notes.json'), '{}')
    assert.equal((await runs.list()).length, 1)
  })

  it('lies where the system has its place for it', () => {
    const env = { XDG_DATA_HOME: '', LOCALAPPDATA: 'C:\\Users\\ana\\AppData\\Local' }
    assert.equal(runsFolder('linux', env, '/home/ana'), '/home/ana/.local/share/flaky-catalog/runs')
    assert.equal(runsFolder('linux', { XDG_DATA_HOME: '/data' }, '/home/ana'), '/data/flaky-catalog/runs')
    for (const XDG_DATA_HOME of ['data', './data', '../x', '~/data', '']) {
      assert.equal(
        runsFolder('linux', { XDG_DATA_HOME }, '/home/ana'),
        '/home/ana/.local/share/flaky-catalog/runs',
        XDG_DATA_HOME,
      )
    }
    assert.equal(
      runsFolder('win32', { LOCALAPPDATA: 'x' }, 'C:\\Users\\ana'),
      'C:\\Users\\ana\\.local\\share\\flaky-catalog\\runs',
    )
    for (const home of ['', 'ana', './ana', '~']) {
      assert.equal(runsFolder('linux', {}, home), undefined, home)
      assert.equal(runsFolder('darwin', {}, home), undefined, home)
      assert.equal(runsFolder('linux', { XDG_DATA_HOME: '/data' }, home), '/data/flaky-catalog/runs')
    }
    assert.equal(runsFolder('darwin', {}, '/Users/ana'), '/Users/ana/Library/Application Support/flaky-catalog/runs')
    assert.equal(runsFolder('win32', env, 'C:\\Users\\ana'), 'C:\\Users\\ana\\AppData\\Local\\flaky-catalog\\runs')
  })
})

describe('the name of a run', () => {
  const library = async (t: TestContext) => {
    const [here, there] = [folder(t), folder(t)]
    const draw = counter(1)
    // The names of 1 and 17 begin alike: dababa and dibaba.
    const ids = [
      await here.keep(kept('2026-01-01T00:00:00.000Z'), draw),
      await there.keep(kept('2026-01-03T00:00:00.000Z'), draw),
      await here.keep(kept('2026-01-02T00:00:00.000Z'), counter(17)),
    ]
    return { runs: new RunLibrary([here, there]), ids }
  }

  it('is last, last~1, its id, or the beginning of it, over all stores', async t => {
    const { runs, ids } = await library(t)
    const idOf = async (name: string) => (await runs.find(name)).summary.id
    assert.equal(await idOf('last'), ids[1])
    assert.equal(await idOf('last~0'), ids[1])
    assert.equal(await idOf('last~1'), ids[2])
    assert.equal(await idOf('last~2'), ids[0])
    for (const id of ids) assert.equal(await idOf(id.toUpperCase()), id)
    assert.equal(await idOf(ids[1]?.slice(0, 2) ?? ''), ids[1])
  })

  it('that says too little or nothing is refused with what to type', async t => {
    const { runs, ids } = await library(t)
    assert.deepEqual([ids[0]?.[0], ids[2]?.[0]], ['d', 'd'])
    for (const [name, sentence] of [
      ['d', /dibaba and dababa: write more of it/],
      ['last~3', /3 runs are kept/],
      ['zzz', /runs ls/],
    ] as const) {
      await assert.rejects(runs.find(name), { exitCode: 2, message: sentence })
    }
    await assert.rejects(new RunLibrary([]).find('last'), { exitCode: 2, message: /npx chaos compare/ })
  })
})
