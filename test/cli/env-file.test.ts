/** The `.env` of the working directory: what it says to the command line, and who is told which token. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { createServer } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, describe, it, type TestContext } from 'node:test'
import { tokenFor } from '../../cli/control/control.ts'
import { withEnvFile } from '../../cli/env-file.ts'
import { listen } from '../support/listen.ts'
import { run } from '../support/process.ts'
import { moduleFile } from '../support/project.ts'
import { startTestServer } from '../support/server.ts'

const top = mkdtempSync(join(tmpdir(), 'chaos-env-'))
after(() => rmSync(top, { recursive: true }))

function newFile(text: string | Buffer): string {
  const path = join(mkdtempSync(join(top, 'cwd-')), '.env')
  writeFileSync(path, text)
  return path
}

async function read(text: string, env: Record<string, string> = {}) {
  const warnings: string[] = []
  const io = await withEnvFile(newFile(text), env, sentence => warnings.push(sentence.replace(/^.*\.env/, '.env')))
  return { io, warnings }
}

/** A catalog, as far as the command line can tell, that notes the tokens that it is sent. */
async function listener(t: TestContext) {
  const told: string[] = []
  const server = createServer((request, response) => {
    if (request.headers.authorization !== undefined) told.push(request.headers.authorization)
    response.writeHead(200, { 'Content-Type': 'application/json' })
    response.end(JSON.stringify({ name: 'flaky-catalog', failRate: 12 }))
  })
  return { url: await listen(server, t), told }
}

describe('the .env of the command line', () => {
  it('says the address and the session where the environment does not', async () => {
    const text = 'CHAOS_URL=http://a.test\nCHAOS_SESSION=ana\n'
    const { CHAOS_URL, CHAOS_SESSION } = (await read(text)).io.env
    assert.deepEqual([CHAOS_URL, CHAOS_SESSION], ['http://a.test', 'ana'])
    const { io } = await read(text, { CHAOS_URL: 'http://b.test', CHAOS_SESSION: 'bo' })
    assert.deepEqual([io.env.CHAOS_URL, io.env.CHAOS_SESSION], ['http://b.test', 'bo'])
    assert.equal(io.envFile?.url, undefined)
  })

  it('is as good as none where it is a copy of .env.example, or not there', async () => {
    const { io, warnings } = await read('CHAOS_URL=http://127.0.0.1:8000\nCHAOS_SESSION=default\nCHAOS_TOKEN=\n')
    assert.deepEqual([io.env.CHAOS_URL, io.env.CHAOS_SESSION, io.envFile?.url], [undefined, undefined, undefined])
    assert.deepEqual(warnings, [])
    assert.deepEqual(await withEnvFile(join(top, 'none'), { A: '1' }, assert.fail), { env: { A: '1' } })
  })

  it('is left alone where it is a folder', async () => {
    const folder = join(mkdtempSync(join(top, 'cwd-')), '.env')
    mkdirSync(folder)
    assert.deepEqual(await withEnvFile(folder, {}, assert.fail), { env: {} })
  })

  it('is said to be wrong only where it may have been meant for the command line', async () => {
    const { warnings } = await read('nonsense\nPORTT=1\nCHAOS_URL http://a.test\nCHAOS_SESION=ana\n')
    assert.deepEqual(warnings, [
      '.env, line 3, is no assignment: write CHAOS_URL=value, or # before a comment',
      '.env, line 4, names no variable: write CHAOS_SESSION if that is meant by CHAOS_SESION',
    ])
  })
})

describe('tokenFor', () => {
  const own = { CHAOS_TOKEN: 'of-the-environment' }
  for (const [what, env, file, url, expected] of [
    ['the usual server', own, '', 'http://127.0.0.1:8000', 'of-the-environment'],
    ['an address that was typed', own, '', 'http://a.test', 'of-the-environment'],
    ['an address that .env names', own, 'CHAOS_URL=http://a.test', 'http://a.test', undefined],
    ['one that it names without http://', own, 'CHAOS_URL=a.test:80/x', 'http://a.test', undefined],
    ['one that it names on this machine', own, 'CHAOS_URL=localhost:9000', 'http://localhost:9000', undefined],
    ['another than it names', own, 'CHAOS_URL=http://a.test', 'http://b.test', 'of-the-environment'],
    [
      'one with a token of its own',
      own,
      'CHAOS_URL=http://a.test\nCHAOS_TOKEN=of-the-file',
      'http://a.test',
      'of-the-file',
    ],
    [
      'one that the environment names too',
      { ...own, CHAOS_URL: 'http://a.test' },
      'CHAOS_URL=http://a.test',
      'http://a.test',
      'of-the-environment',
    ],
    [
      'this machine, from the file of its server',
      {},
      'CHAOS_TOKEN=of-the-file',
      'http://127.0.0.1:8000',
      'of-the-file',
    ],
    ['another machine than the file names', {}, 'CHAOS_TOKEN=of-the-file', 'http://b.test', undefined],
  ] as const) {
    it(`for ${what}`, async () => {
      const { io } = await read(file, env)
      assert.equal(tokenFor(io, new URL(url)), expected)
    })
  }

  for (const token of ['two words', 'señal-secreta', 'tab\tin-it', 'x'.repeat(300), 'emoji-😀😀']) {
    it(`refuses what cannot be sent: ${JSON.stringify(token.slice(0, 20))}`, () => {
      assert.throws(() => tokenFor({ env: { CHAOS_TOKEN: token } }, new URL('http://127.0.0.1:8000')), {
        name: 'UserError',
        message: /^CHAOS_TOKEN has /,
        exitCode: 2,
      })
    })
  }
})

describe('the process', { timeout: 60_000 }, () => {
  const script = moduleFile('cli/main')

  it('follows a .env that PowerShell wrote, and tells its server no token of the environment', async t => {
    const { url, told } = await listener(t)
    const cwd = join(newFile(Buffer.from(`\uFEFFCHAOS_URL=${url}\r\n`, 'utf16le')), '..')
    const env = { CHAOS_TOKEN: 'of-the-environment' }
    const chaos = run(t, { script, cwd, env, command: 'rate' })
    assert.equal(await chaos.ended, 0, chaos.stderr)
    assert.equal(chaos.stdout, '12 %\n')
    assert.deepEqual(told, [])
    const typed = run(t, { script, cwd, env: { ...env, CHAOS_URL: url }, command: 'rate' })
    assert.equal(await typed.ended, 0, typed.stderr)
    assert.deepEqual(told, ['Bearer of-the-environment'])
  })

  it('says how to get in where the token of the environment is held back', async t => {
    const server = await startTestServer(t, { host: '0.0.0.0', token: 'of-the-environment' })
    const cwd = join(newFile(`CHAOS_URL=${server.url}\n`), '..')
    const chaos = run(t, { script, cwd, env: { CHAOS_TOKEN: 'of-the-environment' }, command: 'rate', args: ['5'] })
    assert.equal(await chaos.ended, 2)
    assert.match(
      chaos.stderr.replaceAll('\n', ' '),
      /locked.*goes to no address that \.env names: write the token into \.env/,
    )
    writeFileSync(join(cwd, '.env'), `CHAOS_URL=${server.url}\nCHAOS_TOKEN=of-the-environment\n`)
    const again = run(t, { script, cwd, command: 'rate', args: ['5'] })
    assert.equal(await again.ended, 0, again.stderr)
  })
})
