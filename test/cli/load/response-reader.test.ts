/** Answers as bytes: read alike however they are cut, like another client reads them, and refused where they are malformed. */

import assert from 'node:assert/strict'
import { type AddressInfo, createServer, type Socket } from 'node:net'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { Client } from 'undici'
import { ResponseReader } from '../../../cli/load/response-reader.ts'

interface Read {
  /** Null where it is malformed. */
  readonly over: boolean | null
  readonly status: number
  readonly contentType: string
  readonly body: string
  readonly keepsAlive: boolean
  /** Whether a polite end of the connection ends it. */
  readonly ends: boolean
}

/** Reads `text` in pieces of these lengths in turns, out of memory that is used again for each. */
function read(text: string, lengths: readonly number[] = [], answersHead = false): Read {
  const body: string[] = []
  let contentType = ''
  const reader = new ResponseReader({
    onHead: head => {
      contentType = head.contentType
    },
    onBody: bytes => void body.push(bytes.toString('latin1')),
  })
  const memory = Buffer.alloc(65_536)
  reader.begin(answersHead)
  let over: boolean | null = false
  for (let at = 0, turn = 0; at < text.length && over === false; turn++) {
    const length = lengths.length === 0 ? text.length : (lengths[turn % lengths.length] ?? 1)
    const written = memory.fill(0xff).write(text.slice(at, at + length), 'latin1')
    over = reader.read(memory, written)
    at += written
  }
  const { status, keepsAlive } = reader
  return { over, status, contentType, body: body.join(''), keepsAlive, ends: reader.end() }
}

const OK = 'HTTP/1.1 200 OK\r\n'

