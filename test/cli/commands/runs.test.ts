/** Kept runs as people use them: every run is kept somewhere, found again, compared, written out and forgotten. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it, type TestContext } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { FORMATS } from '../../../cli/report/formats.ts'
import { resultSchema } from '../../../cli/report/result.ts'
import type { RunSummary } from '../../../server/runs/run.ts'
import { openEvents } from '../../support/event-stream.ts'
import { listen } from '../../support/listen.ts'
import { ROOT } from '../../support/project.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, spawnChaos } from '../harness.ts'
import { kept } from '../runs/samples.ts'

const published = JSON.parse(readFileSync(join(ROOT, 'data/result.schema.json'), 'utf8'))
const valid = new Ajv2020({ strict: true, validateFormats: false }).compile(published)

const SHORT = ['-n', '40', '-c', '20', '--every', '10ms', '--seed', 's']

function scratch(t: TestContext): string {
  const path = mkdtempSync(join(tmpdir(), 'chaos-'))
  t.after(() => rmSync(path, { recursive: true }))
  return path
}

/** A server that is no flaky catalog. */
const other = (t: TestContext) =>
  listen(
    createServer((_, response) => response.end('hello')),
    t,
  )

const listed = async (url: string) => ((await (await fetch(`${url}/runs`)).json()) as { runs: RunSummary[] }).runs

