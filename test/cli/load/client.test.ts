/** The client against real sockets that do everything wrong. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import { createServer as createHttp, type IncomingMessage, type ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import { type AddressInfo, createServer as createTcp, type Server, type Socket } from 'node:net'
import { after, describe, it } from 'node:test'
import { type ConnectionOptions, connect as connectTls } from 'node:tls'
import { gzipSync } from 'node:zlib'
import { isLoopback } from '../../../cli/address.ts'
import { type ClientOptions, openClient } from '../../../cli/load/client.ts'
import type { Connector } from '../../../cli/load/connect.ts'
import { Recorder } from '../../../cli/load/recorder.ts'
import { catalogTarget, type RequestParts, reachableAddress, urlTarget } from '../../../cli/load/target.ts'
import { verdictOf } from '../../../cli/policy/answers.ts'
import type { Answer, Send } from '../../../cli/policy/send.ts'
import { systemClock } from '../../../server/lib/clock.ts'

const closing: (() => void)[] = []
after(() => {
  for (const close of closing) close()
})

async function listen(server: Server): Promise<URL> {
  const sockets = new Set<Socket>()
  server.on('connection', socket => {
    sockets.add(socket)
    socket.on('error', () => {})
    socket.on('close', () => sockets.delete(socket))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  closing.push(() => {
    server.close()
    for (const socket of sockets) socket.destroy()
  })
  return new URL(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
}

const http = (handle: (request: IncomingMessage, response: ServerResponse) => void) => listen(createHttp(handle))
/** Answers every first piece of a request with raw bytes and then, or not, ends. */
const raw = (text: string | Buffer, end: 'keep' | 'end' | 'reset' = 'end') =>
  listen(
    createTcp(socket => {
      socket.once('data', () => {
        if (text !== '') socket.write(text)
        if (end === 'end') socket.end()
        if (end === 'reset') setImmediate(() => socket.resetAndDestroy())
      })
    }),
  )

function client(url: URL, options: Partial<ClientOptions> = {}) {
  const counted = { calls: 0, wasted: 0 }
  const meter = { called: () => void counted.calls++, wasted: () => void counted.wasted++ }
  const target = catalogTarget(url)
  const opened = openClient({
    target,
    connections: 4,
    keepsBodies: false,
    meter,
    clock: systemClock,
    wallMs: () => 0,
    ...options,
  })
  closing.push(() => void opened.close())
  return { ...opened, counted }
}

const ask = (send: Send, index = 0, code = 'x') =>
  new Promise<Answer>(resolve => send({ index, key: `k-${index}`, attempt: 0, code }, resolve))

const JSON_HEAD = 'HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n'