describe('an answer', () => {
  for (const [what, text, expected] of [
    ['of a known length', `${OK}content-length: 3\r\n\r\nabc`, { over: true, body: 'abc', keepsAlive: true }],
    ['without a body', `${OK}Content-Length:0\r\n\r\n`, { over: true, body: '', keepsAlive: true }],
    ['without a reason', 'HTTP/1.1 204\r\n\r\n', { over: true, status: 204 }],
    ['up to the end of the connection', `${OK}\r\nabc`, { over: false, body: 'abc', keepsAlive: false, ends: true }],
    ['that is cut', `${OK}content-length: 4\r\n\r\nabc`, { over: false, ends: false }],
    ['that closes', `${OK}connection: x, Close\r\ncontent-length: 0\r\n\r\n`, { over: true, keepsAlive: false }],
    [
      'that closes, and says elsewhere that it stays',
      `${OK}connection: close\r\nconnection: keep-alive\r\ncontent-length: 0\r\n\r\n`,
      { over: true, keepsAlive: false },
    ],
    [
      'with a word that only ends like another',
      `${OK}connection: not-close\r\ncontent-length: 0\r\n\r\n`,
      { over: true, keepsAlive: true },
    ],
    ['of HTTP/1.0', 'HTTP/1.0 200 OK\r\ncontent-length: 0\r\n\r\n', { over: true, keepsAlive: false }],
    [
      'of HTTP/1.0 that stays',
      'HTTP/1.0 200 OK\r\nconnection: Keep-Alive\r\ncontent-length: 0\r\n\r\n',
      { over: true, keepsAlive: true },
    ],
    [
      'in chunks',
      `${OK}transfer-encoding: chunked\r\n\r\n3;x="y"\r\nabc\r\nA\r\n0123456789\r\n0\r\n\r\n`,
      { over: true, body: 'abc0123456789', keepsAlive: true },
    ],
    [
      'in chunks of padded lengths',
      `${OK}transfer-encoding: chunked\r\n\r\n0000000000000001\r\na\r\n0000000000000000\r\n\r\n`,
      { over: true, body: 'a', keepsAlive: true },
    ],
    [
      'in codings on several lines',
      `${OK}transfer-encoding: gzip\r\ntransfer-encoding: chunked\r\ntransfer-encoding:\r\n\r\n1\r\na\r\n0\r\n\r\n`,
      { over: true, body: 'a', keepsAlive: true },
    ],
    [
      'whose last coding is not chunked',
      `${OK}transfer-encoding: chunked\r\ntransfer-encoding: gzip\r\n\r\nab`,
      { over: false, body: 'ab', keepsAlive: false, ends: true },
    ],
    ['after empty lines', `\r\n\r\n${OK}content-length: 1\r\n\r\na`, { over: true, body: 'a', keepsAlive: true }],
    [
      'with a head of nearly 16 KiB',
      `${OK}a: ${'b'.repeat(16_000)}\r\ncontent-length: 1\r\n\r\na`,
      { over: true, body: 'a', keepsAlive: true },
    ],
    [
      'with trailers',
      `${OK}Transfer-Encoding: gzip, Chunked\r\n\r\n1\r\na\r\n0\r\nx: y\r\n\r\n`,
      { over: true, body: 'a', keepsAlive: true },
    ],
    [
      'after interim ones',
      `HTTP/1.1 103 Hints\r\nlink: <x>\r\n\r\n${OK}content-length: 1\r\n\r\na`,
      { over: true, body: 'a' },
    ],
    ['and more than that', `${OK}content-length: 1\r\n\r\na${OK}`, { over: true, body: 'a', keepsAlive: false }],
    [
      'with blanks around a value',
      `${OK}content-type:\t text/x \t\r\ncontent-length: 0\r\n\r\n`,
      { contentType: 'text/x' },
    ],
  ] as const) {
    it(what, () => {
      const whole = read(text)
      assert.deepEqual({ ...whole, ...expected }, whole)
      for (const length of [1, 2, 7])
        assert.deepEqual({ ...read(text, [length]), keepsAlive: 0 }, { ...whole, keepsAlive: 0 })
    })
  }

  for (const [what, text] of [
    ['no HTTP', 'SSH-2.0'],
    ['another version', 'HTTP/2.0 200 OK\r\n\r\n'],
    ['another digit of the version', 'HTTP/1.2 200 OK\r\n\r\n'],
    ['a status of two digits', 'HTTP/1.1 20 OK\r\n\r\n'],
    ['a status of four digits', 'HTTP/1.1 2000 OK\r\n\r\n'],
    ['a status below 100', 'HTTP/1.1 099 OK\r\n\r\n'],
    ['another protocol', 'HTTP/1.1 101 Switching\r\nupgrade: x\r\n\r\n'],
    ['a lone LF', 'HTTP/1.1 200 OK\n\n'],
    ['a lone CR', `${OK}a: b\rc\r\n\r\n`],
    ['a name with a blank', `${OK}content-length : 0\r\n\r\n`],
    ['a line without a colon', `${OK}content-length\r\n\r\n`],
    ['a line without a name', `${OK}: x\r\n\r\n`],
    ['a folded line', `${OK}a: b\r\n c\r\n\r\n`],
    ['a zero byte', `${OK}a: \0\r\n\r\n`],
    ['a length that is no number', `${OK}content-length: 1x\r\n\r\na`],
    ['an empty length', `${OK}content-length:\r\n\r\na`],
    ['a negative length', `${OK}content-length: -1\r\n\r\na`],
    ['two lengths', `${OK}content-length: 1\r\ncontent-length: 1\r\n\r\na`],
    ['a length and chunks', `${OK}content-length: 1\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n`],
    ['a chunk without a length', `${OK}transfer-encoding: chunked\r\n\r\n\r\n`],
    ['a chunk that goes on', `${OK}transfer-encoding: chunked\r\n\r\n1\r\nabc\r\n`],
    ['a head above 16 KiB', `${OK}a: ${'b'.repeat(17_000)}\r\ncontent-length: 0\r\n\r\n`],
    ['a head that does not end', `${OK}${'a: b\r\n'.repeat(4_000)}`],
  ] as const) {
    it(`with ${what} is malformed`, () => {
      for (const lengths of [[], [1], [5]]) assert.equal(read(text, lengths).over, null)
    })
  }

  it('to HEAD has no body, whatever its length', () => {
    assert.deepEqual(read(`${OK}content-length: 9\r\n\r\n`, [], true).over, true)
  })

  it('keeps nothing of the one before', () => {
    const heads: unknown[] = []
    const reader = new ResponseReader({
      onHead: ({ status, contentType, encoded, location, retryAfter, date }) =>
        void heads.push([status, contentType, encoded, location, retryAfter, date]),
      onBody: () => {},
    })
    for (const head of [
      'HTTP/1.1 503 x\r\ncontent-type: a/b\r\ncontent-encoding: br\r\nlocation: /x\r\nretry-after: 2\r\ndate: now\r\nkeep-alive: timeout=7\r\n',
      OK,
      'HTTP/1.1 200 OK\r\nlocation: /unread\r\ndate: unread\r\n',
    ]) {
      const bytes = Buffer.from(`${head}content-length: 0\r\n\r\n`)
      reader.begin(false)
      assert.equal(reader.read(bytes, bytes.length), true)
      heads.push(reader.keptSeconds)
    }
    const none = [200, '', false, '', undefined, undefined]
    assert.deepEqual(heads, [[503, 'a/b', true, '/x', '2', 'now'], 7, none, -1, none, -1])
  })
})