describe('a run', () => {
  it('is kept at the server with its page, printed by its name, and comes back valid', async t => {
    const server = await startTestServer(t, { settings: { failRate: 30 } })
    const ran = await chaos(['compare', '-u', server.url, ...SHORT])
    assert.equal(ran.stderr, '')
    const [run] = await listed(server.url)
    assert.ok(run)
    assert.match(
      ran.stdout,
      new RegExp(`Kept as ${run.id}\\..*\\n    npx chaos report ${run.id} -o ${run.id}.html -u ${server.url}\\n$`),
    )
    const page = await (await fetch(`${server.url}/runs/${run.id}?format=html`)).text()
    assert.match(page, /^<!doctype html>/)
    const result = await (await fetch(`${server.url}/runs/${run.id}`)).json()
    assert.ok(valid(result), JSON.stringify(valid.errors))
    const { stdout } = await chaos(['runs', 'show', '-u', server.url, '--json'])
    assert.deepEqual(JSON.parse(stdout), result)
  })

  it('is told to the pages with the id that it is kept under', async t => {
    const server = await startTestServer(t)
    const stream = await openEvents(`${server.url}/chaos/events`)
    t.after(() => stream.close())
    await chaos(['burst', '-u', server.url, ...SHORT])
    const { data } = await stream.until('run', ({ data }) => data.type === 'end')
    assert.equal(data.result.run, (await listed(server.url))[0]?.id)
  })

  it('says nothing of it in a JSON document, and is not kept with --no-keep', async t => {
    const server = await startTestServer(t)
    const { stdout, stderr } = await chaos(['burst', '-u', server.url, '--json', ...SHORT])
    assert.ok(resultSchema.parse(JSON.parse(stdout)))
    assert.equal(stderr, '')
    await chaos(['burst', '-u', server.url, '--no-keep', ...SHORT])
    assert.equal((await listed(server.url)).length, 1)
  })

  it('against another server is kept on this machine', async t => {
    const folder = scratch(t)
    const { stdout, stderr } = await chaos(['burst', '-u', await other(t), ...SHORT], { runsFolder: folder })
    assert.equal(stderr, '')
    const [, id] = /Kept as (\w+)\..*\n {4}npx chaos report \1 -o \1.html\n$/.exec(stdout) ?? []
    assert.ok(id, stdout)
    assert.match(readdirSync(folder)[0] ?? '', new RegExp(`^\\d{8}T\\d{9}Z-${id}\\.json$`))
    const shown = await chaos(['runs', 'show', id, '--json'], { runsFolder: folder })
    assert.ok(valid(JSON.parse(shown.stdout)))
  })

  it('that the server refuses is kept on this machine, which is said once', async t => {
    const server = await startTestServer(t, { token: 'secret' })
    const folder = scratch(t)
    const { code, stderr } = await chaos(['burst', '-u', server.url, ...SHORT], { runsFolder: folder })
    assert.equal(code, 0)
    assert.match(stderr, /^chaos: http:\S+ did not keep the run \(.*CHAOS_TOKEN.*\)\. It is in .*\n$/)
    assert.equal(readdirSync(folder).length, 1)
    const nowhere = await chaos(['burst', '-u', server.url, ...SHORT])
    assert.equal(nowhere.code, 0)
    assert.equal(nowhere.stderr.split('\n').length, 2)
    const unlocked = await chaos(['burst', '-u', server.url, ...SHORT], { env: { CHAOS_TOKEN: 'secret' } })
    assert.equal(unlocked.stderr, '')
  })

  it('is a run even where nothing can be written', async t => {
    const folder = join(scratch(t), 'file')
    writeFileSync(folder, '')
    const { code, stderr } = await chaos(['burst', '-u', await other(t), ...SHORT], { runsFolder: folder })
    assert.equal(code, 0)
    assert.match(stderr, /^chaos: .* cannot be written \(\w+\), so the run is not kept; --no-keep/)
  })

  it('that was stopped is kept as far as it came', async t => {
    const server = await startTestServer(t)
    const run = spawnChaos(['compare', '-u', server.url, '-n', '4000', '-c', '2', '--every', '20ms'])
    const begun = () => server.chaos.control.sessions.list().some(session => session.id.endsWith('-2'))
    while (!begun()) await new Promise(resolve => setTimeout(resolve, 20))
    await new Promise(resolve => setTimeout(resolve, 500))
    run.process.kill('SIGINT')
    const { code, stderr, stdout } = await run.ended
    assert.equal(code, 130, stderr)
    assert.match(stdout, /Kept as/)
    const [first] = await listed(server.url)
    assert.ok(first)
    assert.equal(first.interrupted, true)
    assert.ok(first.requests > 0 && first.requests < 4_000)
  })

  it('is kept without the secrets that it sent', async t => {
    const folder = scratch(t)
    const url = (await other(t)).replace('//', '//ana:secret@')
    const headers = ['authorization: secret', 'Cookie: id=secret', 'x-api-key: secret', 'Accept: */*']
    const typed = headers.flatMap(line => ['--header', line])
    const ran = await chaos(['burst', url, '--no-color', ...SHORT, ...typed], { runsFolder: folder })
    assert.equal(ran.code, 0, ran.stderr)
    const text = readFileSync(join(folder, readdirSync(folder)[0] ?? ''), 'utf8')
    assert.doesNotMatch(text, /secret/)
    const { request, target } = resultSchema.parse(JSON.parse(text))
    assert.deepEqual(request?.headers, {
      authorization: 'hidden',
      Cookie: 'hidden',
      'x-api-key': 'hidden',
      Accept: '*/*',
    })
    assert.match(target, /^http:\/\/127/)
  })

  it('lands in the data folder of its user, as a process', async t => {
    const home = scratch(t)
    const ran = await spawnChaos(['burst', '-u', await other(t), ...SHORT], { XDG_DATA_HOME: home }).ended
    assert.equal(ran.code, 0, ran.stderr)
    const folder = join(home, 'flaky-catalog', 'runs')
    const files = readdirSync(folder)
    assert.equal(files.length, 1)
    // Nobody named a server: the folder is enough, whether or not one listens at the usual address.
    const list = await spawnChaos(['runs', 'ls', '--json'], { XDG_DATA_HOME: home }).ended
    assert.equal(list.code, 0, list.stderr)
    const runs = (JSON.parse(list.stdout) as { id: string; keptAt: string }[]).filter(run => run.keptAt === folder)
    assert.equal(runs.length, 1, list.stdout)
    assert.ok(files[0]?.endsWith(`-${runs[0]?.id}.json`))
  })

  it('keeps its expectations, and ends with 99 where one fails', async t => {
    const server = await startTestServer(t, { settings: { failRate: 100 } })
    const expected = ['--expect', 'useful>=80%', '--expect', 'wasted<=40']
    const { code, stdout } = await chaos(['burst', '-u', server.url, ...SHORT, ...expected])
    assert.equal(code, 99)
    assert.equal(stdout.match(/✗ failed {2}useful>=80% {2}measured 0\.0 %/g)?.length, 1)
    assert.equal(stdout.match(/✓ met .*wasted<=40 .*measured 40/g)?.length, 1)
    const { stdout: json } = await chaos(['runs', 'show', '-u', server.url, '--json'])
    assert.deepEqual(
      JSON.parse(json).expectations.map(({ passed }: { passed: boolean }) => passed),
      [false, true],
    )
    assert.equal((await chaos(['burst', '-u', server.url, ...SHORT, '--expect', 'wasted<=40'])).code, 0)
  })
})

