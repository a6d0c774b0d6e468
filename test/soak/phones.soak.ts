/**
 * A room of 200 phones, each from an address, with a session, a key and an event stream of its own: they send 20 requests now and then and vote, while the
 * host changes what everybody sees and a projector watches. SECONDS says how long.
 */

import { fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createParser } from 'eventsource-parser'
import { Agent, request } from 'undici'
import type { RoomHoldings } from './phones-server.ts'

const seconds = Number(process.env.SECONDS ?? 60)
const PHONES = 200
const SENDS = 20
/** Between two bursts of a phone, and between two changes of the host, in milliseconds. */
const SEND_EVERY_MS = 10_000
const CHANGE_EVERY_MS = 250
const CHOICES = ['none', 'retry', 'breaker']

/** What may not be passed, on a machine that does nothing else: milliseconds, a share of a processor, megabytes. */
const LIMITS = { projectorP99: 100, phonesP99: 250, loopDelayP99: 50, processor: 0.8, rssMb: 500 }

const TOKEN = 'of-the-host-of-this-room'
const child = fork(join(import.meta.dirname, 'phones-server.ts'), [TOKEN], {
  execArgv: ['--expose-gc', '--import', 'tsx'],
})
const [port] = (await once(child, 'message')) as [number]
const url = `http://127.0.0.1:${port}`
const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))
const flaws: string[] = []
const must = (holds: boolean, flaw: string) => {
  if (!holds) flaws.push(flaw)
}

async function holdings(): Promise<RoomHoldings> {
  child.send('holdings')
  return ((await once(child, 'message')) as [RoomHoldings])[0]
}

/** Who is in the room: the host with the token, or a phone with the key of its session. */
class Person {
  readonly agent: Agent
  key: string
  session = 'default'
  sent = 0
  #leave = () => {}

  constructor(localAddress: string, key = '') {
    this.agent = new Agent({ connections: 4, connect: { localAddress } })
    this.key = key
  }

  // biome-ignore lint/suspicious/noExplicitAny: each caller knows what it asks for.
  async call(method: 'GET' | 'POST' | 'PATCH' | 'PUT' | 'DELETE', path: string, body?: unknown): Promise<any> {
    const headers: Record<string, string> = this.key === '' ? {} : { authorization: `Bearer ${this.key}` }
    if (body !== undefined)
      headers['content-type'] = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const sent = body === undefined ? {} : { body: JSON.stringify(body) }
    const answer = await request(url + path, { method, dispatcher: this.agent, headers, ...sent })
    const text = await answer.body.text()
    if (answer.statusCode >= 400) throw new Error(`${method} ${path}: ${answer.statusCode} ${text}`)
    return text === '' ? null : JSON.parse(text)
  }

  /** Hears what happens in its session. */
  async listen(hear: (type: string, data: Record<string, unknown>) => void): Promise<void> {
    const { body, statusCode } = await request(`${url}/chaos/events?session=${this.session}&board=1`, {
      dispatcher: this.agent,
      headers: { authorization: `Bearer ${this.key}` },
      bodyTimeout: 0,
    })
    must(statusCode === 200, `a stream was refused: ${statusCode}`)
    const parser = createParser({ onEvent: ({ event = '', data }) => hear(event, JSON.parse(data)) })
    body.setEncoding('utf8')
    body.on('data', chunk => parser.feed(String(chunk))).on('error', () => {})
    this.#leave = () => void body.destroy()
  }

  /** The button of the phone. */
  async send(): Promise<void> {
    const headers = { 'x-chaos-session': this.session }
    for (let each = 0; each < SENDS; each += 1) {
      this.sent += 1
      const { body } = await request(`${url}/catalogs/155568600`, { dispatcher: this.agent, headers })
      await body.dump()
    }
  }

  async leave(): Promise<void> {
    this.#leave()
    await this.agent.destroy()
  }
}

const host = new Person('127.0.0.1', TOKEN)
const projector = new Person('127.0.0.1', TOKEN)
await host.call('GET', '/chaos')
const before = await holdings()
const phones = Array.from(
  { length: PHONES },
  (_, index) => new Person(`127.0.${1 + (index >> 7)}.${1 + (index & 127)}`),
)
/** When the host sent the change of each fail rate. */
const changedAt = new Map<number, number>()
const late = { projector: [] as number[], phones: [] as number[] }
const heard =
  (list: number[]) =>
  (type: string, { settings }: Record<string, unknown>) => {
    const rate = (settings as { failRate?: number } | undefined)?.failRate
    const at = type === 'settings' && rate !== undefined ? changedAt.get(rate) : undefined
    if (at !== undefined) list.push(performance.now() - at)
  }

