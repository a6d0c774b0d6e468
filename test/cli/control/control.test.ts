/** The control plane of servers that may be anybody's: who is told the token, what their words may do, and what they cannot be. */

import assert from 'node:assert/strict'
import { createServer, type IncomingHttpHeaders } from 'node:http'
import { describe, it, type TestContext } from 'node:test'
import { Control } from '../../../cli/control/control.ts'
import { openEventStream } from '../../../cli/control/event-stream.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { listen } from '../../support/listen.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

interface Answer {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: string
}

/** A server that answers everything alike, and notes what it was told. */
async function stranger(t: TestContext, { status = 200, headers = {}, body }: Answer) {
  const told: IncomingHttpHeaders[] = []
  const server = createServer((request, response) => {
    told.push(request.headers)
    response.writeHead(status, { 'Content-Type': 'application/json', ...headers }).end(body)
  })
  return { url: await listen(server, t), told }
}

const SHORT = ['-n', '2', '-c', '2']
const COMMANDS = [
  ['burst', ...SHORT],
  ['compare', ...SHORT],
  ['rate'],
  ['rate', '5'],
  ['reset'],
  ['status'],
  ['scenario', 'ls'],
  ['scenario', 'run', 'x'],
  ['scenario', 'stop'],
  ['runs', 'ls'],
] as const

const LOCKED = { 'Content-Type': 'application/problem+json', 'WWW-Authenticate': 'Bearer' }
const words = (detail: string) => JSON.stringify({ type: 'about:blank', title: 'Unauthorized', status: 401, detail })

describe('the token', () => {
  for (const [what, answer] of [
    ['answers anything', { body: 'hello' }],
    ['answers JSON', { body: '{"name":"other","failRate":1}' }],
    ['knows no such path', { status: 404, body: '{}' }],
    [
      'wants another kind of key',
      { status: 401, headers: { ...LOCKED, 'WWW-Authenticate': 'Basic' }, body: words('CHAOS_TOKEN') },
    ],
    ['wants a key in its own words', { status: 401, headers: LOCKED, body: words('Log in') }],
    [
      'wants a key as text',
      { status: 401, headers: { ...LOCKED, 'Content-Type': 'text/plain' }, body: words('CHAOS_TOKEN') },
    ],
    ['redirects', { status: 307, headers: { Location: 'http://127.0.0.1:9/chaos' }, body: '' }],
  ] as const) {
    it(`goes to no server that ${what}`, async t => {
      const { url, told } = await stranger(t, answer)
      for (const typed of [...COMMANDS, ['burst', `${url}/any/path`, ...SHORT]]) {
        const before = told.length
        await chaos([...typed, '-u', url], { env: { CHAOS_TOKEN: 'secret' } })
        assert.ok(told.length > before, typed.join(' '))
      }
      assert.deepEqual(
        told.filter(headers => JSON.stringify(headers).includes('secret')),
        [],
      )
    })
  }

  for (const host of ['127.0.0.1', '127.0.0.2', '0.0.0.0']) {
    it(`goes to a locked catalog at ${host}`, async t => {
      const server = await startTestServer(t, { host, token: 'secret' }).catch(() => null)
      if (!server) return t.skip('this machine has no such address')
      const at = ['-u', server.url]
      const refused = await chaos(['rate', '5', ...at])
      assert.equal(refused.code, 2)
      assert.match(refused.stderr, /locked.*CHAOS_TOKEN/)
      const env = { CHAOS_TOKEN: 'secret' }
      assert.equal((await chaos(['rate', '5', ...at], { env })).stdout, '5 %\n')
      assert.equal((await chaos(['rate', ...at], { env })).stdout, '5 %\n')
      assert.equal((await chaos(['status', ...at], { env })).code, 0)
      const wrong = await chaos(['rate', '7', ...at], { env: { CHAOS_TOKEN: 'other' } })
      assert.equal(wrong.code, 2)
      assert.match(wrong.stderr, /CHAOS_TOKEN/)
    })
  }

  it('is said to be missing, or another one, by every command that needs it', async t => {
    const server = await startTestServer(t, { host: '0.0.0.0', token: 'of-the-host' })
    const firing = [
      ['burst', ...SHORT, '--fail-rate', '30'],
      ['compare', ...SHORT, '--outage', '0s-1s'],
      ['compare', ...SHORT, '--scenario', 'blackout'],
    ]
    const asking = COMMANDS.filter(([name]) => name !== 'burst' && name !== 'compare')
    for (const typed of [...firing, ...asking]) {
      for (const [env, how] of [
        [{}, /takes it from CHAOS_TOKEN/],
        [{ CHAOS_TOKEN: 'of-another' }, /the CHAOS_TOKEN of the command line is another one/],
      ] as const) {
        const { code, stderr } = await chaos([...typed, '-u', server.url], { env })
        assert.equal(code, 2, typed.join(' '))
        assert.match(stderr, /^chaos: This server is locked: send Authorization: Bearer/, typed.join(' '))
        assert.match(stderr, how)
      }
    }
    const plain = await chaos(['burst', ...SHORT, '--no-keep', '-u', server.url])
    assert.equal(plain.code, 0)
    assert.match(plain.stderr, /^chaos: This server is locked.*CHAOS_TOKEN.*: only its catalog is used meanwhile\n$/)
  })

  it('is told a server that became a catalog after it was first asked', async t => {
    let body = '{}'
    const told: (string | undefined)[] = []
    const server = createServer((request, response) => {
      told.push(request.headers.authorization)
      response.writeHead(200, { 'Content-Type': 'application/json' }).end(body)
    })
    const control = new Control({ url: new URL(await listen(server, t)), token: 'secret' })
    assert.equal(await control.hello(), null)
    body = '{"name":"flaky-catalog","failRate":3}'
    assert.equal(await control.failRate(), 3)
    assert.equal(await control.in('lab').failRate(), 3)
    // Recognised once, and not asked again from another session.
    assert.deepEqual(told, [undefined, undefined, undefined, 'Bearer secret', 'Bearer secret'])
  })
})

