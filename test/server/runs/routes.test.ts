/** Kept runs over real HTTP: round trips, refusals, room for the newest, restarts, and pages of strangers. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Ajv2020 } from 'ajv/dist/2020.js'
import fc from 'fast-check'
import { renderHtml } from '../../../cli/report/html/html.ts'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { IN_MEMORY, openDatabase } from '../../../server/catalog/database.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'
import type { Result } from '../../../server/runs/result.ts'
import { MAX_RUN_BYTES, MAX_RUNS, runId } from '../../../server/runs/run.ts'
import { RunTable } from '../../../server/runs/run-table.ts'
import { startServer } from '../../../server/server.ts'
import { coinFlips, outage } from '../../cli/report/sample-results.ts'
import { control } from '../../support/control.ts'
import { run } from '../../support/process.ts'
import { startTestServer } from '../../support/server.ts'

const root = packageRoot(import.meta.url)
const schema = JSON.parse(readFileSync(join(root, 'data', 'result.schema.json'), 'utf8'))
const valid = new Ajv2020({ strict: true, validateFormats: false }).compile(schema)

const whole = (run: typeof coinFlips): Result => ({ ...run, verdict: judge(run) })
const coins = whole(coinFlips)

describe('a kept run', () => {
  it('comes back as it was posted, valid by the published schema, and is listed in short', async t => {
    const call = control(await startTestServer(t))
    // What a later version adds is kept.
    const posted = { ...coins, later: { by: 'another version' } }
    const { status, body, headers } = await call('POST', '/runs', { result: posted })
    assert.equal(status, 201)
    assert.match(body.id, /^[bdfghjklmnprstvz][aiou]([bdfghjklmnprstvz][aiou]){2}$/)
    assert.equal(headers.get('Location'), `/runs/${body.id}`)
    const back = await call('GET', `/runs/${body.id}`)
    assert.deepEqual(back.body, posted)
    assert.ok(valid(back.body), JSON.stringify(valid.errors))
    const { runs, total } = (await call('GET', '/runs')).body
    assert.equal(total, 1)
    assert.deepEqual(runs, [
      {
        id: body.id,
        command: 'compare',
        startedAt: coins.startedAt,
        seed: '42',
        target: coins.target,
        interrupted: false,
        requests: 300,
        load: { concurrency: coins.load.concurrency, everyMs: coins.load.everyMs },
        trouble: [],
        arms: coins.arms.map(({ name, outcomes, upstream }) => ({ name, outcomes, upstream })),
        html: false,
      },
    ])
  })

  it('is listed newest first, as many as asked for, and goes when it is removed', async t => {
    const call = control(await startTestServer(t))
    const ids: string[] = []
    for (const title of ['a', 'b', 'c'])
      ids.push((await call('POST', '/runs', { result: { ...coins, title } })).body.id)
    const listed = async (query = '') =>
      (await call('GET', `/runs${query}`)).body.runs.map((run: { id: string }) => run.id)
    assert.deepEqual(await listed(), ids.toReversed())
    assert.deepEqual(await listed('?limit=2'), ids.slice(1).toReversed())
    assert.equal((await call('DELETE', `/runs/${ids[1]}`)).status, 204)
    assert.equal((await call('DELETE', `/runs/${ids[1]}`)).status, 404)
    assert.equal((await call('GET', `/runs/${ids[1]}`)).status, 404)
    assert.deepEqual(await listed(), [ids[2], ids[0]])
  })

  it('survives a restart of the server', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'runs-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const database = join(folder, 'catalog.sqlite')
    const first = await startServer({ database })
    const { id } = (await control(first)('POST', '/runs', { result: coins, html: '<p>hello</p>' })).body
    await first.close(0)
    const second = await startTestServer(t, { database })
    assert.deepEqual((await control(second)('GET', `/runs/${id}`)).body, coins)
    assert.equal(await (await fetch(`${second.url}/runs/${id}?format=html`)).text(), '<p>hello</p>')
  })
})

describe('an acknowledged run', () => {
  it('is there although the process was killed the moment it was acknowledged', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'runs-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const options = { cwd: folder, args: ['--port', '0', '--db', 'catalog.sqlite'] }
    const first = run(t, options)
    const url = (await first.sees(/is at (http:\S+)/))[1] ?? ''
    const { status, body } = await control({ url })('POST', '/runs', { result: coins })
    first.signal('SIGKILL')
    assert.equal(status, 201)
    await first.ended
    const again = (await run(t, options).sees(/is at (http:\S+)/))[1] ?? ''
    assert.deepEqual((await control({ url: again })('GET', `/runs/${body.id}`)).body, coins)
  })
})

describe('what cannot be kept', () => {
  for (const [what, body, status, pointer] of [
    ['no result', { html: '' }, 422, '/result'],
    ['another schema', { result: { ...coins, schema: 2 } }, 422, '/result/schema'],
    [
      'a count below zero',
      { result: { ...coins, load: { ...coins.load, requests: -1 } } },
      422,
      '/result/load/requests',
    ],
    ['an unknown member beside it', { result: coins, more: 1 }, 422, ''],
    ['a page that is no text', { result: coins, html: 7 }, 422, '/html'],
    ['a list', [coins], 422, ''],
    ['text that is not JSON', '{', 400, undefined],
    ['more than the limit', { result: coins, html: 'x'.repeat(MAX_RUN_BYTES) }, 413, undefined],
  ] as const) {
    it(`${what} is refused with ${status}, and nothing is kept`, async t => {
      const call = control(await startTestServer(t))
      const answer = await call('POST', '/runs', body)
      assert.equal(answer.status, status, JSON.stringify(answer.body))
      assert.equal(answer.headers.get('Content-Type'), 'application/problem+json')
      if (pointer !== undefined) assert.equal(answer.body.errors[0].pointer, pointer)
      assert.deepEqual((await call('GET', '/runs')).body, { runs: [], total: 0 })
    })
  }

  it('a form of another site is refused', async t => {
    const { url } = await startTestServer(t)
    const answer = await fetch(`${url}/runs`, { method: 'POST', body: JSON.stringify({ result: coins }) })
    assert.equal(answer.status, 415)
  })

  it('changes need the token where there is one, reading does not', async t => {
    const call = control(await startTestServer(t, { token: 'secret' }))
    assert.equal((await call('POST', '/runs', { result: coins })).status, 401)
    const authorization = { Authorization: 'Bearer secret' }
    const { id } = (await call('POST', '/runs', { result: coins }, authorization)).body
    assert.equal((await call('GET', `/runs/${id}`)).status, 200)
    assert.equal((await call('DELETE', `/runs/${id}`)).status, 401)
    assert.equal((await call('DELETE', `/runs/${id}`, undefined, authorization)).status, 204)
  })

  for (const path of ['/runs?limit=0', `/runs?limit=${MAX_RUNS + 1}`, '/runs?limit=x', '/runs?limit=1&limit=2']) {
    it(`GET ${path} is a problem that names the parameter`, async t => {
      const { status, body } = await control(await startTestServer(t))('GET', path)
      assert.equal(status, 400)
      assert.equal(body.errors[0].parameter, 'limit')
    })
  }

  it('other formats are the command line’s, and a run without a page says how to get one', async t => {
    const call = control(await startTestServer(t))
    const { id } = (await call('POST', '/runs', { result: coins })).body
    const csv = await call('GET', `/runs/${id}?format=csv`)
    assert.equal(csv.status, 400)
    assert.match(csv.body.detail, /npx chaos report/)
    const html = await call('GET', `/runs/${id}?format=html`)
    assert.equal(html.status, 404)
    assert.match(html.body.detail, new RegExp(`npx chaos report ${id} --format html`))
  })
})

describe('the page of a run', () => {
  const SCRIPT = '<script>document.title="owned"</script><img src=x onerror=alert(1)>'

  it('has no rights whatever was posted: no script, no origin, no load, no form, no frame', async t => {
    const { url } = await startTestServer(t)
    const { id } = (await control({ url })('POST', '/runs', { result: coins, html: SCRIPT })).body
    for (const method of ['GET', 'HEAD']) {
      const { headers, status } = await fetch(`${url}/runs/${id}?format=html`, { method })
      assert.equal(status, 200)
      assert.equal(headers.get('Content-Type'), 'text/html; charset=utf-8')
      assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
      assert.equal(headers.get('X-Frame-Options'), 'DENY')
      const policy = (headers.get('Content-Security-Policy') ?? '').split('; ')
      assert.ok(policy.includes('sandbox') && policy.includes("default-src 'none'"), policy.join())
      assert.ok(!policy.some(rule => /script|allow-|https?:|\*/.test(rule)), policy.join())
    }
  })

  it('posted as title, target and names of arms, markup stays text in the report, and JSON in the JSON', async t => {
    const { url } = await startTestServer(t)
    const arms = outage.arms.map((arm, index) => ({ ...arm, name: `${SCRIPT}${index}` }))
    const result = whole({ ...outage, title: SCRIPT, target: `http://x/"${SCRIPT}`, seed: SCRIPT, arms })
    const html = renderHtml(result)
    assert.doesNotMatch(html, /<script|<img/i)
    assert.match(html, /&lt;script&gt;/)
    const { id } = (await control({ url })('POST', '/runs', { result, html })).body
    for (const path of ['/runs', `/runs/${id}`]) {
      const { headers } = await fetch(url + path)
      assert.equal(headers.get('Content-Type'), 'application/json')
      assert.equal(headers.get('X-Content-Type-Options'), 'nosniff')
    }
  })
})

