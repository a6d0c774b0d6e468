/** The circuit itself: a state machine without promise, timer or clock. Time and chance are handed in, events handed out. */

import type { Admission, Availability, CircuitEvent, Details, Override, Permit, State, Verdict } from './circuit.ts'
import { OpenTime, RetryAfters } from './open-time.ts'
import type { CircuitSettings } from './options.ts'
import { IssuedPermit, Probes } from './probes.ts'
import { whyOpen, whyReopen } from './rules.ts'
import type { CircuitSnapshot } from './snapshot.ts'
import { CALL, createWindow, FAILED, SLOW, type Window } from './window.ts'

const HALF_OPEN_OVER = 'the open time is over'

/**
 * A circuit: `acquire` before a call, `settle` after it, both in constant time and fixed memory.
 * `now` is in milliseconds of a monotonic clock; a step back counts as no time at all, and so does NaN.
 * Calls and events never nest: `tell` hears of an edge before the circuit does anything else, and must only take note.
 */
export class CircuitCore {
  readonly settings: CircuitSettings
  /** Hears every event, or null where nobody listens. */
  tell: ((event: CircuitEvent) => void) | null = null
  #state: State = 'closed'
  #generation = 1
  #openUntil = 0
  #closedSince: number
  readonly #retryAfters = new RetryAfters()
  #streak = 0
  #time: number
  #offset = 0
  readonly #window: Window
  readonly #probes = new Probes()
  readonly #openTime: OpenTime
  readonly #slowMs: number
  readonly #timed: boolean

  constructor(settings: CircuitSettings, now: number, random: () => number) {
    this.settings = settings
    this.#time = now
    this.#closedSince = now
    this.#window = createWindow(settings, now)
    this.#openTime = new OpenTime(settings, random)
    this.#slowMs = settings.slowCallPercentage === null ? Number.POSITIVE_INFINITY : settings.slowCallMs
    this.#timed = settings.windowMs > 0
  }

  /** The state as of the last call; an open circuit becomes half-open when a call asks, not by itself. */
  get state(): State {
    return this.#state
  }

  /** Grows by one at each change of state. */
  get generation(): number {
    return this.#generation
  }

  /** True while neither `acquire` nor settling a success of this generation reads the time. */
  get timeless(): boolean {
    return this.#state === 'closed' && !this.#timed
  }

