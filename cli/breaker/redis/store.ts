/** A circuit shared through Redis, with this process's own circuit behind it for when Redis is slow or gone. */

import type { Clock } from '../../../server/lib/clock.ts'
import type { Admission, CircuitEvent, CircuitStore, Details, Override, Permit, State, Verdict } from '../circuit.ts'
import { Emitter } from '../emitter.ts'
import { MemoryStore } from '../memory-store.ts'
import type { CircuitSettings } from '../options.ts'
import { IssuedPermit } from '../probes.ts'
import { Deadlines } from './deadlines.ts'
import { LastSeen } from './last-seen.ts'
import type { RedisLink } from './link.ts'
import { Reconnect } from './reconnect.ts'
import { type Reply, readReply, settingsText, stepEvent } from './reply.ts'

export interface RedisStoreParts {
  readonly link: RedisLink
  /** The hash that keeps the circuit; stores with the same key and settings share it. */
  readonly key: string
  readonly settings: CircuitSettings
  readonly clock: Clock
  /** A number from 0 to below 1, for jitter. */
  readonly random: () => number
  /** Milliseconds that Redis has for an answer, 100 when left out. */
  readonly deadlineMs?: number
  /** While Redis is away: milliseconds between two looks whether it is back, 250 when left out. */
  readonly lookEveryMs?: number
  /** Hears what a listener threw; by default it becomes an uncaught exception. */
  readonly onListenerError?: (error: unknown, event: CircuitEvent) => void
}

/** Leave that the shared circuit gave; what this process's own circuit gives is of another class. */
class SharedPermit extends IssuedPermit {}

/**
 * Asks Redis, within a deadline, and decides alone where no answer comes: `store-degraded` is told once, every call that waits
 * is decided at once, and none waits again until Redis has answered a look in time (`store-recovered`).
 */
export class RedisStore implements CircuitStore {
  readonly #link: RedisLink
  readonly #key: string
  readonly #openForMs: number
  readonly #settingsText: string
  readonly #clock: Clock
  readonly #random: () => number
  readonly #emitter: Emitter
  readonly #deadlines: Deadlines
  /** This process's own circuit. */
  readonly #own: MemoryStore
  readonly #stopReady: () => void
  readonly #lastSeen = new LastSeen()
  readonly #reconnect: Reconnect<Reply>
  #degraded = false
  #closed = false

