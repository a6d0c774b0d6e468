/** A simulated server and a real one: the same requests leave the same records behind, and a client sees the same. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { openClient } from '../../../cli/load/client.ts'
import { catalogTarget } from '../../../cli/load/target.ts'
import type { Answer, Send } from '../../../cli/policy/send.ts'
import { timeout } from '../../../cli/policy/timeout.ts'
import { CallPerformer, type SimulatedCall, SimulatedClient } from '../../../cli/simulate/transport.ts'
import { VirtualClock } from '../../../cli/simulate/virtual-clock.ts'
import { usualWorld } from '../../../cli/simulate/world.ts'
import { ChaosControl } from '../../../server/chaos/control.ts'
import type { RequestRecord } from '../../../server/chaos/decision/request-record.ts'
import { Interceptor } from '../../../server/chaos/intercept/interceptor.ts'
import { readPatch } from '../../../server/chaos/settings/patch.ts'
import { defaultSettings } from '../../../server/chaos/settings/schema.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { sessionLog } from '../../../server/telemetry/session-log.ts'
import { startTestServer } from '../../support/server.ts'

const CODE = '155568600'

/** What is asked of both servers. */
interface Case {
  readonly settings: Readonly<Record<string, unknown>>
  /** How many requests; 3 unless given. */
  readonly requests?: number
  /** Milliseconds between their starts; one after the other unless given. */
  readonly everyMs?: number
  readonly codes?: readonly string[]
  readonly method?: string
  readonly headers?: Readonly<Record<string, string>>
  /** When the client gives up. */
  readonly timeoutMs?: number
  readonly maxHeld?: number
}

/** What both came to, without the times. */
interface Seen {
  readonly answers: readonly Answer[]
  readonly counts: Readonly<Record<'called' | 'wasted', number>>
  readonly records: readonly object[]
}

const failing = (fault: object, more: object = {}) => ({ failRate: 100, faults: [fault], ...more })
const capacity = (more: object) => ({ capacity: { workers: 1, service: '300ms', queue: 2, ...more } })

const KINDS: readonly (readonly [name: string, fault: object])[] = [
  ...[400, 404, 418, 429, 500, 503, 599].map(status => [`status ${status}`, { kind: 'status', status }] as const),
  ['Retry-After in seconds', { kind: 'status', status: 503, retryAfter: '1500ms' }],
  ['reset', { kind: 'reset' }],
  ['empty', { kind: 'empty' }],
  ['hang', { kind: 'hang', for: '80ms' }],
  ['stall', { kind: 'stall', for: '80ms' }],
  ['truncate', { kind: 'truncate' }],
  ['truncate before the first byte', { kind: 'truncate', afterBytes: 0 }],
  ['malformed', { kind: 'malformed' }],
  ['garbage', { kind: 'garbage' }],
  ['drip', { kind: 'drip', over: '80ms' }],
  ['wrong-type', { kind: 'wrong-type' }],
  ['rate-limit', { kind: 'rate-limit', limit: 2, per: '60s' }],
]