describe('the client', () => {
  it('sends session, key and attempt, and takes a product for a success', async () => {
    let seen: IncomingMessage | undefined
    const url = await http((request, response) => {
      seen = request
      response.setHeader('content-type', 'application/json; charset=utf-8').end('{"code":"x"}')
    })
    const { send, counted } = client(url, { session: 'lab', keepsBodies: true })
    const answer = await ask(send, 7, 'a b')
    assert.deepEqual([answer.outcome, answer.status, answer.failure], ['success', 200, null])
    assert.equal(Buffer.from(answer.body ?? []).toString(), '{"code":"x"}')
    assert.equal(seen?.url, '/catalogs/a%20b')
    assert.deepEqual(
      ['x-chaos-session', 'x-chaos-key', 'x-chaos-attempt'].map(name => seen?.headers[name]),
      ['lab', 'k-7', undefined],
    )
    await new Promise(resolve => send({ index: 7, key: 'k-7', attempt: 2, code: 'x' }, resolve))
    assert.equal(seen?.headers['x-chaos-attempt'], '2')
    assert.deepEqual(counted, { calls: 2, wasted: 0 })
  })

  it('takes an unknown product for a success, and reads how long an error asks to wait', async () => {
    const url = await http((request, response) => {
      response.statusCode = request.url?.endsWith('busy') ? 503 : 404
      response.setHeader('content-type', 'application/problem+json').setHeader('retry-after', '2').end('{"status":1}')
    })
    const { send } = client(url)
    assert.equal((await ask(send, 0, 'gone')).outcome, 'success')
    const { outcome, failure, status, retryAfterMs } = await ask(send, 1, 'busy')
    assert.deepEqual([outcome, failure, status, retryAfterMs], ['failed', 'status', 503, 2_000])
  })

  for (const [what, text, end, failure] of [
    ['a reset', '', 'reset', 'reset'],
    ['an end without an answer', '', 'end', 'reset'],
    ['what is no HTTP', 'hello there\r\n\r\n', 'end', 'parse'],
    ['a body that is cut', `${JSON_HEAD}content-length: 99\r\n\r\n{"a":`, 'end', 'truncated'],
    ['a body that is cut by a reset', `${JSON_HEAD}content-length: 99\r\n\r\n{"a":`, 'reset', 'truncated'],
    ['a chunked body that is cut', `${JSON_HEAD}transfer-encoding: chunked\r\n\r\n4\r\n{"a"`, 'end', 'truncated'],
    [
      'a cut body before a close',
      `${JSON_HEAD}connection: close\r\ntransfer-encoding: chunked\r\n\r\n4\r\n{"a"`,
      'end',
      'truncated',
    ],
    ['malformed JSON of the right length', `${JSON_HEAD}content-length: 5\r\n\r\n{"a":`, 'keep', 'parse'],
    [
      'a page instead of a product',
      'HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p/>',
      'keep',
      'parse',
    ],
    ['no type at all', 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\n{}', 'keep', 'parse'],
  ] as const) {
    it(`calls ${what} ${failure}`, async () => {
      const { send, counted } = client(await raw(text, end))
      const answer = await ask(send)
      assert.deepEqual([answer.outcome, answer.failure], ['failed', failure])
      assert.deepEqual(counted, { calls: 1, wasted: 1 })
    })
  }

  /** A target that is no catalog. */
  const any = (url: URL, parts: RequestParts = {}) => ({ target: { ...urlTarget(url, parts), address: '127.0.0.1' } })
  const ANSWERS: readonly (readonly [what: string, head: string, body: string | Buffer, failure: string | null])[] = [
    ['204 of JSON without a body', '204 No Content\r\ncontent-type: application/json', '', null],
    ['304 without a body', '304 Not Modified\r\ncontent-type: application/json', '', null],
    ['an empty body', '200 OK\r\ncontent-type: application/json\r\ncontent-length: 0', '', null],
    ['a JSON sequence', '200 OK\r\ncontent-type: application/json-seq\r\ncontent-length: 6', '\x1e{}\x1e{}', null],
    ['lines of JSON', '200 OK\r\ncontent-type: application/x-ndjson\r\ncontent-length: 5', '{}\n{}', null],
    ['JSON with a byte order mark', '200 OK\r\ncontent-type: application/json\r\ncontent-length: 5', '\ufeff{}', null],
    ['JSON in UTF-16', '200 OK\r\ncontent-type: application/json; charset=utf-16\r\ncontent-length: 4', '{\0}\0', null],
    [
      'JSON of a vendor that is cut',
      '200 OK\r\ncontent-type: application/hal+json;charset="UTF-8"\r\ncontent-length: 1',
      '{',
      'parse',
    ],
    [
      'compressed JSON',
      '200 OK\r\ncontent-type: application/json\r\ncontent-encoding: gzip\r\ncontent-length: 22',
      gzipSync('{}'),
      null,
    ],
    [
      'JSON with the encoding that is none',
      '200 OK\r\ncontent-type: application/json\r\ncontent-encoding: Identity\r\ncontent-length: 1',
      '{',
      'parse',
    ],
  ]
  for (const [what, head, body, failure] of ANSWERS) {
    it(`calls ${what} ${failure ?? 'a success'}`, async () => {
      const bytes = Buffer.concat([Buffer.from(`HTTP/1.1 ${head}\r\n\r\n`), Buffer.from(body)])
      const url = await raw(bytes, 'keep')
      assert.equal((await ask(client(url, any(url)).send)).failure, failure)
    })
  }

  it('expects no body of an answer to HEAD', async () => {
    const url = await http((_, response) => response.setHeader('content-type', 'application/json').end('{"code":"x"}'))
    for (const target of [any(url, { method: 'HEAD' }).target, catalogTarget(url, { method: 'HEAD' })]) {
      assert.equal((await ask(client(url, { target }).send)).failure, null)
    }
  })

  it('calls a redirect a failure of the request, and says where it leads; it is an answer where it is allowed', async () => {
    for (const status of [301, 302, 303, 307, 308]) {
      const url = await http((_, response) => response.writeHead(status, { location: '/elsewhere?secret=1' }).end())
      const recorder = new Recorder('none', 10, systemClock)
      const answer = await ask(client(url, { ...any(url), meter: recorder }).send)
      assert.deepEqual([answer.outcome, answer.failure, answer.status], ['failed', 'redirect', status])
      assert.equal(verdictOf(answer), 'ignore')
      recorder.settle(0, 0, answer)
      const { redirect, upstream, statuses } = recorder.measured()
      assert.deepEqual([redirect, upstream, statuses], ['/elsewhere', { calls: 1, wasted: 1 }, { [status]: 1 }])
      const allowed = client(url, any(url, { allowsRedirects: true }))
      assert.equal((await ask(allowed.send)).outcome, 'success')
    }
  })

  const OK = `${JSON_HEAD}content-length: 2\r\n\r\n{}`
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n'
  for (const [what, pieces] of [
    ['a 100 Continue that nobody asked for', [CONTINUE + OK]],
    ['one with headers', [`HTTP/1.1 100 Go on\r\nserver: x\r\n\r\n${OK}`]],
    ['several', [CONTINUE + CONTINUE + OK]],
    ['one that comes before the answer', [CONTINUE, OK]],
    ['one in pieces', ['HTTP/1', '.1 100 Conti', 'nue\r\n\r', `\n${OK}`]],
    ['early hints', [`HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n${OK}`]],
    ['processing', [`HTTP/1.1 102 Processing\r\n\r\n${OK}`]],
    ['an answer in pieces', ['H', 'TTP/1.1 2', OK.slice(10)]],
  ] as const) {
    it(`reads past ${what}`, async () => {
      const url = await listen(
        createTcp(socket => {
          socket.setNoDelay(true).on('data', async () => {
            for (const piece of pieces) {
              socket.write(piece)
              await new Promise(resolve => setTimeout(resolve, 5))
            }
          })
        }),
      )
      const { send, counted } = client(url, { connections: 1 })
      assert.equal((await ask(send, 0)).outcome, 'success')
      assert.equal((await ask(send, 1)).outcome, 'success')
      assert.deepEqual(counted, { calls: 2, wasted: 0 })
    })
  }

  it('leaves alone a body that looks like the head of an answer', async () => {
    const head = `HTTP/1.1 200 OK\r\ncontent-type: text/plain\r\ncontent-length: ${CONTINUE.length + 1}\r\n\r\n`
    const url = await listen(
      createTcp(socket => {
        socket.setNoDelay(true).on('data', () => {
          socket.write(`${head}>`)
          setTimeout(() => socket.write(CONTINUE), 5)
        })
      }),
    )
    const { body } = await ask(client(url, { ...any(url), keepsBodies: true }).send)
    assert.equal(Buffer.from(body ?? []).toString(), `>${CONTINUE}`)
  })

  it('accepts a page from a target that promised no JSON', async () => {
    const url = await raw('HTTP/1.1 200 OK\r\ncontent-type: text/html\r\ncontent-length: 4\r\n\r\n<p/>', 'keep')
    const { send } = client(url, { target: { ...catalogTarget(url), expectsJson: false } })
    assert.equal((await ask(send)).outcome, 'success')
  })

  it('notices a body that goes bad after a good one', async () => {
    let answers = 0
    const url = await http((_, response) => {
      response.setHeader('content-type', 'application/json').end(answers++ === 1 ? '{"a":1]' : '{"a":1}')
    })
    const { send } = client(url)
    const outcomes = [await ask(send), await ask(send), await ask(send)].map(answer => answer.failure)
    assert.deepEqual(outcomes, [null, 'parse', null])
  })

  it('reads a body that comes in pieces', async () => {
    const url = await http((_, response) => {
      response.setHeader('content-type', 'application/json')
      response.write('{"a":')
      setTimeout(() => response.end('1}'), 5)
    })
    assert.equal((await ask(client(url, { keepsBodies: true }).send)).outcome, 'success')
  })

  it('calls a closed port refused and an unknown name dns', async () => {
    const server = createTcp()
    const url = await listen(server)
    await new Promise(resolve => server.close(resolve))
    const { send, counted } = client(url)
    assert.equal((await ask(send)).failure, 'refused')
    assert.deepEqual(counted, { calls: 1, wasted: 1 })
    assert.equal((await ask(client(new URL('http://nowhere.invalid')).send)).failure, 'dns')
  })

  it('gives up on headers and on bodies that do not come, each with its own limit', async () => {
    const silent = client(await raw('', 'keep'), { headersTimeoutMs: 100 })
    assert.equal((await ask(silent.send)).failure, 'timeout')
    const stalled = client(await raw(`${JSON_HEAD}content-length: 9\r\n\r\n{`, 'keep'), { bodyTimeoutMs: 100 })
    assert.equal((await ask(stalled.send)).failure, 'timeout')
  })

  it('keeps to its connections, loses nothing and answers in order of arrival', async () => {
    let open = 0
    let most = 0
    const url = await http((_, response) => {
      most = Math.max(most, ++open)
      setTimeout(() => {
        open--
        response.setHeader('content-type', 'application/json').end('{}')
      }, 2)
    })
    const { send, counted } = client(url)
    const answers = await Promise.all(Array.from({ length: 50 }, (_, index) => ask(send, index)))
    assert.ok(answers.every(answer => answer.outcome === 'success'))
    assert.equal(most, 4)
    assert.equal(counted.calls, 50)
  })

  it('opens a new connection for each call when it is told to', async () => {
    const server = createHttp((_, response) => response.setHeader('content-type', 'application/json').end('{}'))
    let connections = 0
    server.on('connection', () => connections++)
    const { send } = client(await listen(server), { fresh: true })
    for (let index = 0; index < 5; index++) assert.equal((await ask(send, index)).outcome, 'success')
    assert.equal(connections, 5)
  })

  it('opens another connection where the server closes it after its answer, or would have closed it by now', async () => {
    const endings = { close: 'connection: close\r\n', early: 'keep-alive: timeout=1\r\n' }
    for (const [ending, header] of Object.entries(endings)) {
      let connections = 0
      const url = await listen(
        createTcp(socket => {
          connections++
          socket.on('data', () => socket.write(`${JSON_HEAD}${header}content-length: 2\r\n\r\n{}`))
        }),
      )
      const { send, counted } = client(url, { connections: 1 })
      const answers = await Promise.all([0, 1, 2].map(index => ask(send, index)))
      assert.deepEqual([ending, ...answers.map(answer => answer.failure)], [ending, null, null, null])
      assert.deepEqual([ending, connections, counted.calls], [ending, 3, 3])
    }
  })

  it('opens another where the server closes each after its answer without saying so', async () => {
    let connections = 0
    const url = await listen(
      createTcp(socket => {
        connections++
        socket.once('data', () => socket.end(`${JSON_HEAD}content-length: 2\r\n\r\n{}`))
      }),
    )
    const { send } = client(url, { connections: 1 })
    for (let index = 0; index < 20; index++) assert.equal((await ask(send, index)).failure, null)
    assert.equal(connections, 20)
  })

  it('sends a large body whole with each request', async () => {
    const seen: boolean[] = []
    const body = randomBytes(3_000_000)
    const url = await http(async (request, response) => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      seen.push(Buffer.concat(pieces).equals(body))
      response.setHeader('content-type', 'application/json').end('{}')
    })
    const { send } = client(url, { target: urlTarget(url, { method: 'POST', body }), connections: 2 })
    await Promise.all([0, 1, 2, 3, 4].map(index => ask(send, index)))
    assert.deepEqual(seen, Array(5).fill(true))
  })

  it('asks for the certificate of the host that the requests name', async () => {
    const names: unknown[] = []
    const connector: Connector = ({ hostname, servername }, callback) => {
      names.push([hostname, servername])
      callback(new Error('enough'), null)
    }
    for (const [url, headers] of [
      ['https://localhost:1', []],
      ['https://127.0.0.1:1', ['Host', 'api.example:8443']],
      ['https://[::1]:1', []],
    ] as const)
      await ask(client(new URL(url), { target: urlTarget(new URL(url), { headers }), connector }).send)
    assert.deepEqual(names, [
      ['localhost', 'localhost'],
      ['127.0.0.1', 'api.example'],
      ['::1', '::1'],
    ])
  })

  it('does not take what nobody asked for as the answer to the next call', async () => {
    let requests = 0
    const answer = (text: string) => `${JSON_HEAD}content-length: ${text.length}\r\n\r\n${text}`
    const url = await listen(
      createTcp(socket => {
        socket.on('data', () =>
          socket.write(requests++ === 0 ? answer('{}') + answer('{"stale":1}') : answer('{"own":1}')),
        )
      }),
    )
    const { send } = client(url, { connections: 1, keepsBodies: true })
    const bodies = [await ask(send, 0), await ask(send, 1)].map(({ body }) => Buffer.from(body ?? []).toString())
    assert.deepEqual(bodies, ['{}', '{"own":1}'])
  })

  it('goes to another connection where the answer came before all of the request was read', async () => {
    let connections = 0
    const url = await listen(
      createTcp(socket => {
        connections++
        socket.once('data', () => {
          socket.pause().write(`${JSON_HEAD}content-length: 2\r\n\r\n{}`)
        })
      }),
    )
    const target = { ...catalogTarget(url, { method: 'POST', body: 'x'.repeat(16_000_000) }), address: '127.0.0.1' }
    const { send } = client(url, { target, connections: 1 })
    assert.deepEqual([(await ask(send, 0)).failure, (await ask(send, 1)).failure, connections], [null, null, 2])
  })

  it('sends a body byte by byte as it is, with its length, and the host once', async () => {
    const seen: string[] = []
    const url = await http(async (request, response) => {
      const pieces: Buffer[] = []
      for await (const piece of request) pieces.push(piece as Buffer)
      const { host, connection, 'content-length': length } = request.headers
      seen.push(`${request.method} ${host} ${connection} ${length} ${Buffer.concat(pieces).toString()}`)
      response.setHeader('content-type', 'application/json').end('{}')
    })
    for (const [parts, fresh] of [
      [{ method: 'POST', body: 'é€' }, false],
      [{ method: 'POST', headers: ['Host', 'elsewhere'] }, true],
      [{ method: 'DELETE' }, false],
      [{}, false],
    ] as const)
      await ask(client(url, { target: urlTarget(url, parts), fresh }).send)
    assert.deepEqual(seen, [
      `POST ${url.host} keep-alive 5 é€`,
      'POST elsewhere close 0 ',
      `DELETE ${url.host} keep-alive 0 `,
      `GET ${url.host} keep-alive undefined `,
    ])
  })

  const openssl = spawnSync('openssl', ['version']).status === 0
  it('asks over TLS, and trusts nobody without a certificate', {
    skip: openssl ? false : 'no openssl here',
  }, async () => {
    const made = spawnSync('openssl', [
      ...['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', '-subj', '/CN=localhost'],
      ...['-keyout', '-', '-out', '-'],
    ]).stdout.toString()
    const handle = (_: unknown, response: ServerResponse) =>
      void response.setHeader('content-type', 'application/json').end('{}')
    const { port } = await listen(createHttps({ key: made, cert: made }, handle))
    const url = new URL(`https://localhost:${port}`)
    const target = { ...catalogTarget(url), address: '127.0.0.1' }
    assert.equal((await ask(client(url, { target }).send)).failure, 'other')
    const connector: Connector = ({ hostname, port, onread }, callback) => {
      const socket = connectTls({
        host: '127.0.0.1',
        servername: hostname,
        port,
        ca: made,
        onread,
      } as ConnectionOptions)
      socket.once('secureConnect', () => callback(null, socket))
    }
    const { send } = client(url, { target, connector })
    assert.deepEqual(
      (await Promise.all([0, 1, 2, 3, 4, 5].map(index => ask(send, index)))).map(answer => answer.outcome),
      Array(6).fill('success'),
    )
  })

  it('goes on after every connection was broken', async () => {
    let requests = 0
    const url = await http((request, response) => {
      if (requests++ % 2 === 0) request.socket.resetAndDestroy()
      else response.setHeader('content-type', 'application/json').end('{}')
    })
    const { send, counted } = client(url)
    const answers = await Promise.all(Array.from({ length: 200 }, (_, index) => ask(send, index)))
    assert.equal(requests, 200)
    assert.deepEqual(counted, { calls: 200, wasted: answers.filter(answer => answer.failure === 'reset').length })
    assert.equal(counted.wasted, 100)
  })
})

