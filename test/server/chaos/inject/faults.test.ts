/** Every kind of fault as clients meet it: fetch, http.get, and a bare socket that hides nothing. */

import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { control } from '../../../support/control.ts'
import { httpGet, rawGet } from '../../../support/raw.ts'
import { startTestServer } from '../../../support/server.ts'

const server = await startTestServer({ after })
const call = control(server)
const PATH = '/catalogs/155568600'
const URL = server.url + PATH
const WHOLE = await (await fetch(URL)).text()

/** Every request fails in this way from now on. */
function always(fault: object): void {
  server.chaos.change({ failRate: 100, faults: [fault] }, 'api')
}

/** The error of a fetch, at the headers or at the body. */
async function fetchError(): Promise<string> {
  try {
    const answer = await fetch(URL)
    await answer.text()
    return `status ${answer.status}`
  } catch (error) {
    const cause = (error as Error & { cause?: { code?: string; name?: string } }).cause
    return cause?.code ?? cause?.name ?? (error as Error).message
  }
}

const body = (bytes: Buffer) => bytes.toString('latin1').split('\r\n\r\n').slice(1).join('\r\n\r\n')
const head = (bytes: Buffer) => bytes.toString('latin1').split('\r\n\r\n')[0] ?? ''

suite('status', () => {
  test('a plain 500 by default, marked with rate and draw', async () => {
    always({ kind: 'status' })
    const answer = await fetch(URL)
    assert.equal(answer.status, 500)
    assert.match(answer.headers.get('X-Chaos-Fault') ?? '', /^status; rate=100; draw=0\.\d\d$/)
    assert.match(answer.headers.get('Content-Type') ?? '', /^application\/problem\+json/)
    assert.equal(((await answer.json()) as { status: number }).status, 500)
  })

  for (const status of [400, 404, 418, 429, 500, 503, 599]) {
    test(`${status} with fetch, http.get and a socket`, async () => {
      always({ kind: 'status', status, retryAfter: '1500ms' })
      const answer = await fetch(URL)
      assert.equal(answer.status, status)
      assert.equal(answer.headers.get('Retry-After'), '2')
      assert.equal((await httpGet(URL)).status, status)
      const wire = await rawGet(server.port, PATH)
      assert.ok(wire.bytes.toString('latin1').startsWith(`HTTP/1.1 ${status} `))
      assert.equal(wire.end, 'end')
    })
  }

  test('Retry-After as a date', async () => {
    always({ kind: 'status', status: 503, retryAfter: '90s', retryAfterAs: 'date' })
    const answer = await fetch(URL)
    const wait = Date.parse(answer.headers.get('Retry-After') ?? '') - Date.now()
    assert.ok(wait > 80_000 && wait < 100_000, `${wait} ms`)
  })
})

suite('reset', () => {
  test('is ECONNRESET for everybody, without a byte', async () => {
    always({ kind: 'reset' })
    assert.equal(await fetchError(), 'ECONNRESET')
    assert.equal((await httpGet(URL)).error, 'ECONNRESET')
    const wire = await rawGet(server.port, PATH)
    assert.equal(wire.end, 'ECONNRESET')
    assert.equal(wire.bytes.length, 0)
  })
})

suite('empty', () => {
  test('is an end without a byte', async () => {
    always({ kind: 'empty' })
    assert.equal(await fetchError(), 'UND_ERR_SOCKET')
    assert.equal((await httpGet(URL)).message, 'socket hang up')
    const wire = await rawGet(server.port, PATH)
    assert.equal(wire.end, 'end')
    assert.equal(wire.bytes.length, 0)
  })
})

suite('hang', () => {
  test('is silence, then an end', async () => {
    always({ kind: 'hang', for: '200ms' })
    assert.equal(await fetchError(), 'UND_ERR_SOCKET')
    assert.equal((await httpGet(URL)).message, 'socket hang up')
    const wire = await rawGet(server.port, PATH)
    assert.deepEqual([wire.end, wire.bytes.length], ['end', 0])
    assert.ok(wire.ms >= 195, `${wire.ms} ms`)
  })
})

suite('stall', () => {
  test('sends the headers of the real answer, then nothing', async () => {
    always({ kind: 'stall', for: '200ms' })
    const answer = await fetch(URL)
    assert.equal(answer.status, 200)
    assert.equal(answer.headers.get('Content-Length'), String(Buffer.byteLength(WHOLE)))
    await assert.rejects(answer.text())
    const got = await httpGet(URL)
    assert.deepEqual([got.status, got.body, got.complete], [200, '', false])
    const wire = await rawGet(server.port, PATH)
    assert.deepEqual([body(wire.bytes), wire.end], ['', 'end'])
    assert.ok(head(wire.bytes).startsWith('HTTP/1.1 200 '))
    assert.ok(wire.ms >= 195, `${wire.ms} ms`)
  })
})

suite('truncate', () => {
  test('ends the connection in the middle of the body', async () => {
    always({ kind: 'truncate', afterBytes: 40 })
    assert.equal(await fetchError(), 'UND_ERR_SOCKET')
    const got = await httpGet(URL)
    assert.deepEqual([got.status, got.body, got.complete, got.error], [200, WHOLE.slice(0, 40), false, 'ECONNRESET'])
    const wire = await rawGet(server.port, PATH)
    assert.equal(Buffer.byteLength(body(wire.bytes), 'latin1'), 40)
    assert.match(head(wire.bytes), new RegExp(`Content-Length: ${Buffer.byteLength(WHOLE)}`))
  })

  test('cuts even where the body is shorter than it was told to let through', async () => {
    always({ kind: 'truncate', afterBytes: 1_000_000 })
    assert.equal(body((await rawGet(server.port, PATH)).bytes).length, Buffer.byteLength(WHOLE) - 1)
  })

  test('spoils what fails by itself too', async () => {
    always({ kind: 'truncate', afterBytes: 10 })
    const wire = await rawGet(server.port, '/catalogs/unknown')
    assert.match(head(wire.bytes), /^HTTP\/1\.1 404 /)
    assert.equal(body(wire.bytes).length, 10)
  })
})

