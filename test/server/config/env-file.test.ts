/** The .env file: what counts as an edit, when it is believed, and what it does to a running server. */

import assert from 'node:assert/strict'
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it } from 'node:test'
import { type Flaw, flawText } from '../../../server/config/dotenv.ts'
import { type Patch, patchOf } from '../../../server/config/env-edits.ts'
import { type Edit, EnvFileWatch, edits, readEnvFile } from '../../../server/config/env-file.ts'
import { createLog } from '../../../server/lib/log.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const folder = mkdtempSync(join(tmpdir(), 'flaky-env-'))
after(() => rmSync(folder, { recursive: true }))
let files = 0

const KNOWN = ['PORT', 'HOST', 'FAIL_RATE', 'FAIL_SEED', 'CHAOS_TOKEN']

async function variablesIn(text: string | Uint8Array) {
  return { ...(await readEnvFile(newFile(text), KNOWN))?.variables }
}

function newFile(text: string | Uint8Array | null): string {
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
    it(`reads ${what}`, async () => assert.deepEqual(await variablesIn(text), expected))
  }

  it('is null where there is none', async () => assert.equal(await readEnvFile(newFile(null), KNOWN), null))
  it('refuses a folder', async () => assert.rejects(readEnvFile(folder, KNOWN), /EISDIR/))
  it('refuses what is too large to be one', async () => {
    await assert.rejects(readEnvFile(newFile('#'.repeat(1_000_001)), KNOWN), /no file of variables/)
  })
})

