/** The .env file: what counts as an edit, when it is believed, and what it does to a running server. */

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Patch, patchOf } from '../../../server/config/env-edits.ts'
import { type Edit, EnvFileWatch, edits, readEnvFile } from '../../../server/config/env-file.ts'
import { createLog } from '../../../server/lib/log.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'flaky-env-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

function newFile(text: string | null): string {
  files += 1
  const path = join(folder, `${files}.env`)
  if (text !== null) writeFileSync(path, text)
  return path
}

describe('readEnvFile', () => {
  for (const [what, text, expected] of [
    ['lines', 'A=1\nB = two \n# C=3\n', { A: '1', B: 'two' }],
    ['quotes and comments', 'A="1 # no" # yes\nexport B=2\n', { A: '1 # no', B: '2' }],
    ['lines that end as on Windows', 'A=1\r\nB=2\r\n', { A: '1', B: '2' }],
    ['a byte order mark', '\uFEFFA=1\n', { A: '1' }],
    ['nothing', '', {}],
  ] as const) {
    it(`reads ${what}`, async () => assert.deepEqual({ ...(await readEnvFile(newFile(text))) }, expected))
  }

  it('is null where there is none', async () => assert.equal(await readEnvFile(newFile(null)), null))
  it('refuses a folder', async () => assert.rejects(readEnvFile(folder), /EISDIR/))
  it('refuses what is too large to be one', async () => {
    await assert.rejects(readEnvFile(newFile('#'.repeat(1_000_001))), /no file of variables/)
  })
})

describe('edits', () => {
  for (const [before, now, expected] of [
    [{ A: '1' }, { A: '1' }, []],
    [{ A: '1' }, { A: '2' }, [['A', '1', '2']]],
    [{}, { A: '1' }, [['A', undefined, '1']]],
    [{ A: '1' }, {}, [['A', '1', undefined]]],
    [{ A: '1' }, { A: ' ' }, [['A', '1', undefined]]],
    [{ A: '1' }, { A: ' 1 ' }, []],
    [{ A: '' }, {}, []],
    [
      { A: '1', B: '1' },
      { B: '2' },
      [
        ['B', '1', '2'],
        ['A', '1', undefined],
      ],
    ],
  ] as const) {
    it(`from ${JSON.stringify(before)} to ${JSON.stringify(now)}`, () => {
      const found = edits(before, now).map(edit => [edit.name, edit.before, edit.after])
      assert.deepEqual(found, expected)
    })
  }
})

describe('EnvFileWatch', () => {
  const isWaiting = (clock: ManualClock) => clock.pending > 0
  function watch(path: string, known: Record<string, string>) {
    const found: (readonly Edit[])[] = []
    const unreadable: unknown[] = []
    const clock = new ManualClock()
    const watcher = new EnvFileWatch({
      path,
      known,
      clock,
      onEdits: list => found.push(list),
      onUnreadable: error => unreadable.push(error),
    })
    return { watcher, found, unreadable, clock }
  }
  const names = (found: readonly (readonly Edit[])[]) =>
    found.map(list => list.map(edit => `${edit.name}=${edit.after}`).join())

  it('says nothing of a file that is as it was', async () => {
    const { watcher, found } = watch(newFile('A=1'), { A: '1' })
    for (let i = 0; i < 4; i += 1) await watcher.check()
    assert.deepEqual(found, [])
  })

  it('believes an edit once two looks agree, and tells it once', async () => {
    const path = newFile('A=1')
    const { watcher, found } = watch(path, { A: '1' })
    await watcher.check()
    writeFileSync(path, '')
    await watcher.check()
    writeFileSync(path, 'A=2')
    await watcher.check()
    assert.deepEqual(found, [])
    for (let i = 0; i < 3; i += 1) await watcher.check()
    assert.deepEqual(names(found), ['A=2'])
  })

  it('sees a file that comes, goes and comes again', async () => {
    const path = newFile(null)
    const { watcher, found } = watch(path, {})
    const looks = async () => {
      await watcher.check()
      await watcher.check()
    }
    await looks()
    writeFileSync(path, 'A=1')
    await looks()
    rmSync(path)
    await looks()
    writeFileSync(path, 'A=1')
    await looks()
    assert.deepEqual(names(found), ['A=1', 'A=undefined', 'A=1'])
  })

  it('says once that it cannot read, and goes on when it can', async () => {
    const path = newFile(null)
    const { watcher, found, unreadable } = watch(path, {})
    mkdirSync(path)
    for (let i = 0; i < 3; i += 1) await watcher.check()
    assert.equal(unreadable.length, 1)
    rmSync(path, { recursive: true })
    writeFileSync(path, 'A=1')
    await watcher.check()
    await watcher.check()
    assert.deepEqual(names(found), ['A=1'])
    chmodSync(path, 0o600)
  })

  it('looks again and again by its clock, and not after it was closed', async () => {
    const { watcher, clock } = watch(newFile('A=1'), { A: '1' })
    assert.equal(isWaiting(clock), true)
    clock.advance(250)
    while (!isWaiting(clock)) await new Promise(setImmediate)
    watcher.close()
    assert.equal(isWaiting(clock), false)
  })

  it('tells nothing that it learns while it is closed', async () => {
    const path = newFile('A=1')
    const { watcher, found } = watch(path, {})
    await watcher.check()
    const last = watcher.check()
    watcher.close()
    await last
    assert.deepEqual(found, [])
  })
})

describe('patchOf', () => {
  const current: Patch = { failRate: 30, sampler: 'bernoulli', seed: '42' }
  const edit = (name: string, after: string | undefined): Edit => ({ name, before: 'x', after })

  for (const [found, patch, line] of [
    [[edit('FAIL_RATE', '70')], { failRate: 70 }, null],
    [
      [edit('FAIL_RATE', '0.5')],
      { failRate: 0.5 },
      'FAIL_RATE in .env: 0.5 means 0.5 percent; for 50 percent write 50',
    ],
    [[edit('FAIL_SAMPLER', 'deck')], { sampler: 'deck' }, null],
    [[edit('FAIL_SEED', '7'), edit('FAIL_RATE', '1%')], { seed: '7', failRate: 1 }, null],
    [[edit('FAIL_RATE', undefined)], null, 'FAIL_RATE was removed from .env: it stays 30'],
    [
      [edit('FAIL_RATE', '700')],
      null,
      'FAIL_RATE in .env: "700" is not a rate: write a percentage from 0 to 100, such as 70, 70% or 0.5; it stays 30',
    ],
    [
      [edit('FAIL_SAMPLER', 'dice')],
      null,
      'FAIL_SAMPLER in .env: "dice" is none of bernoulli, deck; it stays bernoulli',
    ],
    [[edit('PORT', '1')], null, 'PORT changed in .env: it takes effect at the next start'],
    [[edit('HOME', '1')], null, null],
    [
      [edit('FAIL_RATE', 'x'), edit('FAIL_SEED', '7')],
      { seed: '7' },
      'FAIL_RATE in .env: "x" is not a rate: write a percentage from 0 to 100, such as 70, 70% or 0.5; it stays 30',
    ],
    [[edit('constructor', '1')], null, null],
  ] as const) {
    it(found.map(({ name, after }) => `${name}=${after}`).join(' '), async () => {
      const lines: string[] = []
      const log = await createLog('info', { isTTY: false, write: text => lines.push(JSON.parse(text).msg) })
      assert.deepEqual(patchOf(found, '.env', current, log), patch)
      assert.deepEqual(lines, line === null ? [] : [line])
    })
  }
})