describe('the store', () => {
  const store = async (draw: () => number, most?: number) =>
    new RunTable(await openDatabase(IN_MEMORY, join(root, 'data', 'products.json')), draw, most)

  it('drops the oldest, and takes another name where one is taken', async () => {
    const numbers = [1, 1, 2, 1, 2, 3, 1, 4]
    const runs = await store(() => numbers.shift() ?? 0, 3)
    const ids = Array.from({ length: 4 }, (_, index) => runs.keep({ ...coins, seed: `${index}` }, null))
    assert.deepEqual(ids, [1, 2, 3, 4].map(runId))
    assert.equal(runs.count(), 3)
    assert.deepEqual(
      JSON.parse(runs.list(10)).map((run: { seed: string }) => run.seed),
      ['3', '2', '1'],
    )
    assert.equal(runs.result(runId(1)), undefined)
  })

  it('says so rather than loop where every name is taken', async () => {
    const runs = await store(() => 7)
    runs.keep(coins, null)
    assert.throws(() => runs.keep(coins, null), /free name/)
  })

  it('gives names of three syllables, one for each 18 bits', () => {
    fc.assert(
      fc.property(fc.nat(2 ** 18 - 1), fc.nat(2 ** 18 - 1), (a, b) => {
        assert.match(runId(a), /^([bdfghjklmnprstvz][aiou]){3}$/)
        assert.equal(runId(a) === runId(b), a === b)
      }),
    )
  })
})
