/**
 * The event stream, `GET /chaos/events?session=`: what happens in a session, as it happens.
 *
 * `hello`     first of all: `{boot, atMs, wallMs, state, history, outage, scenario, runs, changes}`. `boot` names this life of the
 *             server and `atMs` counts milliseconds since it began; `state` is what `GET /chaos` says; `history` holds
 *             the samples of the last 120 s, fewer where nothing happened; `runs` what command lines publish,
 *             and `changes` what was changed lately, in short.
 * `sample`    four times a second: one {@link Sample}.
 * `settings`  `{atMs, at, settings, changed, origin: {source}, provenance}`
 * `outage`    `{atMs, at, on, what, untilMs, source}`; `untilMs` is null where nobody knows, `source` empty where nobody
 *             did it.
 * `scenario`  `{atMs, at, status, name, id, mark, startedAtMs, lengthMs}`; `status` is started, mark, finished,
 *             stopped or interrupted.
 * `run`       start, progress, end or lost of a published run: see live-runs.ts.
 * `challenge` `{session, id, phase, exam, overall}` of every session: a challenge began to wait or to play an exam, or has ended.
 * `poll`      of every session: a poll as `GET /polls/{id}` has it, when it is asked, voted in, closed, answered or, with `removed`, forgotten.
 * `session`   `{session, change, name}`: a session was created, deleted, reset or renamed, and what people may call it, or null; nothing is said of those that come and go with
 *             the requests that name them.
 * `board`     once a second, for `?board=1`: `[{id, name, requests, success, inFlight, failRate, outage}]` of every session.
 *
 * Ids grow with every event, over restarts too. `Last-Event-ID` resumes without gap or duplicate where the events since
 * then are still remembered; otherwise a `hello` says everything anew.
 */

import { EventBuffer } from 'better-sse'
import { type Request, type Response, Router } from 'express'
import { type Limits, sharesOf } from '../config/limits.ts'
import { Problem, quote } from '../http/problem.ts'
import { resource } from '../http/resource.ts'
import type { Clock } from '../lib/clock.ts'
import { Channel, frameOf } from './channel.ts'
import { openListener } from './listener.ts'
import { BUCKET_MS, lastClosedBucket, type Sample } from './timeline.ts'

/** A channel is kept so long after its last listener, so that a page that reloads resumes. */
const LINGER_MS = 15_000
const SECOND_MS = 1_000
const HEARTBEAT_MS = 10_000

/** One session, as the stream sees it. */
export interface StreamedSession {
  /** What a new listener must know beside the history: state, outage, scenario. */
  describe(): Readonly<Record<string, unknown>>
  /** The samples of the buckets after number `after` that are over at `nowMs`, in milliseconds since the server's start. */
  samples(after: number, nowMs: number): Sample[]
  history(nowMs: number): Sample[]
}

interface EventsParts {
  readonly clock: Clock
  /** The server's clock at the start. */
  readonly startedAt: number
  /** Milliseconds since 1970 at the start, as was thought then. */
  readonly boot: number
  /** The same as far as is known now. */
  readonly epoch: () => number
  readonly session: (id: string) => StreamedSession | null
  readonly board: () => unknown
  readonly runs: () => unknown
  /** What changed lately in a session, for the log of a page that comes late. */
  readonly changes: (session: string) => unknown
  /** How many may listen, and how many of them at one address. */
  readonly limits: Pick<Limits, 'listeners' | 'listenersPerClient'>
  /** Called about once a second while somebody listens. */
  readonly everySecond: () => void
}

export class Events {
  readonly #parts: EventsParts
  readonly #channels = new Map<string, Channel>()
  readonly #addresses = new Map<string, number>()
  #lastId: number
  #stop: (() => void) | null = null
  #secondAt = 0
  #beatAt = 0
  #closed = false

  constructor(parts: EventsParts) {
    this.#parts = parts
    // Begun with the wall clock, ids of a later life of the server are greater than those of this one.
    this.#lastId = Math.floor(parts.boot)
  }