describe('readEnvFile, as people and their editors write it,', () => {
  const TEXT = 'FAIL_RATE=70\nFAIL_SEED=é\n'
  const utf16 = Buffer.from(TEXT, 'utf16le')
  const bigEndian = Buffer.from(utf16).swap16()
  for (const [what, bytes] of [
    ['UTF-16 with a mark, as PowerShell writes it', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16])],
    ['UTF-16 big endian with a mark', Buffer.concat([Buffer.from([0xfe, 0xff]), bigEndian])],
    ['UTF-16 without a mark', utf16],
    ['UTF-16 big endian without a mark', bigEndian],
    ['UTF-8 with a mark', Buffer.from(`\uFEFF${TEXT}`)],
    ['UTF-32', new Uint8Array(Uint32Array.from(`\uFEFF${TEXT}`, letter => letter.charCodeAt(0)).buffer)],
    ['Windows-1252', Buffer.from(TEXT, 'latin1')],
    ['UTF-16 that was cut in the middle of a letter', Buffer.concat([Buffer.from([0xff, 0xfe]), utf16, Buffer.of(65)])],
  ] as const) {
    it(`decodes ${what}`, async () => {
      const { FAIL_RATE, FAIL_SEED } = await variablesIn(bytes)
      assert.deepEqual([FAIL_RATE, FAIL_SEED], ['70', 'é'])
    })
  }

  /** Everything before must leave this one as it is. */
  const NEXT = 'HOST=next'
  for (const [lines, variables, flaw] of [
    ['FAIL_RATE=70\r', { FAIL_RATE: '70' }, null],
    ['FAIL_RATE=70\r\r', { FAIL_RATE: '70' }, null],
    ['FAIL_RATE=70\n   \n\t', { FAIL_RATE: '70' }, null],
    ['FAIL_RATE=70\n\u00a0', { FAIL_RATE: '70' }, null],
    ['; a comment\n  # another\nFAIL_RATE=70', { FAIL_RATE: '70' }, null],
    ['\tFAIL_RATE\t=\t70\t', { FAIL_RATE: '70' }, null],
    ['  export   FAIL_RATE = 70', { FAIL_RATE: '70' }, null],
    ['export\tFAIL_RATE=70', { FAIL_RATE: '70' }, null],
    ['FAIL_RATE=70 # a comment', { FAIL_RATE: '70' }, null],
    ['FAIL_RATE=70\t# a comment with "quotes', { FAIL_RATE: '70' }, null],
    ['FAIL_RATE=', { FAIL_RATE: '' }, null],
    ['FAIL_RATE= # nothing', { FAIL_RATE: '' }, null],
    ['FAIL_SEED=a=b', { FAIL_SEED: 'a=b' }, null],
    ["FAIL_SEED=it's", { FAIL_SEED: "it's" }, null],
    ['CHAOS_TOKEN=abc#def12', { CHAOS_TOKEN: 'abc#def12' }, null],
    ['FAIL_SEED="a # b" # c', { FAIL_SEED: 'a # b' }, null],
    ['FAIL_SEED=\'a "b"\'', { FAIL_SEED: 'a "b"' }, null],
    ['FAIL_SEED=`a`', { FAIL_SEED: 'a' }, null],
    ['FAIL_SEED=""', { FAIL_SEED: '' }, null],
    ['CATALOG_DB="C:\\new\\table.db"', { CATALOG_DB: 'C:\\new\\table.db' }, null],
    [
      'KEY="-----BEGIN-----\nMIIB=\nAbc==\n-----END-----"',
      { KEY: '-----BEGIN-----\nMIIB=\nAbc==\n-----END-----' },
      null,
    ],
    ['SOMETHING=1\nDB_HOST=2\nREPORT=3', { SOMETHING: '1', DB_HOST: '2', REPORT: '3' }, null],
    ['FAIL_RATE', {}, '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment'],
    ['FAIL_RATE 70', {}, '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment'],
    ['FAIL_RATE: 70', {}, '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment'],
    ['set FAIL_RATE=70', {}, '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment'],
    ['$env:FAIL_RATE = "70"', {}, '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment'],
    ['"FAIL_RATE": "70",', {}, '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment'],
    ['export FAIL_RATE', {}, '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment'],
    ['// a comment', {}, '.env, line 1, is no assignment: write NAME=value, or # before a comment'],
    ['\n[server]', {}, '.env, line 2, is no assignment: write NAME=value, or # before a comment'],
    ['=70', {}, '.env, line 1, is no assignment: write NAME=value, or # before a comment'],
    ['FAIL_SEED="a', {}, '.env, line 1, gives FAIL_SEED a quote that is not closed: write " behind the value too'],
    ["FAIL_SEED='a", {}, ".env, line 1, gives FAIL_SEED a quote that is not closed: write ' behind the value too"],
    [
      'FAIL_SEED="a" b',
      {},
      '.env, line 1, gives FAIL_SEED text behind its closing quote: write the quotes around all of it, or a space and # before a comment',
    ],
    [
      'FAIL_SEED=\u201c42\u201d',
      {},
      '.env, line 1, gives FAIL_SEED typographic quotes: write " before and behind the value',
    ],
    [
      'FAIL_RATE=1\nFAIL_RATE=2',
      { FAIL_RATE: '2' },
      '.env, line 2, gives FAIL_RATE once more, after line 1: the last one counts',
    ],
    ['PORTT=1', { PORTT: '1' }, '.env, line 1, names no variable: write PORT if that is meant by PORTT'],
    ['PROT=1', { PROT: '1' }, '.env, line 1, names no variable: write PORT if that is meant by PROT'],
    ['FAILRATE=1', { FAILRATE: '1' }, '.env, line 1, names no variable: write FAIL_RATE if that is meant by FAILRATE'],
    [
      'fail_rate=1',
      { fail_rate: '1' },
      '.env, line 1, names no variable: write FAIL_RATE if that is meant by fail_rate',
    ],
    [
      'FAIL-RATE=1',
      { 'FAIL-RATE': '1' },
      '.env, line 1, names no variable: write FAIL_RATE if that is meant by FAIL-RATE',
    ],
    [
      'FIAL_RATES=1',
      { FIAL_RATES: '1' },
      '.env, line 1, names no variable: write FAIL_RATE if that is meant by FIAL_RATES',
    ],
  ] as const) {
    it(JSON.stringify(lines), async () => {
      for (const end of ['\n', '\r\n', '\r']) {
        const text = `${lines.replaceAll('\n', end)}${end}${NEXT}`
        const read = await readEnvFile(newFile(text), KNOWN)
        assert.deepEqual({ ...read?.variables }, { ...variables, HOST: 'next' })
        const said = read?.flaws.map((each: Flaw) => flawText('.env', each))
        assert.deepEqual(said, flaw === null ? [] : [flaw])
      }
    })
  }

  it('says nothing of a value, which may be a secret', async () => {
    const text = 'CHAOS_TOKEN hunter2hunter2\nCHAOS_TOKEN="hunter2hunter2\nCHAOS_TOKN=hunter2hunter2\n'
    const read = await readEnvFile(newFile(text), KNOWN)
    assert.equal(read?.flaws.length, 3)
    assert.doesNotMatch(JSON.stringify(read?.flaws), /hunter2/)
  })

  it('takes time in proportion to its length', async () => {
    const text = 'A="\n'.repeat(200_000)
    assert.ok((await readEnvFile(newFile(text), KNOWN))?.flaws.length)
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
    const flaws: string[] = []
    const clock = new ManualClock()
    const watcher = new EnvFileWatch({
      path,
      read: { variables: known, flaws: [] },
      known: KNOWN,
      clock,
      onFlaws: list => flaws.push(...list.map(flaw => flawText('.env', flaw))),
      onEdits: list => found.push(list),
      onUnreadable: error => unreadable.push(error),
    })
    return { watcher, found, flaws, unreadable, clock }
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

  it('tells the flaws that an edit brings, each once', async () => {
    const path = newFile('FAIL_RATE 1')
    const { watcher, found, flaws } = watch(path, { FAIL_RATE: '1' })
    for (let i = 0; i < 3; i += 1) await watcher.check()
    writeFileSync(path, 'FAIL_RATE 1\nPORTT=1\n')
    for (let i = 0; i < 3; i += 1) await watcher.check()
    assert.deepEqual(flaws, [
      '.env, line 1, is no assignment: write FAIL_RATE=value, or # before a comment',
      '.env, line 2, names no variable: write PORT if that is meant by PORTT',
    ])
    assert.deepEqual(names(found), ['FAIL_RATE=undefined', 'PORTT=1'])
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