describe('kept runs', () => {
  /** Two results on this machine, the second the newer, and one at a server. */
  async function library(t: TestContext) {
    const folder = scratch(t)
    for (const [file, day] of [
      ['20260101T000000000Z-dababa.json', '01'],
      ['20260102T000000000Z-fababa.json', '02'],
    ] as const) {
      writeFileSync(join(folder, file), JSON.stringify(kept(`2026-01-${day}T00:00:00.000Z`, { seed: day })))
    }
    const server = await startTestServer(t)
    const result = kept('2026-01-03T00:00:00.000Z')
    const answer = await fetch(`${server.url}/runs`, {
      method: 'POST',
      headers: { 'Content-Type': 'application/json' },
      body: JSON.stringify({ result }),
    })
    const { id } = (await answer.json()) as { id: string }
    return { folder, url: server.url, id, at: { runsFolder: folder, env: { CHAOS_URL: server.url } } }
  }

  it('of the server and of this machine are listed together, newest first', async t => {
    const { folder, url, id, at } = await library(t)
    const { code, stdout } = await chaos(['runs', 'ls'], at)
    assert.equal(code, 0)
    const lines = stdout.split('\n').map(line => line.trim().split(/\s+/)[0])
    assert.deepEqual(lines.slice(1, 4), [id, 'fababa', 'dababa'])
    assert.ok(stdout.includes(`Kept at ${url} and in ${folder}`))
    const rows = JSON.parse((await chaos(['runs', 'ls', '--json'], at)).stdout)
    assert.deepEqual(
      rows.map((row: { keptAt: string }) => row.keptAt),
      [url, folder, folder],
    )
  })

  it('can be forgotten, wherever they are, all or none', async t => {
    const { folder, url, id, at } = await library(t)
    const missing = await chaos(['runs', 'rm', 'dababa', 'zzz'], at)
    assert.equal(missing.code, 2)
    assert.equal(readdirSync(folder).length, 2)
    const { code, stdout } = await chaos(['runs', 'rm', id, 'dab', 'dababa'], at)
    assert.equal(code, 0)
    assert.equal(stdout, `Forgotten: ${id}, dababa\n`)
    assert.equal(readdirSync(folder).length, 1)
    assert.deepEqual(await listed(url), [])
  })

  it('lie side by side: by name, by age, and out of files', async t => {
    const { folder, at } = await library(t)
    const byAge = await chaos(['diff', 'last~2', 'last~1'], at)
    assert.equal(byAge.code, 0, byAge.stderr)
    assert.match(byAge.stdout, /dababa[\s\S]*fababa[\s\S]*Not the same in both runs: the seed/)
    const file = join(folder, '20260101T000000000Z-dababa.json')
    assert.match((await chaos(['diff', file, 'fab'], at)).stdout, /20260101T000000000Z-dababa\.json/)
    const { runs } = JSON.parse((await chaos(['diff', 'dab', 'fab', '--json'], at)).stdout)
    for (const { result } of runs) assert.ok(valid(result))
  })

  it('are written in every format, to the terminal and into files', async t => {
    const { at } = await library(t)
    const folder = scratch(t)
    for (const format of FORMATS) {
      const { code, stdout } = await chaos(['report', 'fab', '--format', format], at)
      assert.equal(code, 0)
      const file = join(folder, `run-${format}`)
      const written = await chaos(['report', 'fab', '--format', format, '-o', file], at)
      assert.equal(written.stdout, '')
      assert.equal(written.stderr, `Written to ${file}\n`)
      assert.equal(readFileSync(file, 'utf8'), stdout)
    }
    for (const [name, begin] of [
      ['run.html', '<!doctype html>'],
      ['run.md', '#'],
      ['run.csv', 'scope,'],
      ['run.js', '//'],
      ['run.json', '{"schema":1'],
    ] as const) {
      const file = join(folder, name)
      await chaos(['report', '-o', file], at)
      assert.ok(readFileSync(file, 'utf8').startsWith(begin), name)
    }
    const again = await chaos(['report', join(folder, 'run.json'), '--format', 'json'])
    assert.equal(again.stdout, readFileSync(join(folder, 'run.json'), 'utf8'))
  })

  it('of a stranger do not command the terminal', async t => {
    const server = await startTestServer(t)
    const evil = '\u001b]0;owned\u0007\u001b[2J\u009b31m\r\u202e\nrow'
    const whole = kept('2026-01-03T00:00:00.000Z', { title: evil, seed: evil, target: `http://x/${evil}` })
    const arms = whole.arms.map((arm, index) => ({ ...arm, name: `${evil}${index}`, failures: { [evil]: 1 } }))
    const verdict = { ...whole.verdict, text: evil, hint: evil }
    const expectations = [{ text: evil, passed: true, measured: evil }]
    const body = JSON.stringify({ result: { ...whole, arms, verdict, expectations } })
    for (let count = 0; count < 2; count++) {
      await fetch(`${server.url}/runs`, { method: 'POST', headers: { 'Content-Type': 'application/json' }, body })
    }
    const formats = FORMATS.map(format => ['report', '--format', format])
    for (const typed of [['runs', 'ls'], ['runs', 'show'], ['diff', 'last', 'last~1'], ...formats]) {
      const { code, stdout } = await chaos([...typed, '-u', server.url])
      assert.equal(code, 0)
      assert.match(stdout, /owned/)
      assert.doesNotMatch(stdout.replace(/\r?\n/g, ''), /[\p{Cc}\u202e]/u, typed.join(' '))
    }
    const rows = (await chaos(['runs', 'ls', '-u', server.url])).stdout.split('\n')
    assert.ok(rows.every(row => !row.startsWith('row')))
  })

  for (const [typed, sentence] of [
    ['report zzz', /no run zzz: npx chaos runs ls/],
    ['report last~9', /3 runs are kept/],
    ['report ./none.json', /none\.json cannot be read \(ENOENT\)/],
    ['report --format pdf', /Allowed choices are text, json, csv, md, html, k6/],
    ['report last -o /no/such/folder/x.html', /cannot be written \(ENOENT\)/],
    ['runs rm', /missing required argument/],
    ['diff last', /missing required argument/],
  ] as const) {
    it(`"${typed}" ends with 2 and says why`, async t => {
      const { at } = await library(t)
      const { code, stdout, stderr } = await chaos(typed.split(' '), at)
      assert.equal(code, 2, stderr)
      assert.equal(stdout, '')
      assert.match(stderr.replaceAll('\n', ' '), sentence)
    })
  }

  it('that are no results are refused with the first flaw', async t => {
    const folder = scratch(t)
    mkdirSync(join(folder, 'x.json'))
    writeFileSync(join(folder, 'a.json'), '{"schema":2}')
    writeFileSync(join(folder, 'b.json'), '{')
    for (const [file, sentence] of [
      ['a.json', /is no result of a run \(\/schema: /],
      ['b.json', /is not JSON/],
      ['x.json', /cannot be read \(EISDIR\)/],
    ] as const) {
      const { code, stderr } = await chaos(['report', join(folder, file)])
      assert.equal(code, 2)
      assert.match(stderr, sentence)
    }
  })

  it('of a server that was named and is not there end with 3', async () => {
    for (const typed of [['runs', 'ls'], ['report'], ['diff', 'a', 'b'], ['runs', 'rm', 'a']]) {
      const { code, stderr } = await chaos([...typed, '-u', 'http://127.0.0.1:9'])
      assert.equal(code, 3)
      assert.match(stderr, /cannot reach/)
    }
  })
})
