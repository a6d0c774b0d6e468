/** A circuit shared through Redis, with this process's own circuit behind it for when Redis is slow or gone. */

import type { Clock } from '../../../server/lib/clock.ts'
import type { Admission, CircuitEvent, CircuitStore, Details, Override, Permit, State, Verdict } from '../circuit.ts'
import { Emitter } from '../emitter.ts'
import { MemoryStore } from '../memory-store.ts'
import type { CircuitSettings } from '../options.ts'
import { IssuedPermit } from '../probes.ts'
import { Deadlines } from './deadlines.ts'
import { Seen } from './last-seen.ts'
import type { RedisLink } from './link.ts'
import { Lookout } from './reconnect.ts'
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
  readonly #seen = new Seen()
  readonly #lookout: Lookout<Reply>
  #alone = false
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
      if (this.#alone) this.#tell(event)
    })
    this.#lookout = new Lookout({
      clock,
      everyMs: parts.lookEveryMs ?? 250,
      look: async () => {
        const asked = link.acquire(key, this.#settingsText, '0', 'look')
        return readReply(await this.#deadlines.race(asked, nothing))
      },
      found: reply => this.#comeBack(reply),
    })
    this.#stopReady = link.onReady(() => this.#hope())
  }

  acquire(): Admission | Promise<Admission> {
    if (!this.#alone) return this.#acquireShared()
    if (!this.#closed) this.#lookout.glance()
    return this.#own.acquire()
  }

  settle(permit: Permit, verdict: Verdict, details?: Details): void | Promise<void> {
    if (!(permit instanceof SharedPermit)) return this.#own.settle(permit, verdict, details)
    if (permit.settled) return
    permit.settled = true
    if (this.#alone) return this.#settleAlone(permit, verdict, details)
    return this.#settleShared(permit, verdict, details)
  }

  state(): State {
    return this.#alone ? this.#own.state() : this.#seen.state
  }

  listen(listener: (event: CircuitEvent) => void): () => void {
    return this.#emitter.listen(listener)
  }

  /** Takes the circuit by hand for all processes; while Redis is away, for this one. */
  async override(state: Override): Promise<void> {
    const reply = this.#alone ? null : await this.#ask(this.#runSettle('0', '0', state), nothing)
    if (reply === null) this.#own.override(state)
    else this.#hear(reply)
  }

  /** Decides alone from here on; the link stays open for others. */
  close(): void {
    this.#closed = true
    this.#alone = true
    this.#stopReady()
    this.#deadlines.expireAll()
  }

  async #acquireShared(): Promise<Admission> {
    const asked = this.#link.acquire(this.#key, this.#settingsText, String(this.#random()), 'ask')
    const reply = await this.#ask(asked, late => this.#giveBack(late))
    if (reply === null) return this.#own.acquire()
    this.#hear(reply)
    const { state, generation, probe, retryAfterMs } = reply
    const atMs = this.#clock.now()
    if (reply.what === 'admitted') {
      if (probe > 0) this.#tell({ type: 'probe', atMs, probe, outcome: 'started' })
      return new SharedPermit(generation, probe)
    }
    this.#seen.refused(atMs, retryAfterMs)
    this.#tell({ type: 'refused', atMs, state, retryAfterMs })
    return { admitted: false, state, retryAfterMs }
  }

  async #settleShared(permit: SharedPermit, verdict: Verdict, details: Details | undefined): Promise<void> {
    const { generation, probe } = permit
    const reply = await this.#ask(this.#runSettle(`${generation}`, `${probe}`, verdict, details), nothing)
    if (reply === null) return this.#settleAlone(permit, verdict, details)
    const atMs = this.#clock.now()
    if (reply.what === 'late') this.#emitter.note({ type: 'late', atMs, verdict, generation })
    else if (probe > 0) this.#emitter.note({ type: 'probe', atMs, probe, outcome: verdict })
    this.#hear(reply)
  }

  /** A call that began with the shared circuit's leave and ends without it: this process's own circuit learns from it. */
  #settleAlone(permit: SharedPermit, verdict: Verdict, details: Details | undefined): void {
    const { generation, probe } = permit
    if (this.#closed || probe > 0 || generation !== this.#seen.generation || this.#own.state() !== 'closed') return
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
    this.#hope()
  }

  #hope(): void {
    if (this.#alone && !this.#closed) this.#lookout.glanceNow()
  }

  /** The answer in time, or null: Redis is then away. `onLate` gets an answer that came after all. */
  async #ask(asked: Promise<unknown>, onLate: (late: Reply) => void): Promise<Reply | null> {
    try {
      const raw = await this.#deadlines.race(asked, late => onLate(readReply(late)))
      return readReply(raw)
    } catch (error) {
      this.#goAlone(this.#link.trouble() ?? (error instanceof Error ? error.message : String(error)))
      return null
    }
  }

  #goAlone(why: string): void {
    if (this.#alone) return
    this.#alone = true
    const now = this.#clock.now()
    this.#lookout.rest()
    this.#own.restore(this.#seen.carryOver(this.#own.snapshot().generation + 1, now))
    this.#emitter.note({ type: 'store-degraded', atMs: now, why })
    this.#announce(this.#own.state(), this.#seen.state, 0, 'this process is on its own')
    this.#deadlines.expireAll()
    this.#emitter.deliver()
  }

  #comeBack(reply: Reply): void {
    if (!this.#alone || this.#closed) return
    const from = this.#own.state()
    this.#alone = false
    this.#emitter.note({ type: 'store-recovered', atMs: this.#clock.now() })
    this.#seen.state = from
    this.#hear(reply)
  }

  /** Takes note of what a step found, and of what other processes did meanwhile. */
  #hear({ state, generation, why, events }: Reply): void {
    const atMs = this.#clock.now()
    for (const step of events) {
      if (step.type === 'state') this.#announce(step.from, this.#seen.state, step.generation - 1, 'seen in Redis')
      this.#emitter.note(stepEvent(step, atMs))
      if (step.type === 'state') this.#seen.see(step.to, step.generation, atMs, this.#openForMs)
    }
    this.#announce(state, this.#seen.state, generation, why)
    this.#seen.see(state, generation, atMs, this.#openForMs)
    this.#emitter.deliver()
  }

  #announce(to: State, from: State, generation: number, why: string): void {
    if (from !== to) this.#emitter.note({ type: 'state', atMs: this.#clock.now(), from, to, generation, why })
  }

  #tell(event: CircuitEvent): void {
    this.#emitter.note(event)
    this.#emitter.deliver()
  }
}

function nothing(): void {}