/** An answer as some server could write it. */
const answers = fc
  .record({
    status: fc.constantFrom(200, 201, 204, 301, 304, 404, 429, 500, 503),
    reason: fc.constantFrom('', ' ', ' OK', ' Not  Really'),
    interim: fc.constantFrom('', 'HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n'),
    headers: fc.array(
      fc.constantFrom('x-a: b', 'Date: now', 'CONNECTION: keep-alive', 'x-empty:', 'Keep-Alive: timeout=5'),
    ),
    type: fc.constantFrom('', 'Content-Type: text/plain\r\n', 'content-TYPE:application/json\r\n'),
    body: fc.string({ unit: fc.constantFrom('a', '{', '\r', '\n', '0', 'é'), maxLength: 60 }),
    framing: fc.constantFrom('length', 'chunks', 'end'),
    chunk: fc.integer({ min: 1, max: 20 }),
  })
  .map(({ status, reason, interim, headers, type, body, framing, chunk }) => {
    const bodiless = status === 204 || status === 304
    const head = `${interim}HTTP/1.1 ${status}${reason}\r\n${headers.map(line => `${line}\r\n`).join('')}${type}`
    if (bodiless) return `${head}\r\n`
    if (framing === 'length') return `${head}Content-Length: ${body.length}\r\n\r\n${body}`
    if (framing === 'end') return `${head}connection: close\r\n\r\n${body}`
    const chunks = body.match(new RegExp(`[^]{1,${chunk}}`, 'g')) ?? []
    const lines = chunks.map(part => `${part.length.toString(16)}\r\n${part}\r\n`)
    return `${head}transfer-encoding: chunked\r\n\r\n${lines.join('')}0\r\n\r\n`
  })

describe('answers of all kinds', () => {
  it('are read alike however they are cut', () => {
    fc.assert(
      fc.property(answers, fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1 }), (text, lengths) => {
        assert.deepEqual(read(text, lengths), read(text))
      }),
      { numRuns: 500 },
    )
  })

  it('and what is no answer, too, so far as it is read', () => {
    const broken = fc
      .tuple(answers, fc.nat(), fc.constantFrom('', '\0', '\r', '\n', ' ', ':', 'x', '9'))
      .map(([text, at, put]) => {
        const place = at % (text.length + 1)
        return text.slice(0, place) + put + text.slice(place + 1)
      })
    fc.assert(
      fc.property(broken, fc.integer({ min: 1, max: 30 }), (text, length) => {
        const [whole, cut] = [read(text), read(text, [length])]
        // What is malformed far behind is found sooner where it all comes at once; nothing else may differ.
        assert.deepEqual([cut.over, cut.status], [whole.over, whole.status])
      }),
      { numRuns: 1_000 },
    )
  })

  it('are read as undici reads them', async t => {
    let text = ''
    const sockets = new Set<Socket>()
    const server = createServer(socket => {
      sockets.add(socket)
      socket
        .on('error', () => {})
        .on('data', () => {
          socket.write(text, 'latin1')
          if (text.includes('connection: close')) socket.end()
        })
    })
    await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
    const client = new Client(`http://127.0.0.1:${(server.address() as AddressInfo).port}`)
    t.after(async () => {
      await client.destroy()
      for (const socket of sockets) socket.destroy()
      server.close()
    })
    await fc.assert(
      fc.asyncProperty(answers, async answer => {
        text = answer
        const { statusCode, headers, body } = await client.request({ path: '/', method: 'GET' })
        const bytes = Buffer.from(await body.arrayBuffer()).toString('latin1')
        const ours = read(answer)
        assert.deepEqual(
          [ours.status, ours.contentType, ours.body, ours.over || ours.ends],
          [statusCode, headers['content-type'] ?? '', bytes, true],
        )
      }),
      { numRuns: 200 },
    )
  })
})