const CASES: Readonly<Record<string, Case>> = {
  'nothing fails': { settings: {} },
  'HEAD, nothing fails': { settings: {}, method: 'HEAD' },
  ...Object.fromEntries(
    KINDS.flatMap(([name, fault]) => [
      [name, { settings: failing(fault) }],
      [`HEAD, ${name}`, { settings: failing(fault), method: 'HEAD' }],
    ]),
  ),
  'every kind, for a product that does not exist': {
    settings: { failRate: 80, faults: KINDS.map(([, fault]) => fault) },
    codes: ['nothing', 'no/thing', 'x'.repeat(200)],
    requests: 40,
  },
  'every kind, by weight': {
    settings: { failRate: 50, faults: KINDS.map(([, fault], index) => ({ ...fault, weight: 1 + (index % 3) })) },
    requests: 60,
  },
  'a deck': { settings: { failRate: 37, sampler: 'deck' }, requests: 30 },
  'latency, fixed': { settings: { latency: { distribution: 'fixed', delay: '30ms' } } },
  'latency, drawn': {
    settings: { failRate: 30, latency: { distribution: 'lognormal', p50: '5ms', p99: '60ms' } },
    requests: 8,
  },
  'latency that the client does not wait for': {
    settings: { latency: { distribution: 'uniform', min: '20ms', max: '400ms' } },
    requests: 8,
    timeoutMs: 200,
  },
  'an outage': { settings: { outage: { windows: [{ from: '0ms', for: '1h' }] } } },
  'an outage with kinds of its own': {
    settings: { outage: { windows: [{ from: '0ms', for: '1h' }], faults: [{ kind: 'reset' }, { kind: 'garbage' }] } },
    requests: 12,
  },
  'a rule with a token bucket': {
    settings: {
      rules: [
        { id: 'limited', match: { code: [CODE] }, faults: [{ kind: 'rate-limit', limit: 3, per: '60s', burst: 4 }] },
      ],
    },
    codes: [CODE, 'jj2a97g940'],
    requests: 16,
  },
  'rules by header, count and turn': {
    settings: {
      failRate: 20,
      rules: [
        { id: 'other', match: { header: { 'X-Team': 'blue' } }, faults: [{ kind: 'reset' }] },
        { id: 'key', match: { header: { 'x-chaos-key': 'k-4' } }, faults: [{ kind: 'garbage' }] },
        { id: 'mine', match: { header: { 'X-Team': 'red' } }, limit: { every: 3 } },
        { id: 'first', limit: { first: 4 }, rate: 60, faults: [{ kind: 'malformed' }] },
        { id: 'route', match: { route: ['/catalogs/{code}'] }, rate: 10, faults: [{ kind: 'reset' }] },
      ],
    },
    headers: { 'X-Team': 'red' },
    codes: [CODE, 'x'.repeat(200)],
    requests: 30,
  },
  capacity: { settings: capacity({}), requests: 6, everyMs: 15 },
  'capacity, HEAD': { settings: capacity({}), requests: 6, everyMs: 15, method: 'HEAD' },
  'capacity that resets': { settings: capacity({ whenFull: 'reset' }), requests: 6, everyMs: 15 },
  'capacity, the newest first': { settings: capacity({ discipline: 'lifo' }), requests: 6, everyMs: 15 },
  'capacity with a deadline': { settings: capacity({ deadline: '150ms' }), requests: 6, everyMs: 15 },
  'capacity that works for those who left': {
    settings: capacity({ queue: 3 }),
    requests: 7,
    everyMs: 60,
    timeoutMs: 420,
  },
  'capacity that drops those who left': {
    settings: capacity({ queue: 3, abandoned: 'drop' }),
    requests: 7,
    everyMs: 60,
    timeoutMs: 420,
  },
  'capacity, with faults and latency': {
    settings: {
      ...failing({ kind: 'reset' }, { failRate: 50 }),
      ...capacity({ workers: 2 }),
      latency: { distribution: 'fixed', delay: '20ms' },
    },
    requests: 8,
    everyMs: 15,
  },
  'a client that does not wait for a hang': { settings: failing({ kind: 'hang' }), timeoutMs: 80 },
  'a client that does not wait for a stall': { settings: failing({ kind: 'stall' }), timeoutMs: 80 },
  'a client that does not wait for a drip': { settings: failing({ kind: 'drip' }), timeoutMs: 80 },
  'more held than may be': {
    settings: failing({ kind: 'hang', for: '400ms' }),
    requests: 5,
    everyMs: 15,
    maxHeld: 2,
  },
  'a fault that the client asks for': { settings: { failRate: 50 }, headers: { 'X-Chaos-Force': 'delay=20ms; 418' } },
  'a fault that nobody understands': { settings: {}, headers: { 'X-Chaos-Force': 'nonsense' } },
  'no fault at all': { settings: failing({ kind: 'reset' }), headers: { 'X-Chaos-Force': 'none' } },
}

/** A machine that stands still for a while moves what goes by the clock: then the live server has another try. */
const TRIES = 4

for (const [name, asked] of Object.entries(CASES)) {
  const goesByClock = asked.everyMs !== undefined || asked.timeoutMs !== undefined
  test(name, async t => {
    const simulated = inWords(await simulatedServer(asked))
    for (let left = goesByClock ? TRIES : 1; left > 0; left--) {
      const live = inWords(await liveServer(t, asked))
      if (left > 1 && live.join() !== simulated.join()) continue
      assert.deepEqual(simulated, live)
      return
    }
  })
}

test('Retry-After as a date', async t => {
  const asked = {
    settings: failing({ kind: 'status', status: 503, retryAfter: '90s', retryAfterAs: 'date' }),
    requests: 1,
  }
  const [simulated, live] = await Promise.all([simulatedServer(asked), liveServer(t, asked)])
  const [said, real] = [simulated.answers[0]?.retryAfterMs ?? 0, live.answers[0]?.retryAfterMs ?? 0]
  assert.ok(Math.abs(said - real) <= 2_000, `${said} and ${real}`)
})