suite('malformed', () => {
  test('is complete and of the right length, and no JSON', async () => {
    always({ kind: 'malformed' })
    for (let i = 0; i < 20; i += 1) {
      const answer = await fetch(URL, { headers: { 'X-Chaos-Key': `m-${i}` } })
      const text = await answer.text()
      assert.equal(answer.status, 200)
      assert.equal(answer.headers.get('Content-Length'), String(Buffer.byteLength(text)))
      assert.ok(text.length > 0 && WHOLE.startsWith(text) && text !== WHOLE)
      assert.throws(() => JSON.parse(text))
    }
    const got = await httpGet(URL)
    assert.ok(got.complete)
    assert.throws(() => JSON.parse(got.body))
    const wire = await rawGet(server.port, PATH)
    assert.equal(body(wire.bytes).length, Number(/Content-Length: (\d+)/.exec(head(wire.bytes))?.[1]))
    assert.throws(() => JSON.parse(body(wire.bytes)))
  })
})

suite('garbage', () => {
  test('is no HTTP', async () => {
    always({ kind: 'garbage' })
    // The fetch of Node.js 24 names the parser's error and leaves out its code.
    assert.match(await fetchError(), /^(HPE_|HTTPParserError$)/)
    assert.match((await httpGet(URL)).error ?? '', /^HPE_/)
    const wire = await rawGet(server.port, PATH)
    assert.equal(wire.bytes.length, 64)
    assert.ok((wire.bytes[0] ?? 0) >= 0x80)
  })
})

suite('drip', () => {
  test('is the right body, in pieces', async () => {
    always({ kind: 'drip', over: '200ms' })
    assert.equal(await (await fetch(URL)).text(), WHOLE)
    const got = await httpGet(URL)
    assert.deepEqual([got.body, got.complete], [WHOLE, true])
    const wire = await rawGet(server.port, PATH)
    assert.equal(Buffer.from(body(wire.bytes), 'latin1').toString(), WHOLE)
    assert.ok(wire.pieces > 3, `${wire.pieces} pieces`)
    assert.ok(wire.ms >= 190, `${wire.ms} ms`)
  })
})

suite('wrong-type', () => {
  test('is an HTML page with status 200', async () => {
    always({ kind: 'wrong-type' })
    const answer = await fetch(URL)
    assert.equal(answer.status, 200)
    assert.match(answer.headers.get('Content-Type') ?? '', /^text\/html/)
    assert.match(await answer.text(), /^<!doctype html>/)
    assert.match((await httpGet(URL)).headers['content-type'] ?? '', /^text\/html/)
    assert.match(head((await rawGet(server.port, PATH)).bytes), /^HTTP\/1\.1 200 /)
  })
})

suite('rate-limit', () => {
  test('lets the burst pass, then answers 429 with Retry-After and the RateLimit headers, and counts the impolite', async () => {
    server.chaos.control.reset(server.chaos.control.sessions.first)
    always({ kind: 'rate-limit', limit: 2, per: '60s' })
    const passed = await fetch(URL)
    assert.equal(passed.status, 200)
    assert.equal(passed.headers.get('RateLimit-Policy'), '"default";q=2;w=60')
    assert.equal(passed.headers.get('RateLimit'), '"default";r=1;t=0')
    const last = await httpGet(URL)
    assert.equal(last.status, 200)
    assert.match(String(last.headers.ratelimit), /^"default";r=0;t=(29|30)$/)
    const refused = await fetch(URL)
    assert.equal(refused.status, 429)
    const wait = Number(refused.headers.get('Retry-After'))
    assert.ok(wait >= 28 && wait <= 30, `${wait} s`)
    assert.match(refused.headers.get('RateLimit') ?? '', /^"default";r=0;t=(28|29|30)$/)
    assert.equal(refused.headers.get('RateLimit'), `"default";r=0;t=${wait}`)
    assert.match(head((await rawGet(server.port, PATH)).bytes), /^HTTP\/1\.1 429 /)
    const { body: stats } = await call('GET', '/chaos/stats')
    assert.equal(stats.impolite, 1)
    assert.deepEqual(stats.faults, { 'rate-limit': 2 })
    assert.deepEqual([stats.outcomes.success, stats.outcomes.injected], [2, 2])
  })
})

suite('HEAD', () => {
  for (const kind of ['truncate', 'malformed', 'stall', 'drip']) {
    test(`${kind} has no body to spoil: nothing is answered`, async () => {
      always({ kind })
      await assert.rejects(fetch(URL, { method: 'HEAD' }))
    })
  }
})

test('keep-alive connections survive faults that answer', async () => {
  always({ kind: 'status' })
  for (let i = 0; i < 5; i += 1) assert.equal((await fetch(URL)).status, 500)
  server.chaos.change({ failRate: 0 }, 'api')
  assert.equal(await (await fetch(URL)).text(), WHOLE)
})
