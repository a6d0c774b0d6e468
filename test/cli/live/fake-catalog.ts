/** A small flaky catalog for the console's tests: the calls that the console makes, with counts that a test can read and change. */

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo, Socket } from 'node:net'

export interface FakeOptions {
  readonly port?: number
  /** Leaves out `/chaos/outages`, as an older server does. */
  readonly withoutOutages?: boolean
}

export class FakeCatalog {
  failRate = 0
  outage = false
  resets = 0
  /** Every change of the rate that was asked for, in order. */
  readonly asked: number[] = []
  /** Data-plane requests by session. */
  readonly calls = new Map<string, number>()
  readonly sessions = new Set<string>()
  /** Sessions that a request made which came before they were made on purpose. */
  readonly onDemand = new Set<string>()
  readonly #options: FakeOptions
  readonly #server: Server
  readonly #listeners = new Set<ServerResponse>()
  readonly #sockets = new Set<Socket>()
  #beat: NodeJS.Timeout | undefined

  private constructor(options: FakeOptions) {
    this.#options = options
    this.#server = createServer((req, res) => void this.#route(req, res))
    this.#server.on('connection', socket => {
      this.#sockets.add(socket)
      socket.on('close', () => this.#sockets.delete(socket))
    })
  }

  static open(options: FakeOptions = {}): Promise<FakeCatalog> {
    const fake = new FakeCatalog(options)
    fake.#beat = setInterval(() => fake.tell('sample', { outage: fake.outage }), 250)
    return new Promise(resolve => fake.#server.listen(options.port ?? 0, '127.0.0.1', () => resolve(fake)))
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port
  }

  get url(): URL {
    return new URL(`http://127.0.0.1:${this.port}`)
  }

  get listening(): number {
    return this.#listeners.size
  }

  /** Sends an event to whoever listens. */
  tell(event: string, data: object): void {
    for (const listener of this.#listeners) listener.write(`event: ${event}\ndata: ${JSON.stringify(data)}\n\n`)
  }

  /** Somebody else changes the rate. */
  change(failRate: number, source: string): void {
    this.failRate = failRate
    this.tell('settings', { atMs: 0, settings: this.#settings(), changed: ['failRate'], origin: { source } })
  }

  /** Goes away at once, as a killed process does. */
  close(): Promise<void> {
    clearInterval(this.#beat)
    for (const socket of this.#sockets) socket.destroy()
    return new Promise(resolve => this.#server.close(() => resolve()))
  }

  #settings(): object {
    return {
      failRate: this.failRate,
      sampler: 'bernoulli',
      seed: '1',
      latency: null,
      outage: null,
      capacity: null,
      rules: [],
    }
  }

  #state(): object {
    const provenance = { failRate: { source: 'env', at: '2026-01-01T00:00:00Z' } }
    return {
      name: 'flaky-catalog',
      version: '0',
      session: 'default',
      clockMs: 0,
      settings: this.#settings(),
      provenance,
      arrivals: 0,
    }
  }

  async #route(req: IncomingMessage, res: ServerResponse): Promise<void> {
    const { pathname: path, searchParams } = new URL(req.url ?? '/', 'http://x')
    const call = `${req.method} ${path}`
    if (path.startsWith('/catalogs/')) return this.#product(req, res)
    const session = searchParams.get('session') ?? 'default'
    if (session !== 'default' && !this.sessions.has(session)) return answer(res, 404, { title: 'no such session' })
    const body = await read(req)
    if (call === 'GET /chaos') return answer(res, 200, this.#state())
    if (call === 'GET /chaos/events') return this.#listen(res)
    if (call === 'PUT /chaos/fail-rate') {
      this.asked.push(Number(body.failRate))
      this.change(Number(body.failRate), String(req.headers['x-chaos-origin']))
      return answer(res, 200, { failRate: this.failRate })
    }
    if (call === 'POST /chaos/reset') {
      this.resets++
      this.change(0, 'cli')
      return answer(res, 200, {})
    }
    if (call === 'POST /chaos/sessions') {
      if (this.sessions.has(String(body.id))) return answer(res, 409, { detail: 'there is such a session already' })
      this.sessions.add(String(body.id))
      return answer(res, 201, { id: body.id, clockMs: 0 })
    }
    if (req.method === 'DELETE' && path.startsWith('/chaos/sessions/')) {
      const known = this.sessions.delete(path.slice('/chaos/sessions/'.length))
      return answer(res, known ? 204 : 404, {})
    }
    if (path === '/chaos/outages' && !this.#options.withoutOutages) {
      this.outage = req.method === 'POST'
      this.tell('outage', { atMs: 1_000, on: this.outage, untilMs: this.outage ? 11_000 : null, source: 'cli' })
      return answer(res, 200, {})
    }
    answer(res, 404, { title: 'not found', detail: 'there is nothing here' })
  }

  #listen(res: ServerResponse): void {
    res.writeHead(200, { 'content-type': 'text/event-stream' })
    this.#listeners.add(res)
    res.on('close', () => this.#listeners.delete(res))
    const hello = {
      boot: 'b',
      atMs: 0,
      wallMs: 0,
      state: this.#state(),
      outage: { on: this.outage, untilMs: null },
      history: [],
    }
    res.write(`event: hello\ndata: ${JSON.stringify(hello)}\n\n`)
  }

  /** Fails by the number that the key ends in, so that both arms meet the same fate. */
  #product(req: IncomingMessage, res: ServerResponse): void {
    const session = String(req.headers['x-chaos-session'])
    this.calls.set(session, (this.calls.get(session) ?? 0) + 1)
    if (session !== 'default' && !this.sessions.has(session)) {
      this.sessions.add(session)
      this.onDemand.add(session)
    }
    const number = Number(String(req.headers['x-chaos-key']).split('-').at(-1))
    const fails = this.outage || (number * 37) % 100 < this.failRate
    answer(res, fails ? 500 : 200, { code: 'a', brand: 'b', description: 'c', gtin: '4006381333931' })
  }
}

function answer(res: ServerResponse, status: number, body: object): void {
  res.writeHead(status, { 'content-type': 'application/json' }).end(status === 204 ? '' : JSON.stringify(body))
}

async function read(req: IncomingMessage): Promise<Record<string, unknown>> {
  let text = ''
  for await (const chunk of req) text += String(chunk)
  return text === '' ? {} : (JSON.parse(text) as Record<string, unknown>)
}