describe('cancelling', () => {
  it('ends a call under way at once, breaks its connection, and goes on with the next', async () => {
    let requests = 0
    const url = await http((_, response) => {
      if (requests++ > 0) response.setHeader('content-type', 'application/json').end('{}')
    })
    const { send, counted } = client(url, { connections: 1 })
    const answers: Answer[] = []
    const cancel = send({ index: 0, key: 'k-0', attempt: 0, code: 'x' }, answer => answers.push(answer))
    const second = ask(send, 1)
    while (requests === 0) await new Promise(resolve => setTimeout(resolve, 1))
    cancel()
    cancel()
    assert.deepEqual(
      answers.map(answer => answer.failure),
      ['aborted'],
    )
    assert.equal((await second).outcome, 'success')
    assert.deepEqual(counted, { calls: 2, wasted: 1 })
  })

  it('of a call that still waits for a connection makes no call', async () => {
    const url = await raw('', 'keep')
    const { send, counted, close } = client(url, { connections: 1 })
    const first = ask(send, 0)
    const answers: Answer[] = []
    const cancel = send({ index: 1, key: 'k-1', attempt: 0, code: 'x' }, answer => answers.push(answer))
    while (counted.calls === 0) await new Promise(resolve => setTimeout(resolve, 1))
    cancel()
    assert.equal(answers[0]?.failure, 'aborted')
    await close()
    assert.equal((await first).failure, 'aborted')
    assert.deepEqual(counted, { calls: 1, wasted: 1 })
  })
})

