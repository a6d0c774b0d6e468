/** A circuit shared through Redis, with this process's own circuit behind it for when Redis is slow or gone. */

import type { Clock } from '../../../server/lib/clock.ts'
import type {
  Admission,
  Availability,
  CircuitEvent,
  CircuitStore,
  Details,
  Override,
  Permit,
  State,
  Verdict,
} from '../circuit.ts'
import { Emitter } from '../emitter.ts'
import { MemoryStore } from '../memory-store.ts'
import type { CircuitSettings } from '../options.ts'
import { IssuedPermit } from '../probes.ts'
import { Deadlines } from './deadlines.ts'
import { LastSeen } from './last-seen.ts'
import type { RedisLink } from './link.ts'
import { Reconnect } from './reconnect.ts'
import { KEEP_RESET_MS, type Reply, readReply, settingsText, stepEvent } from './reply.ts'

export interface RedisStoreParts {
  readonly link: RedisLink
  /** The hash that keeps the circuit; stores with the same key and settings share it. */
  readonly key: string
  /** What holds all circuits of a name, of whatever settings; a key of this circuit's own when left out. */
  readonly holdKey?: string
  /** The stores of that name in this process, this one among them: while Redis is away, what holds one holds all of them. */
  readonly siblings?: Set<RedisStore>
  readonly settings: CircuitSettings
  readonly clock: Clock
  /** A number from 0 to below 1, for jitter. */
  readonly random: () => number
  /** Milliseconds that Redis has for an answer, 100 when left out. */
  readonly deadlineMs?: number
  /** While Redis is away: milliseconds between two looks whether it is back, 250 when left out; more where it did not stay. */
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
  readonly #holdKey: string
  readonly #siblings: Set<RedisStore>
  readonly #settings: CircuitSettings
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
  /** What Redis was last seen to be held in by hand, and when. */
  #held: { readonly state: Override; readonly at: number } | null = null
  /** What was set by hand while Redis was away: it is told before this process shares the circuit again. */
  #pending: Override | null = null
  /** When this process last shared the circuit again, and in which generation. */
  #recovered = { at: Number.NEGATIVE_INFINITY, generation: 0 }

  constructor(parts: RedisStoreParts) {
    const { link, key, settings, clock, random } = parts
    this.#link = link
    this.#key = key
    this.#holdKey = parts.holdKey ?? `${key}:hold`
    this.#siblings = (parts.siblings ?? new Set()).add(this)
    this.#settings = settings
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
        const asked =
          this.#pending === null
            ? link.acquire(key, this.#holdKey, this.#settingsText, '0', 'check')
            : this.#runSettle('0', '0', this.#pending)
        return readReply(await this.#deadlines.race(asked, nothing))
      },
      onFound: reply => this.#recover(reply),
    })
    this.#stopReady = link.onReady(() => {
      if (this.#degraded && !this.#closed) this.#reconnect.checkNow()
    })
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

  canCall(): Availability {
    return this.#degraded ? this.#own.canCall() : this.#lastSeen.canCall(this.#clock.now())
  }

  /** Takes the circuits of this name by hand for all processes; while Redis is away, for this one, and for all once it is back. */
  async override(state: Override): Promise<void> {
    const reply = this.#degraded ? null : await this.#ask(this.#runSettle('0', '0', state), nothing)
    if (this.#closed) this.#own.override(state)
    else if (reply === null) for (const store of this.#siblings) store.#overrideOwn(state)
    else {
      for (const store of this.#siblings) store.#pending = null
      this.#apply(reply)
    }
  }

  #overrideOwn(state: Override): void {
    this.#degrade('Redis was away when the circuit was set by hand')
    this.#pending = state
    this.#own.override(state)
  }

  /** Decides alone from here on; the link stays open for others. */
  close(): void {
    this.#closed = true
    this.#degraded = true
    this.#siblings.delete(this)
    this.#stopReady()
    this.#deadlines.expireAll()
  }

  async #acquireShared(): Promise<Admission> {
    const asked = this.#link.acquire(this.#key, this.#holdKey, this.#settingsText, String(this.#random()), 'ask')
    const reply = await this.#ask(asked, late => this.#giveBack(late))
    if (reply === null) return this.#own.acquire()
    const lost = this.#lostHold(reply)
    if (lost !== null) {
      await this.override(lost)
      return this.acquire()
    }
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
      ...([this.#key, this.#holdKey, this.#settingsText, chance] as const),
      ...[generation, probe, verdict, String(durationMs), String(retryAfterMs)],
    )
  }

  /** A probe that was granted too late to be used must not keep its slot. */
  #giveBack(late: Reply): void {
    if (late.probe > 0) this.#runSettle(`${late.generation}`, `${late.probe}`, 'ignore').catch(nothing)
    if (this.#degraded && !this.#closed) this.#reconnect.checkSoon()
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
    this.#reconnect.lost()
    if (!this.#ownIsCurrent(now)) this.#own.restore(this.#lastSeen.carryOver(this.#own.snapshot().generation + 1, now))
    this.#emitter.queue({ type: 'store-degraded', atMs: now, why })
    this.#queueState(this.#own.state(), this.#lastSeen.state, 0, 'this process is on its own')
    this.#deadlines.expireAll()
    this.#emitter.deliver()
  }

  /** Whether its own circuit knows more than the shared one, which was closed and away only a moment ago. */
  #ownIsCurrent(now: number): boolean {
    const { state, generation } = this.#lastSeen
    const own = this.#own.state()
    if (state !== 'closed' || own === 'forced-open' || own === 'disabled') return false
    return generation === this.#recovered.generation && now - this.#recovered.at < this.#settings.stableForMs
  }

  /** What Redis forgot: a circuit that is held by hand stays so until somebody says otherwise, which would be seen for a day. */
  #lostHold({ hold }: Reply): Override | null {
    const held = this.#held
    return hold === '' && held !== null && this.#clock.now() - held.at < KEEP_RESET_MS ? held.state : null
  }

  #recover(reply: Reply): void {
    if (!this.#degraded || this.#closed) return
    this.#pending ??= this.#lostHold(reply)
    if (this.#pending !== null && reply.hold !== this.#pending) return
    if (this.#pending !== null) for (const store of this.#siblings) store.#pending = null
    this.#recovered = { at: this.#clock.now(), generation: reply.generation }
    const from = this.#own.state()
    this.#degraded = false
    this.#emitter.queue({ type: 'store-recovered', atMs: this.#clock.now() })
    this.#lastSeen.state = from
    this.#apply(reply)
  }

  /** Takes over what a step found, and of what other processes did meanwhile. */
  #apply({ state, generation, why, events, hold }: Reply): void {
    const atMs = this.#clock.now()
    if (hold !== '') this.#held = hold === 'closed' ? null : { state: hold, at: atMs }
    for (const step of events) {
      if (step.type === 'state') this.#queueState(step.from, this.#lastSeen.state, step.generation - 1, 'seen in Redis')
      this.#emitter.queue(stepEvent(step, atMs))
      if (step.type === 'state') this.#lastSeen.update(step.to, step.generation, atMs, this.#settings.openForMs)
    }
    this.#queueState(state, this.#lastSeen.state, generation, why)
    this.#lastSeen.update(state, generation, atMs, this.#settings.openForMs)
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
