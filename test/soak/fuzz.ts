/** Fires generated requests at a server, from a seed, and says what came back that must not. */

import { connect } from 'node:net'
import { Agent, request } from 'undici'
import { settingsSchema } from '../../server/chaos/settings/schema.ts'
import type { RunningServer } from '../../server/server.ts'

export interface FuzzFigures {
  readonly requests: number
  readonly statuses: Readonly<Record<string, number>>
  /** 5xx without the mark of an injected fault, each with its request. */
  readonly bugs: readonly string[]
  /** Calls of the control plane that were not answered in time. */
  readonly hangs: readonly string[]
  /** Sessions whose settings were not valid when they were looked at. */
  readonly invalid: readonly string[]
  /** Times that the settings of every session were looked at. */
  readonly looks: number
}

/** The control plane must answer within it, in milliseconds, also on a busy machine. */
const PATIENCE_MS = 10_000
/** A faulted request may hang as long as it was told to: the client does not wait for that. */
const BRIEF_MS = 150
const LOOK_EVERY = 500
/** Generated settings may be slow: it is cleared that often. */
const CLEAR_EVERY = 40

/** Mulberry32: 32 bits of state, a number from 0 to 1 each time. */
export function dice(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}

export async function fuzz(server: RunningServer, { seed = 1, requests = 2_000, lanes = 16 }): Promise<FuzzFigures> {
  const statuses: Record<string, number> = {}
  const bugs: string[] = []
  const hangs: string[] = []
  const invalid: string[] = []
  let looks = 0
  const agent = new Agent({ connections: lanes * 2, pipelining: 1 })
  const random = dice(seed)
  let left = requests

  const look = () => {
    looks += 1
    for (const session of server.chaos.control.sessions.list()) {
      const { success, error } = settingsSchema.safeParse(session.layers.effective())
      if (!success) invalid.push(`${session.id}: ${error.message}`)
    }
  }
  const fire = async (): Promise<void> => {
    while (left > 0) {
      left -= 1
      if (left % CLEAR_EVERY === 0) server.chaos.control.reset(server.chaos.control.sessions.first)
      if (left % LOOK_EVERY === 0) look()
      if (random() < PIPELINE_SHARE) {
        const count = 1 + Math.floor(random() * MAX_PIPELINE)
        left -= count - 1
        await pipeline(server.port, random, count)
        statuses.pipelined = (statuses.pipelined ?? 0) + count
        continue
      }
      const shot = aim(random)
      const data = shot.path.startsWith('/catalogs')
      const words = `${shot.method} ${shot.path} ${shot.body ?? ''}`.slice(0, 400)
      const wait = data ? BRIEF_MS : PATIENCE_MS
      try {
        const answer = await request(server.url + shot.path, {
          dispatcher: agent,
          method: shot.method as 'GET',
          headers: shot.headers,
          body: shot.body,
          headersTimeout: wait,
          bodyTimeout: wait,
        })
        const { statusCode } = answer
        statuses[statusCode] = (statuses[statusCode] ?? 0) + 1
        if (statusCode >= 500 && answer.headers['x-chaos-fault'] === undefined) bugs.push(`${statusCode} ${words}`)
        if (shot.path.startsWith('/chaos/events')) answer.body.on('error', () => {}).destroy()
        else await answer.body.dump()
      } catch (error) {
        const { code = 'error' } = error as { code?: string }
        statuses[code] = (statuses[code] ?? 0) + 1
        if (!data && /TIMEOUT|SOCKET|RESET/.test(code)) hangs.push(`${code} ${words}`)
      }
    }
  }
  await Promise.all(Array.from({ length: lanes }, fire))
  look()
  await agent.destroy()
  return { requests, statuses, bugs, hangs, invalid, looks }
}

/** Some of the shots are pipelines of so many requests at the most. */
const PIPELINE_SHARE = 0.03
const MAX_PIPELINE = 12
const KINDS = ['none', 'status', 'reset', 'empty', 'hang', 'truncate', 'drip', 'garbage', 'delay=1ms']