  /** Asks leave to make one call. */
  acquire(now: number): Admission {
    if (this.#state === 'closed' || this.#state === 'disabled') return new IssuedPermit(this.#generation, 0)
    const time = this.#catchUp(now)
    if (this.#state === 'open' && time >= this.#openUntil) this.#move('half-open', time, HALF_OPEN_OVER)
    if (this.#state === 'half-open' && this.#probes.taken < this.settings.probes) return this.#probe(time)
    const retryAfterMs = this.#waitMs(time)
    this.tell?.({ type: 'refused', atMs: time, state: this.#state, retryAfterMs })
    return { admitted: false, state: this.#state, retryAfterMs }
  }

  /** Whether `acquire` would admit a call now. Overdue probes are counted, and else nothing changes. */
  canCall(now: number): Availability {
    const time = this.#catchUp(now)
    const state = this.#state
    const free = state === 'half-open' && this.#probes.taken < this.settings.probes
    const waitMs = state === 'closed' || state === 'disabled' || free ? 0 : Math.max(0, this.#waitMs(time))
    return { admitted: waitMs === 0, state, retryAfterMs: waitMs }
  }

  /** Hands a permit back with what became of the call. Only the first settlement of a permit counts. */
  settle(permit: Permit, verdict: Verdict, now: number, details?: Details): void {
    if (permit.settled === true) return
    permit.settled = true
    const time = this.#catchUp(now)
    if (permit.generation !== this.#generation) this.#late(permit, verdict, time)
    else if (permit.probe !== 0) this.#settleProbe(permit, verdict, time, details)
    else if (verdict !== 'ignore' && this.#state === 'closed') this.#count(verdict === 'fail', time, details)
  }

  /** Takes the circuit by hand: holds it open, takes it out of the way, or closes it with a clean slate. */
  override(state: Override, now: number): void {
    const time = this.#catchUp(now)
    if (this.#state === state && state !== 'closed') return
    this.#openTime.level = 0
    this.#move(state, time, 'by hand')
  }

  /** Everything that the circuit knows, as plain data with durations in place of times. */
  snapshot(now: number): CircuitSnapshot {
    const time = this.#catchUp(now)
    const probes = this.#probes
    const window = this.#window.snapshot(time)
    return {
      version: 1,
      state: this.#state,
      generation: this.#generation,
      openLeftMs: this.#state === 'open' ? Math.max(0, this.#openUntil - time) : 0,
      closedForMs: this.#state === 'closed' ? time - this.#closedSince : 0,
      restLeftMs: Math.max(0, this.#retryAfters.streakUntil - time),
      rests: this.#retryAfters.snapshot(this.#window, time),
      level: this.#openTime.level,
      streak: this.#streak,
      window,
      probes: {
        last: probes.last,
        counted: probes.counted,
        failed: probes.failed,
        slow: probes.slow,
        leases: probes.leases.map(lease => ({ probe: lease.probe, leftMs: lease.until - time })),
      },
    }
  }

  /** Goes on where the snapshot stopped, as if no time had passed since. Permits of its generation stay good. */
  restore(snapshot: CircuitSnapshot, now: number): void {
    const time = this.#at(now)
    const { probes } = snapshot
    this.#state = snapshot.state
    this.#generation = snapshot.generation
    this.#openUntil = time + snapshot.openLeftMs
    this.#closedSince = time - snapshot.closedForMs
    this.#streak = snapshot.streak
    this.#openTime.level = snapshot.level
    this.#window.restore(snapshot.window, time)
    this.#retryAfters.restore(snapshot, this.#window, time)
    this.#probes.clear()
    if (snapshot.state !== 'half-open') return
    const leases = probes.leases.map(lease => ({ probe: lease.probe, until: time + lease.leftMs }))
    this.#probes.restore(probes.last, probes.counted, probes.failed, probes.slow, leases)
    // Under other options the verdict may already stand.
    this.#judge(time)
  }

  /** Time that never runs backwards: a clock that was set back goes on from where the circuit was. */
  #at(now: number): number {
    const time = now + this.#offset
    if (time > this.#time && time !== Number.POSITIVE_INFINITY) this.#time = time
    else if (time < this.#time && time !== Number.NEGATIVE_INFINITY) this.#offset = this.#time - now
    return this.#time
  }

  /** Goes to `now`, counting probes that are overdue by then as failed, each at the moment when its lease ended. */
  #catchUp(now: number): number {
    const time = this.#at(now)
    return time < this.#probes.firstEnd ? time : this.#countOverdue(time)
  }

  // What is rare stands by itself, here and below, so that what is not is small enough for V8 to compile into its callers.
  #countOverdue(time: number): number {
    for (let lease = this.#probes.expire(time); lease !== undefined; lease = this.#probes.expire(time)) {
      this.#probes.count(true, true)
      this.tell?.({ type: 'probe', atMs: lease.until, probe: lease.probe, outcome: 'overdue' })
      this.#judge(lease.until)
    }
    return time
  }

  /** Until an open circuit ends, or the first probe is overdue; only half-open has leases: forced open, the first never ends. */
  #waitMs(time: number): number {
    return Math.ceil((this.#state === 'open' ? this.#openUntil : this.#probes.firstEnd) - time)
  }

  #count(failed: boolean, time: number, details: Details | undefined): void {
    const slow = this.#isSlow(details)
    this.#window.record(CALL | (failed ? FAILED : 0) | (slow ? SLOW : 0), time)
    if (failed) this.#failed(time, details)
    else {
      this.#streak = 0
      this.#retryAfters.endStreak()
    }
    // A success never opens a circuit, unless it was a slow one.
    if (failed || slow) this.#openWhereDue(time)
  }

  #openWhereDue(time: number): void {
    const why = whyOpen(this.settings, this.#window, this.#streak)
    if (why === null) return
    this.#openTime.settleDown(time - this.#closedSince)
    const inARow = this.#streak >= (this.settings.consecutiveFailures ?? Number.POSITIVE_INFINITY)
    this.#open(time, why, inARow ? this.#retryAfters.streakUntil : this.#retryAfters.windowUntil(this.#window))
  }

  #isSlow(details: Details | undefined): boolean {
    return (details?.durationMs ?? 0) >= this.#slowMs
  }

  #failed(time: number, details: Details | undefined): void {
    this.#streak += 1
    const restMs = Math.min(details?.retryAfterMs ?? 0, this.settings.retryAfterMaxMs)
    if (restMs > 0) this.#retryAfters.add(time + restMs, this.#window)
  }

  #probe(time: number): Permit {
    const probe = this.#probes.lease(time + this.settings.probeLeaseMs)
    this.tell?.({ type: 'probe', atMs: time, probe, outcome: 'started' })
    return new IssuedPermit(this.#generation, probe)
  }

  #settleProbe(permit: Permit, verdict: Verdict, time: number, details: Details | undefined): void {
    if (!this.#probes.release(permit.probe)) {
      this.#late(permit, verdict, time)
      return
    }
    this.tell?.({ type: 'probe', atMs: time, probe: permit.probe, outcome: verdict })
    if (verdict === 'ignore') return
    if (verdict === 'fail') this.#failed(time, details)
    this.#probes.count(verdict === 'fail', this.#isSlow(details))
    this.#judge(time)
  }

  /** Decides as early as the probes allow: once those still out cannot change the verdict, it stands. */
  #judge(time: number): void {
    const { failed, slow, counted } = this.#probes
    const out = Math.max(0, this.settings.probes - counted)
    const why = whyReopen(this.settings, failed, slow)
    if (why !== null) this.#open(time, why, this.#retryAfters.streakUntil)
    else if (whyReopen(this.settings, failed + out, slow + out) === null) {
      this.#move('closed', time, `${failed} of ${counted} probes failed`)
    }
  }

  /** Opens, and stays open until `restUntil` at the least, which is what the failures that opened it asked for. */
  #open(time: number, why: string, restUntil: number): void {
    this.#openUntil = time + this.#openTime.next(restUntil - time)
    this.#move('open', time, why)
  }

  #move(to: State, time: number, why: string): void {
    const from = this.#state
    this.#state = to
    this.#generation += 1
    this.#streak = 0
    this.#retryAfters.clear()
    this.#closedSince = time
    this.#probes.clear()
    this.#window.clear(time)
    this.tell?.({ type: 'state', atMs: time, from, to, generation: this.#generation, why })
  }

  #late(permit: Permit, verdict: Verdict, time: number): void {
    this.tell?.({ type: 'late', atMs: time, verdict, generation: permit.generation })
  }
}