for (const [index, phone] of phones.entries()) {
  const { id, key } = await phone.call('POST', '/chaos/sessions', { name: `José ${index}` })
  ;[phone.session, phone.key] = [id, key]
  await phone.listen(heard(late.phones))
}
await projector.listen(heard(late.projector))
await holdings()

const startedAt = performance.now()
const isOn = () => performance.now() - startedAt < seconds * 1_000
const sending = phones.map(async (phone, index) => {
  await pause((SEND_EVERY_MS * index) / PHONES)
  while (isOn()) {
    await phone.send()
    await pause(SEND_EVERY_MS)
  }
})
const { id: poll } = await host.call('POST', '/polls', { asks: 'Who answers more?', choices: CHOICES })
const vote = (phone: Person, choice: number) =>
  phone.call('PUT', `/polls/${poll}/vote?session=${phone.session}`, { choice })
const voting = phones.map(async (phone, index) => {
  await pause((seconds * 500 * index) / PHONES)
  await vote(phone, (index + 1) % CHOICES.length)
  await vote(phone, index % CHOICES.length)
})
let changes = 0
for (; isOn(); changes += 1) {
  // Each rate is one that was never set before, so that who hears of it knows when it was sent.
  const failRate = 1 + changes / 100
  changedAt.set(failRate, performance.now())
  await host.call('PATCH', '/chaos', { failRate })
  await pause(CHANGE_EVERY_MS)
}
await Promise.all([...sending, ...voting])
const busy = await holdings()
await pause(500)

const { counts: votes } = await host.call('GET', `/polls/${poll}`)
const wanted = CHOICES.map((_, choice) => phones.filter((_phone, index) => index % CHOICES.length === choice).length)
must(JSON.stringify(votes) === JSON.stringify(wanted), `votes ${JSON.stringify(votes)}, not ${JSON.stringify(wanted)}`)
let counted = 0
for (const phone of phones) {
  const { requests } = await host.call('GET', `/chaos/stats?session=${phone.session}`)
  counted += requests
  must(requests === phone.sent, `${phone.session}: ${requests} counted, ${phone.sent} sent`)
}
must(late.projector.length === changes, `the projector heard of ${late.projector.length} of ${changes} changes`)
must(
  late.phones.length === changes * PHONES,
  `the phones heard of ${late.phones.length} of ${changes * PHONES} changes`,
)

for (const { session } of phones) await host.call('DELETE', `/chaos/sessions/${session}`)
await host.call('DELETE', `/polls/${poll}`)
await host.call('POST', '/chaos/reset')
await Promise.all([...phones, projector].map(person => person.leave()))
// A channel lingers for those who come back.
await pause(17_000)
const after = await holdings()
await host.leave()
child.disconnect()
await once(child, 'exit')

const p = (share: number, of: readonly number[]) =>
  [...of].sort((a, b) => a - b)[Math.min(of.length - 1, Math.floor(share * of.length))] ?? Number.NaN
const figures = {
  projectorP99: p(0.99, late.projector),
  phonesP99: p(0.99, late.phones),
  loopDelayP99: busy.loopDelayP99,
  processor: busy.processor,
  rssMb: busy.rssMb,
}
for (const [name, limit] of Object.entries(LIMITS)) {
  const figure = figures[name as keyof typeof LIMITS]
  must(figure <= limit, `${name} ${figure.toFixed(2)}, more than ${limit}`)
}
must(after.sessions === 1 && after.requests === 0, `${after.sessions} sessions and ${after.requests} requests are left`)
must(after.sockets <= before.sockets + 1, `sockets ${before.sockets} -> ${after.sockets}`)
must(after.timers <= before.timers, `timers ${before.timers} -> ${after.timers}`)

const ms = (value: number) => `${value.toFixed(1)} ms`
console.log(`phones: ${PHONES} for ${seconds} s, ${counted} requests, ${changes} changes, ${PHONES} votes of two each`)
console.log(`  a change at the projector: p50 ${ms(p(0.5, late.projector))}, p99 ${ms(figures.projectorP99)}`)
console.log(`  a change at the phones: p50 ${ms(p(0.5, late.phones))}, p99 ${ms(figures.phonesP99)}`)
console.log(
  `  the server: ${(100 * busy.processor).toFixed(0)} % of a processor, event loop delay p99 ${ms(busy.loopDelayP99)}, ${busy.rssMb.toFixed(0)} MB (heap ${busy.heapMb.toFixed(0)} MB)`,
)
console.log(
  `  left: sessions ${before.sessions} -> ${after.sessions}, sockets ${before.sockets} -> ${after.sockets}, timers ${before.timers} -> ${after.timers}, heap ${before.heapMb.toFixed(1)} -> ${after.heapMb.toFixed(1)} MB`,
)
for (const flaw of flaws.slice(0, 20)) console.log(`  NOT MET: ${flaw}`)
process.exit(flaws.length > 0 ? 1 : 0)