/** Requests in one write on a connection of their own, each with a fault or none, of a client that may leave before they are answered. */
function pipeline(port: number, random: Random, count: number): Promise<void> {
  const requests = Array.from({ length: count }, () => {
    const path = random() < 0.7 ? '/catalogs/155568600' : pick(random, ['/chaos', '/metrics', '/health'])
    return `GET ${path} HTTP/1.1\r\nHost: 127.0.0.1\r\nX-Chaos-Force: ${pick(random, KINDS)}\r\n\r\n`
  })
  const stayMs = pick(random, [0, 1, 5, BRIEF_MS])
  const resets = random() < 0.5
  return new Promise(resolve => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {}).resume()
    const leave = () => (resets ? socket.resetAndDestroy() : socket.destroy())
    let timer: NodeJS.Timeout | undefined
    socket.write(requests.join(''), () => {
      if (stayMs === 0) leave()
      else timer = setTimeout(leave, stayMs)
    })
    socket.on('close', () => {
      clearTimeout(timer)
      resolve()
    })
  })
}

interface Shot {
  readonly method: string
  readonly path: string
  readonly headers: Record<string, string>
  readonly body: string | null
}

type Random = () => number

const pick = <T>(random: Random, from: readonly T[]): T => from[Math.floor(random() * from.length)] as T

const METHODS = ['GET', 'GET', 'GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS', 'PROPFIND', 'QUERY']
const PATHS = [
  ...['/chaos', '/chaos/fail-rate', '/chaos/stats', '/chaos/requests', '/chaos/requests/42-1', '/chaos/preview'],
  ...['/chaos/events', '/chaos/outages', '/chaos/scenarios', '/chaos/scenarios/blackout', '/chaos/runs', '/chaos/live'],
  ...[
    '/chaos/scenarios/blackout/runs',
    '/chaos/scenarios/own/runs',
    '/chaos/sessions',
    '/chaos/sessions/a',
    '/chaos/reset',
  ],
  ...[
    '/chaos/tickets',
    '/chaos/runs/run-1',
    '/runs',
    '/runs/tirado',
    '/health',
    '/ready',
    '/metrics',
    '/openapi.json',
    '/',
  ],
  ...[
    '/console/main.js',
    '/console/../../package.json',
    '/nothing',
    '/%2e%2e/%2e%2e/etc/passwd',
    '/chaos/%zz',
    '//chaos',
  ],
]
const CODES = [
  '155568600',
  'jj2a97g940',
  '%',
  '%00',
  '..%2f',
  'a/b',
  '__proto__',
  "'%20OR%201=1--",
  '%F0%9F%92%A5',
  'x'.repeat(300),
]
const QUERIES = [
  '',
  '',
  '',
  '?session=a',
  '?session=../x',
  '?session=default&session=a',
  '?limit=2&offset=1',
  '?limit=-1',
]
const MORE_QUERIES = [
  '?q=%25_',
  '?q=o&brand=x',
  '?n=20',
  '?n=99999999',
  '?ttl=5ms',
  '?dryRun=1',
  '?__proto__=1',
  '?format=html',
  '?=&&&=',
]
const TYPES = [
  'application/json',
  'application/json',
  'application/json',
  'application/merge-patch+json',
  'text/plain',
  '',
]
const JUNK: readonly unknown[] = [
  ...[null, true, -1, 0, 0.5, 101, 1e308, '', 'x', 'x'.repeat(2_000), '5ms', '99999999h', '-1s', '70%', 'NaN', [], {}],
  ...[
    [[]],
    { a: { b: { c: {} } } },
    'constructor',
    '\u0000',
    '(a+)+$',
    '/etc/passwd',
    'http://127.0.0.1:1/',
    '{{1}}',
    '😀',
  ],
]
const SETTINGS = {
  failRate: 70,
  sampler: 'deck',
  seed: '42',
  faults: [
    { kind: 'status', status: 503, weight: 6, retryAfter: '2s' },
    { kind: 'reset', weight: 2 },
    { kind: 'hang', weight: 1, for: '5ms' },
    { kind: 'truncate', weight: 1, afterBytes: 40 },
    { kind: 'drip', weight: 1 },
    { kind: 'garbage', weight: 1 },
  ],
  latency: { distribution: 'lognormal', p50: '1ms', p99: '5ms' },
  outage: { availability: 90, meanLength: '50ms' },
  capacity: { workers: 4, service: '1ms', queue: 20, discipline: 'fifo', abandoned: 'work', whenFull: 'status' },
  rules: [{ id: 'poison', match: { code: ['155568600'] }, rate: 100, faults: [{ kind: 'status', status: 500 }] }],
}
const SCENARIO = {
  name: 'own',
  title: 'Own',
  about: 'Made by the generator',
  lasts: '50ms',
  load: { rate: 10, duration: '1s', timeout: '1s', retries: 0, arms: ['none'] },
  timeline: [{ at: '0ms', set: { failRate: 50 } }],
  expect: ['nothing'],
}
const BODIES: readonly unknown[] = [
  ...[
    SETTINGS,
    SETTINGS,
    { failRate: 50 },
    { id: 'a' },
    { id: 'b', settings: SETTINGS, startsIn: '5ms' },
    { scenario: SCENARIO },
  ],
  ...[{ for: '5ms' }, { run: { id: 'r', arms: [] } }, { result: { schema: 1 } }, {}],
]