/** A line for each answer, record and count, so that a difference is seen. */
function inWords({ answers, records, counts }: Seen): string[] {
  return [...answers, ...records, counts].map(each => JSON.stringify(each, (_, part) => part ?? undefined))
}

function valuesOf({ settings }: Case) {
  return readPatch(settings, defaultSettings('42')).values
}

const requestOf = ({ codes = [CODE] }: Case, index: number) => ({
  index,
  key: `k-${index}`,
  attempt: index % 3 === 2 ? 1 : 0,
  code: codes[index % codes.length] ?? CODE,
})

/** The connection that does not wait longer than it was told. */
function patient(send: Send, clock: VirtualClock | typeof systemClock, { timeoutMs }: Case): Send {
  return timeoutMs === undefined ? send : timeout(clock, timeoutMs)(send)
}

function meterOf() {
  const counts = { called: 0, wasted: 0 }
  return { counts, called: () => counts.called++, wasted: () => counts.wasted++ }
}

async function liveServer(t: TestContext, asked: Case): Promise<Seen> {
  const { requests = 3, everyMs, method = 'GET', headers = {}, maxHeld } = asked
  const server = await startTestServer(t, {
    settings: valuesOf(asked),
    ...(maxHeld === undefined ? {} : { limits: { held: maxHeld } }),
  })
  const meter = meterOf()
  const client = openClient({
    ...{ connections: 64, keepsBodies: false, meter, clock: systemClock, wallMs: Date.now },
    target: catalogTarget(new URL(server.url), { method, headers: Object.entries(headers).flat() }),
  })
  t.after(() => client.close())
  const send = patient(client.send, systemClock, asked)
  const one = (index: number) => new Promise<Answer>(resolve => void send(requestOf(asked, index), resolve))
  const answers: Promise<Answer>[] = []
  for (let index = 0; index < requests; index++) {
    const answer = one(index)
    answers.push(answer)
    if (everyMs === undefined) await answer
    else await new Promise(resolve => setTimeout(resolve, everyMs))
  }
  const all = await Promise.all(answers)
  const { first } = server.chaos.control.sessions
  while (first.inFlight > 0) await new Promise(resolve => setTimeout(resolve, 5))
  return { answers: all, counts: meter.counts, records: timeless(first.log.records({ limit: 1_000 })) }
}

async function simulatedServer(asked: Case): Promise<Seen> {
  const { requests = 3, everyMs, method = 'GET', headers = {}, maxHeld = 500 } = asked
  const clock = new VirtualClock()
  const wall = () => 1_700_000_000_300 + clock.now()
  const control = new ChaosControl({
    ...{ clock, wall, version: '', seed: '42', settings: valuesOf(asked), log: sessionLog, maxSessions: 1 },
  })
  const codes = new Set(usualWorld({ seed: '42' }).codes)
  const meter = meterOf()
  const client = new SimulatedClient({
    ...{ clock, session: '', method, meter, connections: 64, roundTripMs: () => 1 },
    interceptor: new Interceptor<SimulatedCall>(control, new CallPerformer(wall), maxHeld),
    headers: new Map(Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value])),
    knows: code => codes.has(code),
  })
  const send = patient(client.send, clock, asked)
  const answers: Answer[] = []
  const one = (index: number) => {
    if (index < requests)
      send(requestOf(asked, index), answer => {
        answers[index] = answer
        if (everyMs === undefined) one(index + 1)
      })
  }
  one(0)
  if (everyMs !== undefined)
    for (let index = 1; index < requests; index++) clock.after(index * everyMs, () => one(index))
  while (clock.step());
  const { first } = control.sessions
  assert.equal(first.inFlight, 0)
  assert.equal(first.requestTimers.size, 0)
  return { answers, counts: meter.counts, records: timeless(first.log.records({ limit: 1_000 })) }
}

/** A record without its moments; a token bucket counts down meanwhile. */
function timeless(records: readonly RequestRecord[]): object[] {
  return records.map(({ startedAt: _, endedAt: __, atMs: ___, decision, ...facts }) => {
    const { bucket, ...decided } = decision
    return { ...facts, ...decided, bucket: bucket && { ...bucket, waitMs: bucket.waitMs > 0 } }
  })
}