  /** The route, to be mounted at `/chaos`. */
  routes(): Router {
    const router = Router()
    resource(router, '/events', { get: (req, res) => this.#open(req, res) })
    return router
  }

  /** How many listen. */
  get listeners(): number {
    return [...this.#channels.values()].reduce((sum, channel) => sum + channel.size, 0)
  }

  /** The sessions that somebody listens to, or did a moment ago. */
  get sessions(): string[] {
    return [...this.#channels.keys()]
  }

  /** Sends an event to those who listen to one session. */
  emit(session: string, type: string, data: object): void {
    this.#channels.get(session)?.emit(++this.#lastId, type, { ...this.#stamp(), ...data })
  }

  /** Sends an event to everybody. */
  emitToAll(type: string, data: object): void {
    for (const session of this.#channels.keys()) this.emit(session, type, data)
  }

  /** A session is gone: its listeners are sent away. */
  forget(session: string): void {
    this.#channels.get(session)?.close()
    this.#channels.delete(session)
  }

  /** Ends every stream. */
  close(): void {
    this.#closed = true
    this.#stop?.()
    for (const session of this.sessions) this.forget(session)
  }

  async #open(req: Request, res: Response): Promise<void> {
    const name = typeof req.query.session === 'string' ? req.query.session : 'default'
    const streamed = this.#parts.session(name)
    if (!streamed) throw new Problem(404, `There is no session ${quote(name)}: make it with POST /chaos/sessions`)
    if (req.method === 'HEAD') {
      res.writeHead(200, { 'Content-Type': 'text/event-stream', 'Cache-Control': 'no-store' }).end()
      return
    }
    const address = req.socket.remoteAddress ?? ''
    const leave = this.#admit(address, (res as { isStranger?: boolean }).isStranger === true)
    const lastId = Number(req.get('Last-Event-ID') ?? 'none')
    const { clock } = this.#parts
    const listener = await openListener(req, res, clock, leave)
    if (!listener || this.#closed) return listener?.end()

    const channel = this.#channel(name)
    listener.greet(channel.after(lastId, this.#lastId) ?? [this.#hello(streamed, channel)])
    channel.join(listener)
    res.once('close', () => channel.leave(listener, clock.now()))
  }

  #hello(streamed: StreamedSession, channel: Channel): EventBuffer {
    // The buckets that are over belong to the history: the next tick must not send them to this listener again.
    const nowMs = this.#nowMs
    this.#sample(channel, streamed, nowMs)
    const { boot, runs, changes } = this.#parts
    const data = {
      boot: String(boot),
      ...this.#stamp(),
      ...streamed.describe(),
      history: streamed.history(nowMs),
      runs: runs(),
      changes: changes(channel.session),
    }
    return frameOf(this.#lastId, 'hello', data)
  }

  /** Counts a listener in; the function that is returned counts it out. Strangers leave room for who has the token. */
  #admit(address: string, isStranger: boolean): () => void {
    const known = this.#addresses.get(address) ?? 0
    const all = [...this.#addresses.values()].reduce((sum, count) => sum + count, 0)
    const { listeners, listenersPerClient } = this.#parts.limits
    const max = isStranger ? sharesOf(listeners).strangers : listeners
    if (all >= max || known >= listenersPerClient) {
      throw new Problem(429, 'Too many listen already: close a page, or try again later', {
        headers: { 'Retry-After': '5' },
      })
    }
    this.#addresses.set(address, known + 1)
    return () => {
      const left = (this.#addresses.get(address) ?? 1) - 1
      if (left > 0) this.#addresses.set(address, left)
      else this.#addresses.delete(address)
    }
  }

  #channel(session: string): Channel {
    const known = this.#channels.get(session)
    if (known) return known
    const channel = new Channel(session, lastClosedBucket(this.#nowMs), this.#lastId, this.#parts.clock.now())
    this.#channels.set(session, channel)
    this.#run()
    return channel
  }

  /** The timer runs while there is a channel; each tick falls just after the end of a bucket. */
  #run(): void {
    if (this.#stop || this.#channels.size === 0 || this.#closed) return
    const passed = this.#nowMs % BUCKET_MS
    this.#stop = this.#parts.clock.after(BUCKET_MS - passed + 1, () => {
      this.#stop = null
      this.#tick()
      this.#run()
    })
  }

  #tick(): void {
    const now = this.#parts.clock.now()
    for (const [session, channel] of this.#channels) {
      const streamed = this.#parts.session(session)
      if (!streamed || (channel.emptySince !== null && now - channel.emptySince > LINGER_MS)) this.forget(session)
      else this.#sample(channel, streamed, now - this.#parts.startedAt)
    }
    if (now - this.#secondAt >= SECOND_MS) {
      this.#secondAt = now
      this.#parts.everySecond()
      this.#board()
    }
    if (now - this.#beatAt >= HEARTBEAT_MS) this.#beat(now)
  }

  /** Sends the samples of the buckets that are over at `nowMs`: by one reading of the clock, or one that ends between two would be sent never or twice. */
  #sample(channel: Channel, streamed: StreamedSession, nowMs: number): void {
    const samples = streamed.samples(channel.sampledTo, nowMs)
    channel.sampledTo = lastClosedBucket(nowMs)
    for (const sample of samples) channel.emit(++this.#lastId, 'sample', sample)
  }

  #board(): void {
    const channels = [...this.#channels.values()].filter(channel => channel.board)
    if (channels.length === 0) return
    const frame = frameOf(++this.#lastId, 'board', this.#parts.board())
    for (const channel of channels) channel.send(frame, 'board')
  }

  #beat(now: number): void {
    this.#beatAt = now
    const frame = new EventBuffer().comment().dispatch()
    for (const channel of this.#channels.values()) channel.send(frame)
  }

  /** Milliseconds since the server's start. */
  get #nowMs(): number {
    return this.#parts.clock.now() - this.#parts.startedAt
  }

  #stamp(): { atMs: number; wallMs: number } {
    const atMs = Math.round(this.#nowMs)
    return { atMs, wallMs: this.#parts.epoch() + atMs }
  }
}
