/**
 * Shows a run on the pages of the server that it is fired at: at most four times a second, beside the load and never in
 * its way, and harmless when it fails. Every step tells the totals since the start, so that a step which is refused or
 * does not arrive takes nothing away; servers that know no totals get what came since the last step that they took.
 */

import { Agent, request } from 'node:http'
import { request as requestSecure, Agent as SecureAgent } from 'node:https'
import {
  MAX_ARM_NAME,
  MAX_LIVE_DOTS,
  MAX_LIVE_EDGES,
  MAX_LIVE_TITLE,
  MAX_LIVE_VERDICT,
} from '../../server/config/limits.ts'
import type { Clock } from '../../server/lib/clock.ts'
import { COUNTERS, type Counts, noCounts } from '../../server/runs/counters.ts'
import { type Dot, type Flow, thinned } from '../../server/runs/flow.ts'
import type { ArmStep, Live, NewRun, RunEnd } from '../../server/telemetry/live-schema.ts'
import type { State } from '../breaker/circuit.ts'
import type { TokenSource } from './token.ts'

/** What an arm came to since the start of the run. */
export interface ArmTotals extends Readonly<Counts> {
  readonly name: string
  /** Every state of its circuit since the start; empty without one. */
  readonly states: readonly { readonly atMs: number; readonly state: State }[]
}

/** Tells of single requests what is new since it was last asked, `atMs` milliseconds after the start. */
export type TakeFlow = (atMs: number) => Flow | null

export interface Publisher {
  /** Begins a run: the arms in their order, with the session that each plays in. Texts that are too long are cut. */
  start(run: NewRun): void
  /** Tells how far the arms are, `atMs` milliseconds after the start. May be called at any rate. */
  progress(atMs: number, arms: readonly ArmTotals[], takeFlow?: TakeFlow): void
  /** Tells the end and lets the connection go; resolves when it is told, or soon after. Never rejects. */
  end(
    atMs: number,
    arms: readonly ArmTotals[],
    result?: NonNullable<RunEnd['result']>,
    takeFlow?: TakeFlow,
  ): Promise<void>
}

export interface PublisherOptions {
  /** Base URL of the server. */
  readonly url: URL
  readonly token?: string | TokenSource | undefined
  readonly clock: Clock
}

/** Four times a second; the next step says what this one left out, so that nothing is lost by waiting. */
const EVERY_MS = 240
/** How long one request is waited for. */
const TIMEOUT_MS = 2_000
/** A server that has not answered for so long takes the run for lost: publishing ends. */
const GIVE_UP_AFTER_MS = 10_000
/** How long the end of a run waits for the last step to be taken; a server that paces its clients takes it within a second. */
const MAX_END_MS = 2_000
/** Changes of state of all arms that one step tells: its body stays below what the server reads. */
const MAX_EDGES_OF_STEP = 800

/** Opens a publisher; nothing is sent before `start`. It has a connection of its own, so that it never waits for the load. */
export function openPublisher(options: PublisherOptions): Publisher {
  return new LivePublisher(options)
}

/** What of an arm the server has taken. */
interface Taken {
  readonly counts: Counts
  readonly states: number
}

class LivePublisher implements Publisher {
  readonly #clock: Clock
  readonly #connection: Connection
  readonly #taken = new Map<string, Taken>()
  #run: NewRun | null = null
  /** The server knows the run. */
  #announced = false
  #attempts = 0
  #startedAt = 0
  /** For how long the run had been playing when the server heard of it at last. */
  #lateMs = 0
  /** What of single requests the server has not taken yet. */
  #flow: Flow | null = null
  /** False for a server that refuses steps with a flow. */
  #takesFlow = true
  /** False for a server that refuses steps with totals. */
  #takesTotals = true
  #sentAt = Number.NEGATIVE_INFINITY
  /** Since when requests are not answered; null where the last one was. */
  #silentSince: number | null = null
  /** What is being sent; null while the connection is free. */
  #sending: Promise<unknown> | null = null
  #over = false
  #cancelWait = () => {}

  constructor({ url, token, clock }: PublisherOptions) {
    this.#clock = clock
    this.#connection = new Connection(url, token)
  }

