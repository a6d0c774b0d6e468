/** The real process: what it announces, how it follows its .env file, why it does not start, and how it ends. */

import assert from 'node:assert/strict'
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { connect, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { systemClock } from '../../server/lib/clock.ts'
import type { Lines } from '../../server/lib/log.ts'
import { packageRoot } from '../../server/lib/package-root.ts'
import { serve as inProcess } from '../../server/serve.ts'
import { readJson } from '../support/json.ts'
import { type RunOptions, run } from '../support/process.ts'

const top = mkdtempSync(join(tmpdir(), 'flaky-serve-'))
after(() => rmSync(top, { recursive: true }))

/** A server in an empty folder of its own, on a free port, unless the options say otherwise. */
function serve(test: TestContext, { args = [], ...rest }: Partial<RunOptions> = {}) {
  const cwd = rest.cwd ?? mkdtempSync(join(top, 'cwd-'))
  const file = join(cwd, '.env')
  const server = run(test, { ...rest, cwd, args: ['--port', '0', '--db', 'catalog.sqlite', ...args] })
  const url = async () => (await server.sees(/is at (http:\S+)/))[1] ?? ''
  return { server, file, url }
}

async function failRate(url: string): Promise<number> {
  return (await readJson<{ failRate: number }>(await fetch(`${url}/chaos/fail-rate`))).failRate
}

function setFailRate(url: string, failRate: number): Promise<Response> {
  return fetch(`${url}/chaos/fail-rate`, {
    method: 'PUT',
    body: JSON.stringify({ failRate }),
    headers: { 'Content-Type': 'application/json' },
  })
}

describe('a start', { concurrency: 2 }, () => {
  it('announces the address, the rate, the drawn seed and what to type next', async t => {
    const { server, url } = serve(t, { env: { FAIL_RATE: '30' } })
    const address = await url()
    await server.sees(/npx chaos compare/)
    assert.match(server.stdout, /fail rate {2}30 % \(from the environment\)/)
    assert.match(server.stdout, /seed {7}(\d+) \(drawn now; --seed \1 repeats it\)/)
    assert.match(server.stdout, /catalog {4}20 products in catalog\.sqlite/)
    assert.ok(server.stdout.includes(`curl ${address}/catalogs/155568600`))
    assert.equal(server.stderr, '')
    assert.equal(await failRate(address), 30)
    const { provenance } = await readJson<{ provenance: Record<string, { source: string }> }>(
      await fetch(`${address}/chaos`),
    )
    assert.equal(provenance.failRate?.source, 'env')
    assert.equal(provenance.sampler?.source, 'default')
  })

  it('takes flags before the environment before the file', async t => {
    const cwd = mkdtempSync(join(top, 'cwd-'))
    writeFileSync(join(cwd, '.env'), 'FAIL_RATE=1\nFAIL_SAMPLER=deck\nFAIL_SEED=from file\n')
    const env = { FAIL_RATE: '2', FAIL_SAMPLER: 'bernoulli' }
    const { url } = serve(t, { cwd, env, args: ['--fail-rate', '3'] })
    const { settings } = await readJson<{ settings: Record<string, unknown> }>(await fetch(`${await url()}/chaos`))
    assert.deepEqual([settings.failRate, settings.sampler, settings.seed], [3, 'bernoulli', 'from file'])
  })

  it('prints its help and ends', async t => {
    const { server } = serve(t, { args: ['--help'] })
    assert.equal(await server.ended, 0)
    assert.match(server.stdout, /^Usage: npx chaos serve \[options\]/)
  })

  it('logs a line for each request only when it is asked to', async t => {
    const { server, url } = serve(t, { env: { LOG_LEVEL: 'debug' } })
    const response = await fetch(`${await url()}/catalogs/nothing`)
    const id = response.headers.get('X-Request-Id')
    await server.sees(new RegExp(`"requestId":"${id}","status":404,"msg":"GET /catalogs/nothing"`))
  })

  it('reads a file by another name', async t => {
    const cwd = mkdtempSync(join(top, 'cwd-'))
    writeFileSync(join(cwd, 'lab.env'), 'FAIL_RATE=12.5\n')
    const { url } = serve(t, { cwd, args: ['--dotenv', 'lab.env'] })
    assert.equal(await failRate(await url()), 12.5)
  })
})

describe('an edit of .env', () => {
  it('changes the rate while the server runs, and the log says what, from what to what and from where', async t => {
    const { server, file, url } = serve(t, { env: { FAIL_RATE: '5' } })
    const address = await url()
    writeFileSync(file, 'FAIL_RATE=70\n')
    await server.sees(/failRate 5 -> 70, from \.env/)
    assert.equal(await failRate(address), 70)

    await setFailRate(address, 20)
    await server.sees(/failRate 70 -> 20, from api/)
    writeFileSync(file, 'FAIL_RATE=700\nPORT=1\n')
    await server.sees(/\\"700\\" is not a rate.*it stays 20/)
    await server.sees(/PORT changed in \.env: it takes effect at the next start/)
    assert.equal(await failRate(address), 20)

    writeFileSync(file, '# FAIL_RATE=\n')
    await server.sees(/FAIL_RATE was removed from \.env: it stays 20/)
    writeFileSync(file, 'FAIL_RATE=1\nFAIL_SAMPLER=deck\n')
    await server.sees(/failRate 20 -> 1, from \.env/)
    await server.sees(/sampler \\"bernoulli\\" -> \\"deck\\", from \.env/)
    rmSync(file)
    await server.sees(/FAIL_SAMPLER was removed from \.env: it stays deck/)
    assert.equal(await failRate(address), 1)
  })
})

describe('a start that cannot go on', { concurrency: 2, timeout: 120_000 }, () => {
  /** Runs until the end and checks that it said one sentence for each pattern, and nothing else. */
  async function fails(t: TestContext, code: number, patterns: readonly RegExp[], options: Partial<RunOptions>) {
    const { server } = serve(t, options)
    assert.equal(await server.ended, code, server.stderr)
    const lines = server.stderr.trimEnd().split('\n')
    assert.equal(lines.length, patterns.length, server.stderr)
    patterns.forEach((pattern, i) => {
      assert.match(lines[i] ?? '', pattern)
    })
    assert.equal(server.stdout, '')
  }

  it('says so: an invalid rate', t =>
    fails(t, 2, [/^FAIL_RATE: "lots" is not a rate: write/], { env: { FAIL_RATE: 'lots' } }))

  it('says so: a port that is taken', async t => {
    const taken = createServer().listen(0, '127.0.0.1')
    await new Promise(resolve => taken.once('listening', resolve))
    t.after(() => taken.close())
    const port = String((taken.address() as { port: number }).port)
    await fails(t, 1, [new RegExp(`^Port ${port} on 127.0.0.1 is taken: stop .* --port`)], { args: ['--port', port] })
  })

  it('says so: a database that is none', async t => {
    const cwd = mkdtempSync(join(top, 'cwd-'))
    writeFileSync(join(cwd, 'notes.txt'), 'not a database at all, but long enough to have a header. '.repeat(20))
    const args = ['--db', 'notes.txt']
    await fails(t, 1, [/^notes\.txt is damaged or no SQLite database: move it away/], { cwd, args })
  })

  it('says so: seed data that is broken', async t => {
    const home = mkdtempSync(join(top, 'home-'))
    const root = packageRoot(import.meta.url)
    for (const part of ['server', 'cli', join('data', 'words')])
      cpSync(join(root, part), join(home, part), { recursive: true })
    cpSync(join(root, 'package.json'), join(home, 'package.json'))
    symlinkSync(join(root, 'node_modules'), join(home, 'node_modules'))
    writeFileSync(
      join(home, 'data', 'products.json'),
      '[{"code":"1","brand":"B","description":"D","gtin":"4006381333930"}]',
    )
    await fails(t, 1, [/products\.json is not valid: \/0\/gtin must be a GTIN-13.*: correct it/], {
      script: join(home, 'cli', 'main.ts'),
    })
  })

  it('says so: the native part of better-sqlite3 is missing', async t => {
    const broken = `process.dlopen = () => { throw Object.assign(new Error('no such file'), { code: 'ERR_DLOPEN_FAILED' }) }`
    const node = ['--import', `data:text/javascript,${encodeURIComponent(broken)}`]
    const sentence = /The native part of better-sqlite3 does not load.*: run npm rebuild better-sqlite3 \(npm 12 .*\)$/
    await fails(t, 1, [sentence], { node })
    const demo = run(t, { node, command: 'demo', cwd: tmpdir() })
    assert.equal(await demo.ended, 1)
    assert.doesNotMatch(demo.stderr, /bug/)
    assert.match(demo.stderr.replaceAll(/\s+/g, ' ').trim(), sentence)
  })
})

describe('serve, which both commands share,', () => {
  for (const [what, code, patterns, args, env] of [
    ['an invalid flag value', 2, [/^--fail-rate: "-3" is not a rate: write/], ['--fail-rate=-3'], {}],
    [
      'three problems at once',
      2,
      [/^FAIL_RATE: /, /^FAIL_SAMPLER: /, /^LOG_LEVEL: /],
      [],
      { FAIL_RATE: 'x', FAIL_SAMPLER: 'y', LOG_LEVEL: 'z' },
    ],
    ['an unknown flag', 2, [/unknown option '--fail'.*--help lists the flags$/], ['--fail', '3'], {}],
    ['a file of variables that is not there', 2, [/^none\.env is not there/], ['--dotenv', 'none.env'], {}],
    ['a file of variables that is a folder', 2, [/ cannot be read \(EISDIR\): correct/], ['--dotenv', tmpdir()], {}],
    ['a database in no folder', 1, [/none\/x\.sqlite cannot be opened .*--db/], ['--db', 'none/x.sqlite'], {}],
    ['a foreign address', 1, [/^192\.0\.2\.1 is no address of this machine: choose/], ['--host', '192.0.2.1'], {}],
  ] as const) {
    it(`says why it cannot: ${what}`, async () => {
      const said = { stdout: '', stderr: '' }
      const lines = (name: 'stdout' | 'stderr'): Lines => ({
        isTTY: false,
        write: text => {
          said[name] += text
        },
      })
      const promise = inProcess({
        args: ['--port', '0', '--db', ':memory:', ...args],
        name: 'chaos serve',
        env,
        stdout: lines('stdout'),
        stderr: lines('stderr'),
        clock: systemClock,
        draw: () => '1',
        interrupted: AbortSignal.abort('SIGTERM'),
      })
      assert.equal(await promise, code, said.stderr)
      const sentences = said.stderr.trimEnd().split('\n')
      assert.equal(sentences.length, patterns.length, said.stderr)
      patterns.forEach((pattern, i) => {
        assert.match(sentences[i] ?? '', pattern)
      })
      assert.equal(said.stdout, '')
    })
  }
})

describe('the end', { concurrency: 2 }, () => {
  for (const signal of ['SIGINT', 'SIGTERM'] as const) {
    it(`by ${signal} lets what has begun finish, closes the database and is 0`, async t => {
      const { server, url } = serve(t)
      const address = await url()
      await fetch(`${address}/chaos`, {
        method: 'PATCH',
        body: '{"latency":{"distribution":"fixed","delay":"20s"}}',
        headers: { 'Content-Type': 'application/merge-patch+json' },
      })
      const slow = fetch(`${address}/catalogs/155568600`)
      const inFlight = async () =>
        (await readJson<{ inFlight: number }>(await fetch(`${address}/chaos/stats`))).inFlight
      while ((await inFlight()) === 0);
      server.signal(signal)
      const response = await slow
      assert.equal(response.status, 200)
      assert.match(await response.text(), /155568600/)
      assert.equal(await server.ended, 0)
      assert.match(server.stderr, new RegExp(`${signal}: finishing what has begun`))
    })
  }

  it('after an error that nobody caught is orderly too, logged, and 1', async t => {
    const bug = `process.on('SIGUSR2', () => void Promise.reject(new Error('a bug of mine')))`
    const { server, url } = serve(t, { node: ['--import', `data:text/javascript,${encodeURIComponent(bug)}`] })
    await url()
    server.signal('SIGUSR2')
    assert.equal(await server.ended, 1)
    assert.match(server.stderr, /"level":60.*a bug of mine.*an error that nobody caught ends the server/)
    assert.match(server.stderr, /closed/)
  })

  it('is at once after a second signal, whatever is still open', async t => {
    const { server, url } = serve(t)
    const { hostname, port } = new URL(await url())
    const socket = connect(Number(port), hostname)
    t.after(() => socket.destroy())
    socket.on('error', () => {})
    await new Promise<void>(resolve => socket.write('GET / HTTP/1.1\r\nHost: half a request', () => resolve()))
    await fetch(await url())
    server.signal('SIGTERM')
    await server.sees(/SIGTERM: finishing/)
    server.signal('SIGINT')
    assert.equal(await server.ended, 130)
  })
})