function aim(random: Random): Shot {
  const data = random() < 0.4
  const path = data ? `/catalogs${random() < 0.3 ? '' : `/${pick(random, CODES)}`}` : pick(random, PATHS)
  const method = data && random() < 0.9 ? 'GET' : pick(random, METHODS)
  const query = pick(random, random() < 0.5 ? QUERIES : MORE_QUERIES)
  const reads = method === 'GET' || method === 'HEAD'
  const body = reads || random() < 0.1 ? null : bodyOf(random)
  const type = pick(random, TYPES)
  return { method, path: path + query, headers: headersOf(random, body === null ? '' : type), body }
}

function headersOf(random: Random, type: string): Record<string, string> {
  const odd: [string, readonly string[]][] = [
    ['x-chaos-session', ['a', 'b', 'c d', 'x'.repeat(65), '__proto__', 'default']],
    ['x-chaos-key', ['42-1', '', 'x'.repeat(500), 'é', '-1']],
    ['x-chaos-attempt', ['0', '1', '-1', 'x', '99999999999']],
    ['x-chaos-force', ['none', 'status', '503', 'hang;delay=1ms', 'delay=x', 'reset;empty', 'garbage', 'x']],
    ['x-envoy-fault-abort-request', ['503', 'x', '99']],
    ['origin', ['http://evil.example', 'null', 'http://127.0.0.1']],
    ['sec-fetch-site', ['cross-site', 'same-origin', 'none']],
    ['if-match', ['*', '"x"', 'x, y']],
    ['if-none-match', ['*', '"x"']],
    ['authorization', ['Bearer x', 'Basic eA==', 'Bearer']],
    ['last-event-id', ['1', 'x', '99999999999999999999']],
    ['content-encoding', ['gzip', 'br', 'rot13']],
    ['accept', ['text/html', '*/*', ';q=x']],
  ]
  const headers: Record<string, string> = type ? { 'content-type': type } : {}
  for (const [name, values] of odd) if (random() < 0.08) headers[name] = pick(random, values)
  return headers
}

function bodyOf(random: Random): string {
  const dice = random()
  if (dice < 0.1)
    return pick(random, ['', '{', '[1,2', 'null', '"x"', '{"__proto__":{"failRate":1}}', '[['.repeat(5_000)])
  const json = JSON.stringify(mutated(random, pick(random, BODIES), dice < 0.4 ? 0 : 0.08))
  return dice > 0.98 ? json.slice(0, Math.floor(random() * json.length)) : json
}

/** A copy with some of its parts replaced by something else. */
function mutated(random: Random, value: unknown, chance: number): unknown {
  if (random() < chance) return pick(random, JUNK)
  if (Array.isArray(value)) return value.map(each => mutated(random, each, chance))
  if (typeof value !== 'object' || value === null) return value
  const entries = Object.entries(value).map(([name, each]) => [name, mutated(random, each, chance)])
  if (random() < chance) entries.push([String(pick(random, JUNK)), pick(random, JUNK)])
  return Object.fromEntries(entries)
}