describe('targets', () => {
  it('finds the address that listens among those of a name', async () => {
    const url = await http((_, response) => response.end())
    assert.equal(await reachableAddress(url, ['::1', '127.0.0.1']), '127.0.0.1')
  })

  it('says who asks as HTTP does, and keeps a password out of every address', () => {
    const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`
    for (const [typed, sent] of [
      ['http://ana:s%40crete@h:1/x', ['authorization', basic('ana:s@crete')]],
      ['http://ana@h:1/{code}', ['authorization', basic('ana:')]],
      ['http://:pw@h:1/x', ['authorization', basic(':pw')]],
      ['http://h:1/x', []],
    ] as const) {
      const { headers, url, origin } = urlTarget(new URL(typed))
      assert.deepEqual([headers, origin], [sent, 'http://h:1'])
      assert.ok(!/@|ana|pw/.test(url), url)
    }
    const own = ['Authorization', 'Bearer x']
    assert.deepEqual(urlTarget(new URL('http://a:b@h/'), { headers: own }).headers, own)
  })

  it('sends no fragment', () => {
    assert.equal(urlTarget(new URL('http://h/{code}?a=1#part')).path('c'), '/c?a=1')
    assert.equal(urlTarget(new URL('http://h/x#{code}')).path('c'), '/x')
    assert.equal(urlTarget(new URL('http://h/x?q={code}#y')).path('c'), '/x?q=c')
  })

  it('keeps a prefix of the base', () => {
    assert.equal(catalogTarget(new URL('http://h:1/api/')).path('c'), '/api/catalogs/c')
    assert.equal(catalogTarget(new URL('http://h:1')).path('c'), '/catalogs/c')
  })

  for (const [name, loopback] of [
    ['localhost', true],
    ['127.0.0.1', true],
    ['127.8.8.8', true],
    ['[::1]', true],
    ['example.com', false],
    ['10.0.0.1', false],
    ['127.0.0.1.example.com', false],
  ] as const) {
    it(`${name} is ${loopback ? '' : 'not '}this machine`, () => assert.equal(isLoopback(name), loopback))
  }
})