  constructor(parts: RedisStoreParts) {
    const { link, key, settings, clock, random } = parts
    this.#link = link
    this.#key = key
    this.#openForMs = settings.openForMs
    this.#settingsText = settingsText(settings)
    this.#clock = clock
    this.#random = random
    this.#emitter = new Emitter(parts.onListenerError)
    this.#deadlines = new Deadlines(clock, parts.deadlineMs ?? 100)
    this.#own = new MemoryStore({ settings, clock, random })
    this.#own.listen(event => {
      if (this.#degraded) this.#emit(event)
    })
    this.#reconnect = new Reconnect({
      clock,
      everyMs: parts.lookEveryMs ?? 250,
      check: async () => {
        const asked = link.acquire(key, this.#settingsText, '0', 'look')
        return readReply(await this.#deadlines.race(asked, nothing))
      },
      onFound: reply => this.#recover(reply),
    })
    this.#stopReady = link.onReady(() => this.#checkNow())
  }

  acquire(): Admission | Promise<Admission> {
    if (!this.#degraded) return this.#acquireShared()
    if (!this.#closed) this.#reconnect.checkIfDue()
    return this.#own.acquire()
  }

  settle(permit: Permit, verdict: Verdict, details?: Details): void | Promise<void> {
    if (!(permit instanceof SharedPermit)) return this.#own.settle(permit, verdict, details)
    if (permit.settled) return
    permit.settled = true
    if (this.#degraded) return this.#settleOwn(permit, verdict, details)
    return this.#settleShared(permit, verdict, details)
  }

  state(): State {
    return this.#degraded ? this.#own.state() : this.#lastSeen.state
  }

  listen(listener: (event: CircuitEvent) => void): () => void {
    return this.#emitter.listen(listener)
  }

  /** Takes the circuit by hand for all processes; while Redis is away, for this one. */
  async override(state: Override): Promise<void> {
    const reply = this.#degraded ? null : await this.#ask(this.#runSettle('0', '0', state), nothing)
    if (reply === null) this.#own.override(state)
    else this.#apply(reply)
  }

  /** Decides alone from here on; the link stays open for others. */
  close(): void {
    this.#closed = true
    this.#degraded = true
    this.#stopReady()
    this.#deadlines.expireAll()
  }

  async #acquireShared(): Promise<Admission> {
    const asked = this.#link.acquire(this.#key, this.#settingsText, String(this.#random()), 'ask')
    const reply = await this.#ask(asked, late => this.#giveBack(late))
    if (reply === null) return this.#own.acquire()
    this.#apply(reply)
    const { state, generation, probe, retryAfterMs } = reply
    const atMs = this.#clock.now()
    if (reply.what === 'admitted') {
      if (probe > 0) this.#emit({ type: 'probe', atMs, probe, outcome: 'started' })
      return new SharedPermit(generation, probe)
    }
    this.#lastSeen.refused(atMs, retryAfterMs)
    this.#emit({ type: 'refused', atMs, state, retryAfterMs })
    return { admitted: false, state, retryAfterMs }
  }

  async #settleShared(permit: SharedPermit, verdict: Verdict, details: Details | undefined): Promise<void> {
    const { generation, probe } = permit
    const reply = await this.#ask(this.#runSettle(`${generation}`, `${probe}`, verdict, details), nothing)
    if (reply === null) return this.#settleOwn(permit, verdict, details)
    const atMs = this.#clock.now()
    if (reply.what === 'late') this.#emitter.queue({ type: 'late', atMs, verdict, generation })
    else if (probe > 0) this.#emitter.queue({ type: 'probe', atMs, probe, outcome: verdict })
    this.#apply(reply)
  }

  /** A call that began with the shared circuit's leave and ends without it: this process's own circuit learns from it. */
  #settleOwn(permit: SharedPermit, verdict: Verdict, details: Details | undefined): void {
    const { generation, probe } = permit
    if (this.#closed || probe > 0 || generation !== this.#lastSeen.generation || this.#own.state() !== 'closed') return
    const own = this.#own.acquire()
    if (own.admitted) this.#own.settle(own, verdict, details)
  }

  #runSettle(generation: string, probe: string, verdict: Verdict | Override, details?: Details): Promise<unknown> {
    const { durationMs = -1, retryAfterMs = 0 } = details ?? {}
    const chance = String(this.#random())
    return this.#link.settle(
      ...[this.#key, this.#settingsText, chance],
      ...[generation, probe, verdict, String(durationMs), String(retryAfterMs)],
    )
  }

  /** A probe that was granted too late to be used must not keep its slot. */
  #giveBack(late: Reply): void {
    if (late.probe > 0) this.#runSettle(`${late.generation}`, `${late.probe}`, 'ignore').catch(nothing)
    this.#checkNow()
  }

  #checkNow(): void {
    if (this.#degraded && !this.#closed) this.#reconnect.checkNow()
  }

  /** The answer in time, or null: Redis is then away. `onLate` gets an answer that came after all. */
  async #ask(asked: Promise<unknown>, onLate: (late: Reply) => void): Promise<Reply | null> {
    try {
      const raw = await this.#deadlines.race(asked, late => onLate(readReply(late)))
      return readReply(raw)
    } catch (error) {
      this.#degrade(this.#link.error() ?? (error instanceof Error ? error.message : String(error)))
      return null
    }
  }

  #degrade(why: string): void {
    if (this.#degraded) return
    this.#degraded = true
    const now = this.#clock.now()
    this.#reconnect.rest()
    this.#own.restore(this.#lastSeen.carryOver(this.#own.snapshot().generation + 1, now))
    this.#emitter.queue({ type: 'store-degraded', atMs: now, why })
    this.#queueState(this.#own.state(), this.#lastSeen.state, 0, 'this process is on its own')
    this.#deadlines.expireAll()
    this.#emitter.deliver()
  }

  #recover(reply: Reply): void {
    if (!this.#degraded || this.#closed) return
    const from = this.#own.state()
    this.#degraded = false
    this.#emitter.queue({ type: 'store-recovered', atMs: this.#clock.now() })
    this.#lastSeen.state = from
    this.#apply(reply)
  }

  /** Takes over what a step found, and of what other processes did meanwhile. */
  #apply({ state, generation, why, events }: Reply): void {
    const atMs = this.#clock.now()
    for (const step of events) {
      if (step.type === 'state') this.#queueState(step.from, this.#lastSeen.state, step.generation - 1, 'seen in Redis')
      this.#emitter.queue(stepEvent(step, atMs))
      if (step.type === 'state') this.#lastSeen.update(step.to, step.generation, atMs, this.#openForMs)
    }
    this.#queueState(state, this.#lastSeen.state, generation, why)
    this.#lastSeen.update(state, generation, atMs, this.#openForMs)
    this.#emitter.deliver()
  }

  #queueState(to: State, from: State, generation: number, why: string): void {
    if (from !== to) this.#emitter.queue({ type: 'state', atMs: this.#clock.now(), from, to, generation, why })
  }

  #emit(event: CircuitEvent): void {
    this.#emitter.queue(event)
    this.#emitter.deliver()
  }
}

function nothing(): void {}