  start(run: NewRun): void {
    const arms = run.arms.map(arm => ({ ...arm, name: cut(arm.name) }))
    this.#run = { ...run, title: run.title.slice(0, MAX_LIVE_TITLE), arms }
    this.#startedAt = this.#clock.now()
    void this.#queue(() => this.#announce())
  }

  progress(atMs: number, arms: readonly ArmTotals[], takeFlow?: TakeFlow): void {
    const now = this.#clock.now()
    if (this.#over || this.#sending || now - this.#sentAt < EVERY_MS) return
    this.#sentAt = now
    this.#flow = this.#together(this.#flow, takeFlow?.(atMs) ?? null)
    void this.#queue(() => this.#step(atMs, arms))
  }

  async end(atMs: number, arms: readonly ArmTotals[], result?: RunEnd['result'], takeFlow?: TakeFlow): Promise<void> {
    this.#flow = this.#together(this.#flow, takeFlow?.(atMs) ?? null)
    const id = this.#run?.id ?? ''
    const verdict = result?.verdict?.slice(0, MAX_LIVE_VERDICT)
    const end = { id, ...(result ? { result: { ...result, ...(verdict === undefined ? {} : { verdict }) } } : {}) }
    const last = this.#queue(async () => {
      await this.#untilTaken(() => this.#step(atMs, arms))
      await this.#untilTaken(() => this.#end(end))
    })
    let cancel = () => {}
    const late = new Promise<void>(resolve => {
      cancel = this.#clock.after(MAX_END_MS, resolve)
    })
    await Promise.race([last, late])
    this.#over = true
    cancel()
    this.#cancelWait()
    this.#connection.close()
  }

  /** Sends one after another: what was begun first arrives first. */
  #queue(send: () => Promise<unknown>): Promise<unknown> {
    const turn = (this.#sending ?? Promise.resolve()).then(() => (this.#over ? null : send()))
    const done = turn.finally(() => {
      if (this.#sending === done) this.#sending = null
    })
    this.#sending = done
    return done
  }

  async #untilTaken(send: () => Promise<boolean>): Promise<void> {
    while (!this.#over && !(await send()) && !this.#over) {
      await new Promise<void>(resolve => {
        this.#cancelWait = this.#clock.after(EVERY_MS, resolve)
      })
    }
  }

  /** Makes the run known, unless it is. */
  async #announce(): Promise<boolean> {
    if (this.#announced || !this.#run) return this.#announced
    const at = this.#clock.now()
    const status = await this.#connection.post({ run: this.#run })
    const again = this.#attempts++ > 0
    // An announcement that is made again meets itself where only its answer was lost.
    if (again && status === 409) this.#announced = true
    else if (this.#judge(status)) {
      this.#announced = true
      if (again) this.#lateMs = at - this.#startedAt
    }
    return this.#announced
  }

  async #step(atMs: number, arms: readonly ArmTotals[]): Promise<boolean> {
    if (!(await this.#announce())) return false
    const told = arms.map(arm => ({ ...arm, name: cut(arm.name), states: [...arm.states] }))
    const flow = this.#flow
    this.#flow = null
    let status = await this.#connection.post(this.#progressOf(atMs, told, flow))
    if (status === 422 && flow) {
      this.#takesFlow = false
      status = await this.#connection.post(this.#progressOf(atMs, told))
    }
    if (status === 422 && this.#takesTotals) {
      this.#takesTotals = false
      status = await this.#connection.post(this.#progressOf(atMs, told))
    }
    // Without totals there is no saying whether a step arrived: rather no figures than wrong ones.
    if (status === 0 && !this.#takesTotals) this.#over = true
    if (!this.#judge(status)) {
      this.#flow = this.#together(flow, this.#flow)
      return false
    }
    for (const arm of told) this.#taken.set(arm.name, { counts: arm, states: arm.states.length })
    return true
  }

  /** Servers that know no coded verdicts refuse one, and get the text alone. */
  async #end(end: RunEnd): Promise<boolean> {
    let status = await this.#connection.post({ end })
    if (status === 422 && end.result?.coded) {
      const { coded, ...result } = end.result
      status = await this.#connection.post({ end: { ...end, result } })
    }
    return this.#judge(status)
  }

  /** Whether it was taken. An answer that no later one can better ends the publishing, and so does a long silence. */
  #judge(status: number): boolean {
    this.#silentSince = status === 0 ? (this.#silentSince ?? this.#clock.now()) : null
    if (this.#silentSince !== null && this.#clock.now() - this.#silentSince > GIVE_UP_AFTER_MS) this.#over = true
    if (status >= 400 && status !== 429 && status !== 503) this.#over = true
    return status > 0 && status < 400
  }

  #progressOf(atMs: number, arms: readonly ArmTotals[], flow: Flow | null = null): Live {
    const edges = Math.min(MAX_LIVE_EDGES, Math.floor(MAX_EDGES_OF_STEP / arms.length))
    const steps = arms.map((arm): ArmStep => {
      const { name, states } = arm
      const taken = this.#taken.get(name) ?? { counts: noCounts(), states: 0 }
      const increments = countsOf(counter => arm[counter] - taken.counts[counter])
      const fresh = states.slice(taken.states).map(edge => ({ ...edge, atMs: this.#since(edge.atMs) }))
      return {
        name,
        ...increments,
        ...(this.#takesTotals ? { totals: countsOf(counter => arm[counter]) } : {}),
        state: states.at(-1)?.state ?? null,
        ...(fresh.length > 0 ? { states: fresh.slice(-edges) } : {}),
      }
    })
    return {
      progress: {
        id: this.#run?.id ?? '',
        atMs: Math.round(this.#since(atMs)),
        arms: steps,
        ...(flow ? { flow: this.#flowSince(flow) } : {}),
      },
    }
  }

  /** Both as one; where steps are not taken for long, less of it. */
  #together(before: Flow | null, after: Flow | null): Flow | null {
    if (!this.#takesFlow) return null
    if (!before || !after) return before ?? after
    const every = Math.max(before.every, after.every)
    return thinned({ every, dots: [...before.dots, ...after.dots] }, MAX_LIVE_DOTS)
  }

  #flowSince({ every, dots }: Flow): { every: number; dots: Dot[] } {
    const told = dots.map(
      ([arm, index, sentMs, ...rest]): Dot => [arm, index, Math.round(this.#since(sentMs)), ...rest],
    )
    return { every, dots: told }
  }

  /** A time of the run as the server counts it: since it heard of the run. What was before goes into the first millisecond, in its order. */
  #since(atMs: number): number {
    if (atMs < this.#lateMs) return Math.max(0, atMs) / this.#lateMs
    return this.#lateMs > 0 ? 1 + atMs - this.#lateMs : Math.max(0, atMs)
  }
}

function cut(name: string): string {
  return name.slice(0, MAX_ARM_NAME)
}

function countsOf(read: (counter: keyof Counts) => number): Counts {
  return Object.fromEntries(COUNTERS.map(counter => [counter, read(counter)])) as Counts
}

/** A connection to `POST /chaos/live`, kept open between the steps. */
class Connection {
  readonly #request: typeof request
  readonly #agent: Agent
  readonly #url: URL
  readonly #token: string | TokenSource | undefined
  #broken = false

  constructor(url: URL, token: string | TokenSource | undefined) {
    const secure = url.protocol === 'https:'
    this.#request = secure ? requestSecure : request
    this.#agent = new (secure ? SecureAgent : Agent)({ keepAlive: true, maxSockets: 1 })
    this.#url = new URL('/chaos/live', url.origin)
    this.#token = token
  }

  /** The status of the answer; 0 where none came. */
  async post(live: Live): Promise<number> {
    try {
      const token = typeof this.#token === 'function' ? await this.#token(this.#broken) : this.#token
      const status = await this.#send(JSON.stringify(live), token)
      this.#broken = status === 0
      return status
    } catch {
      return 0
    }
  }

  #send(body: string, token: string | undefined): Promise<number> {
    return new Promise(resolve => {
      const headers = {
        'content-type': 'application/json',
        'x-chaos-origin': 'cli',
        ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        'content-length': Buffer.byteLength(body),
      }
      const call = this.#request(this.#url, { method: 'POST', agent: this.#agent, timeout: TIMEOUT_MS, headers })
      call.on('response', answer => {
        const lost = () => resolve(0)
        answer
          .resume()
          .on('end', () => resolve(answer.statusCode ?? 0))
          .on('error', lost)
          .on('close', lost)
      })
      call.on('error', () => resolve(0))
      call.on('timeout', () => call.destroy(new Error('too slow')))
      call.end(body)
    })
  }

  close(): void {
    this.#agent.destroy()
  }
}
