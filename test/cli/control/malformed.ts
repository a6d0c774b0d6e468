/** Servers that answer what no flaky catalog would: the real documents, broken in one place after the other. */

import assert from 'node:assert/strict'
import { createServer, type IncomingMessage } from 'node:http'
import { it, type TestContext } from 'node:test'
import { draw, streamSeed } from '../../../server/chaos/decision/draw.ts'
import { listen } from '../../support/listen.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'

const STREAM = streamSeed('malformed answers', 'body')
const chance = (round: number, step: number) => draw(STREAM, `${round}`, step)

const ODD: readonly unknown[] = [
  null,
  0,
  -1,
  1e300,
  '',
  'x',
  '\u001b[2J',
  [],
  {},
  [null],
  true,
  [{}],
  ['a', 1],
  { x: null },
]

/** The document with one of its members taken out, or made something else. */
function broken(document: unknown, round: number): unknown {
  const places: { parent: Record<string, unknown>; member: string }[] = []
  const walk = (value: unknown) => {
    if (typeof value !== 'object' || value === null) return
    for (const [member, inner] of Object.entries(value)) {
      places.push({ parent: value as Record<string, unknown>, member })
      walk(inner)
    }
  }
  const copy = { whole: structuredClone(document) }
  walk(copy)
  const place = places[Math.floor(chance(round, 0) * places.length)]
  if (!place) return document
  if (chance(round, 1) < 0.3 && !Array.isArray(place.parent)) delete place.parent[place.member]
  else place.parent[place.member] = ODD[Math.floor(chance(round, 2) * ODD.length)]
  return copy.whole
}

async function bodyOf(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks)
}

/** Hands on what the server answers, but breaks every document of its control plane, or those whose path matches. */
async function breaking(t: TestContext, upstream: string) {
  const state = { round: 0, only: /^/ }
  const proxy = createServer(async (request, response) => {
    const body = await bodyOf(request)
    if (request.url?.startsWith('/chaos/events')) {
      response.writeHead(404).end()
      return
    }
    const { authorization = '', 'content-type': kind = '' } = request.headers
    const names = ['x-chaos-session', 'x-chaos-key', 'x-chaos-attempt', 'x-chaos-origin']
    const headers = Object.fromEntries(
      [
        ...names.map(name => [name, request.headers[name]]),
        ['authorization', authorization],
        ['content-type', kind],
      ].filter(([, value]) => value),
    )
    const answer = await fetch(upstream + request.url, {
      method: request.method ?? 'GET',
      headers: headers as Record<string, string>,
      ...(body.length > 0 ? { body } : {}),
    })
    const text = await answer.text()
    const type = answer.headers.get('content-type') ?? ''
    const control = !request.url?.startsWith('/catalogs') && type.includes('json') && state.only.test(request.url ?? '')
    response.writeHead(answer.status, { 'content-type': type })
    response.end(control ? JSON.stringify(broken(JSON.parse(text), state.round)) : text)
  })
  return { url: await listen(proxy, t), state }
}

const COMMANDS: readonly (readonly [typed: string, only?: RegExp])[] = [
  ['status'],
  ['rate'],
  ['rate 5'],
  ['reset'],
  ['session ls'],
  ['session new'],
  ['scenario ls'],
  ['scenario show blackout', /scenarios/],
  ['scenario show retry-storm', /scenarios\//],
  ['scenario stop'],
  ['runs ls'],
  ['runs show last', /runs/],
  ['diff last last', /runs\//],
  ['burst -n 2 --no-keep'],
  ['burst -n 2', /runs/],
  ['compare -n 2 -c 2 --no-keep', /sessions/],
  ['compare -n 2 -c 2 --no-keep --outage 0s-1ms', /sessions|scenarios/],
  ['compare -n 2 -c 2 --no-keep --scenario blackout', /scenarios\//],
]

/** Declares the tests of the rounds from `first` on and before `end`: each breaks another place, the same ones every time. */
export function malformedAnswers(first: number, end: number): void {
  for (const [typed, only = /^/] of COMMANDS) {
    it(`is no bug of chaos ${typed}`, { timeout: 120_000 }, async t => {
      const server = await startTestServer(t)
      const proxy = await breaking(t, server.url)
      await chaos(['burst', '-n', '3', '-u', server.url])
      proxy.state.only = only
      for (let round = first; round < end; round++) {
        proxy.state.round = round
        const { code, stdout, stderr } = await chaos([...typed.split(' '), '-u', proxy.url])
        assert.doesNotMatch(stderr, /bug|\[object| {4}at /, `${typed}, round ${round}: ${stderr}`)
        assert.ok([0, 2, 3].includes(code), `${typed}, round ${round}: ${code} ${stderr}`)
        // biome-ignore lint/suspicious/noControlCharactersInRegex: what must not reach a terminal
        assert.doesNotMatch(stdout + stderr, /\x1b/, `${typed}, round ${round}`)
        // A session that seems to be another is said in place of the verdict.
        if (code !== 0 && !/deleted or\s+replaced/.test(stdout))
          assert.equal(
            stderr
              .trim()
              .split('\n')
              .filter(line => line.startsWith('chaos: ')).length,
            1,
            stderr,
          )
      }
    })
  }
}