const EVIL = 'a\u001b]0;owned\u0007\u001b[2J\u009b31m\u0000\r\u202e\u2066b'
const COMMANDING = /[\p{Cc}\u202a-\u202e\u2066-\u2069]/u

describe('the words of a server', () => {
  const whole = {
    name: 'flaky-catalog',
    version: EVIL,
    session: EVIL,
    clockMs: 0,
    arrivals: 0,
    settings: { failRate: 1, [EVIL]: EVIL },
    provenance: { failRate: { source: EVIL, at: EVIL } },
    requests: 0,
    inFlight: 0,
    outcomes: { [EVIL]: 1 },
    faults: { [EVIL]: 1 },
    failRate: 1,
    scenarios: [{ name: EVIL, title: EVIL, about: EVIL, lastsMs: 1 }],
    runs: [{ id: EVIL, scenario: EVIL, session: EVIL, atMs: 0, lastsMs: 1 }],
  }
  const problem = JSON.stringify({ title: EVIL, detail: EVIL })
  for (const [status, body] of [
    [200, JSON.stringify(whole)],
    ...[400, 401, 403, 404, 409, 422, 500, 503].map(status => [status, problem] as const),
  ] as const) {
    it(`command no terminal with ${status}`, async t => {
      const { url } = await stranger(t, { status, headers: status === 401 ? LOCKED : {}, body })
      let seen = 0
      for (const typed of COMMANDS) {
        const { stdout, stderr } = await chaos([...typed, '-u', url])
        const text = (stdout + stderr).replaceAll('\n', '')
        assert.doesNotMatch(text, COMMANDING, typed.join(' '))
        if (text.includes('owned')) seen++
      }
      assert.ok(seen > 0)
    })
  }

  it('command none as events either', async t => {
    const server = createServer((_request, response) => {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' })
      response.write(`event: sample\ndata: ${JSON.stringify({ [EVIL]: [EVIL] })}\n\n`)
    })
    const url = new URL(await listen(server, t))
    const data = await new Promise(resolve => {
      const parts = {
        url,
        session: 'default',
        token: undefined,
        clock: systemClock,
        onOpen: () => {},
        onDown: () => {},
      }
      const close = openEventStream({ ...parts, onEvent: (_name, data) => resolve(data) })
      t.after(close)
    })
    const [[name = '', values] = []] = Object.entries(data as Record<string, string[]>)
    for (const text of [name, values?.[0] ?? '']) {
      assert.match(text, /owned/)
      assert.doesNotMatch(text, COMMANDING)
    }
  })
})

describe('a server that is no flaky catalog', () => {
  for (const [what, body] of [
    ['an empty document', '{}'],
    ['null', 'null'],
    ['text', 'hello'],
    ['a rate in words', '{"failRate":"all of it","scenarios":1,"runs":null}'],
    ['levels without end', `${'['.repeat(100_000)}${']'.repeat(100_000)}`],
    ['megabytes', JSON.stringify('x'.repeat(9_000_000))],
  ] as const) {
    it(`is said to be none when it answers ${what}`, async t => {
      const { url } = await stranger(t, { body })
      for (const typed of [
        ['rate'],
        ['rate', '5'],
        ['reset'],
        ['status'],
        ['scenario', 'ls'],
        ['scenario', 'show', 'x'],
        ['scenario', 'stop'],
      ]) {
        const { code, stdout, stderr } = await chaos([...typed, '-u', url])
        assert.deepEqual([code, stdout], [3, ''], stderr)
        assert.match(
          stderr,
          /^chaos: \S+ answers, but it is not a flaky catalog: |^chaos: cannot reach \S+ \(it answers without an end\)/,
        )
      }
    })
  }
})
