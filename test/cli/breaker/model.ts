/** A second circuit, slow and plain, which keeps every call it has seen: the oracle of the property tests. */

import type {
  Admission,
  CircuitEvent,
  Details,
  Override,
  Permit,
  State,
  Verdict,
} from '../../../cli/breaker/circuit.ts'
import type { CircuitSettings } from '../../../cli/breaker/options.ts'

interface RecordedCall {
  at: number
  failed: boolean
  slow: boolean
  /** Until when it asked to be left alone. */
  restUntil: number
}

interface Probe {
  id: number
  until: number
  result: 'out' | 'good' | 'failed' | 'ignored'
  slow: boolean
  restUntil: number
}

type Emitted = CircuitEvent extends infer Event ? (Event extends unknown ? Omit<Event, 'why'> : never) : never

/** The oracle. Times given to it never run backwards. */
export class Model {
  state: State = 'closed'
  generation = 1
  readonly events: Emitted[] = []
  readonly settings: CircuitSettings
  #began: number
  #calls: RecordedCall[] = []
  #probes: Probe[] = []
  #openUntil = 0
  #growth = 0
  readonly #random: () => number
  readonly #settled = new WeakSet<Permit>()

  constructor(settings: CircuitSettings, now: number, random: () => number) {
    this.settings = settings
    this.#began = now
    this.#random = random
  }

  acquire(now: number): Admission {
    this.#overdue(now)
    if (this.state === 'open' && now >= this.#openUntil) this.#edge('half-open', now)
    if (this.state === 'closed' || this.state === 'disabled') return this.#permit(0)
    const taken = this.#probes.filter(probe => probe.result !== 'ignored').length
    if (this.state === 'half-open' && taken < this.settings.probes) {
      const id = this.#probes.length + 1
      this.#probes.push({ id, until: now + this.settings.probeLeaseMs, result: 'out', slow: false, restUntil: 0 })
      this.events.push({ type: 'probe', atMs: now, probe: id, outcome: 'started' })
      return this.#permit(id)
    }
    const ends = this.#probes.filter(probe => probe.result === 'out').map(probe => probe.until)
    const until = { open: this.#openUntil, 'half-open': Math.min(...ends) }[this.state as string] ?? Infinity
    const retryAfterMs = Math.ceil(until - now)
    this.events.push({ type: 'refused', atMs: now, state: this.state, retryAfterMs })
    return { admitted: false, state: this.state, retryAfterMs }
  }

  settle(permit: Permit, verdict: Verdict, now: number, details: Details = {}): void {
    if (this.#settled.has(permit)) return
    this.#settled.add(permit)
    this.#overdue(now)
    const probe = this.#probes.find(({ id }) => id === permit.probe)
    const slow = this.settings.slowCallPercentage !== null && (details.durationMs ?? 0) >= this.settings.slowCallMs
    const failed = verdict === 'fail'
    if (permit.generation !== this.generation || (probe && probe.result !== 'out')) {
      this.events.push({ type: 'late', atMs: now, verdict, generation: permit.generation })
      return
    }
    if (probe) this.events.push({ type: 'probe', atMs: now, probe: probe.id, outcome: verdict })
    if (probe && verdict === 'ignore') probe.result = 'ignored'
    if (verdict === 'ignore' || this.state === 'disabled') return
    const rest = Math.min(details.retryAfterMs ?? 0, this.settings.retryAfterMaxMs)
    const restUntil = failed && rest > 0 ? now + rest : 0
    if (probe) {
      probe.result = failed ? 'failed' : 'good'
      probe.slow = slow
      probe.restUntil = restUntil
      this.#judge(now)
    } else {
      this.#calls.push({ at: now, failed, slow, restUntil })
      if ((failed || slow) && this.#trips(now)) {
        this.#growth = Math.max(0, this.#growth - Math.floor((now - this.#began) / this.settings.stableForMs))
        this.#open(now, this.#openers(now))
      }
    }
  }

  override(state: Override, now: number): void {
    this.#overdue(now)
    if (state === this.state && state !== 'closed') return
    this.#growth = 0
    this.#edge(state, now)
  }

  /** What the window holds at `now`. */
  window(now: number): RecordedCall[] {
    const { windowCalls, windowMs, windowBuckets } = this.settings
    if (windowMs === 0) return this.#calls.slice(-windowCalls)
    const bucket = (at: number): number => Math.floor((at - this.#began) / (windowMs / windowBuckets))
    return this.#calls.filter(({ at }) => bucket(at) > bucket(now) - windowBuckets)
  }

  #streak(): RecordedCall[] {
    return this.#calls.slice(this.#calls.findLastIndex(({ failed }) => !failed) + 1)
  }

  /** The calls that open it: those in a row where that rule speaks, else those of the window. */
  #openers(now: number): RecordedCall[] {
    const streak = this.#streak()
    return streak.length >= (this.settings.consecutiveFailures ?? Infinity) ? streak : this.window(now)
  }

  #trips(now: number): boolean {
    const { failurePercentage, minimumCalls, maxFailures, consecutiveFailures, slowCallPercentage } = this.settings
    const window = this.window(now)
    const failures = window.filter(({ failed }) => failed).length
    const slow = window.filter(call => call.slow).length
    const streak = this.#streak().length
    const enough = window.length >= minimumCalls
    return (
      (enough && failurePercentage !== null && (failures / window.length) * 100 >= failurePercentage) ||
      (enough && slowCallPercentage !== null && (slow / window.length) * 100 >= slowCallPercentage) ||
      (maxFailures !== null && failures >= maxFailures) ||
      (consecutiveFailures !== null && streak >= consecutiveFailures)
    )
  }

  #overdue(now: number): void {
    for (;;) {
      const probe = this.#probes.find(({ result, until }) => result === 'out' && until <= now)
      if (this.state !== 'half-open' || !probe) return
      probe.result = 'failed'
      probe.slow = true
      this.events.push({ type: 'probe', atMs: probe.until, probe: probe.id, outcome: 'overdue' })
      this.#judge(probe.until)
    }
  }

  #judge(now: number): void {
    const back = this.#probes.filter(({ result }) => result === 'good' || result === 'failed')
    const failed = back.filter(({ result }) => result === 'failed').length
    const slow = back.filter(probe => probe.slow).length
    const missing = this.settings.probes - back.length
    const ends = [0, missing].map(bad => this.#reopens(failed + bad, slow + bad))
    if (ends[0]) this.#open(now, this.#probes)
    else if (!ends[1]) this.#edge('closed', now)
  }

  #reopens(failed: number, slow: number): boolean {
    const { failurePercentage, maxFailures, consecutiveFailures, slowCallPercentage, probes } = this.settings
    return (
      (failed > 0 && (maxFailures ?? consecutiveFailures) !== null) ||
      (failurePercentage !== null && (failed / probes) * 100 >= failurePercentage) ||
      (slowCallPercentage !== null && (slow / probes) * 100 >= slowCallPercentage)
    )
  }

  #open(now: number, openers: readonly { restUntil: number }[]): void {
    const { openForMs, openFactor, openMaxMs, jitter } = this.settings
    let ms = openForMs
    for (let step = 0; step < this.#growth; step += 1) ms *= openFactor
    if (openFactor > 1 && ms < openMaxMs) this.#growth += 1
    ms = Math.max(Math.min(ms, openMaxMs), ...openers.map(({ restUntil }) => restUntil - now))
    this.#openUntil = now + (jitter > 0 ? ms * (1 + jitter * this.#random()) : ms)
    this.#edge('open', now)
  }

  #edge(to: State, now: number): void {
    this.generation += 1
    this.events.push({ type: 'state', atMs: now, from: this.state, to, generation: this.generation })
    this.state = to
    this.#began = now
    this.#calls = []
    this.#probes = []
  }

  #permit(probe: number): Permit {
    return { admitted: true, generation: this.generation, probe }
  }
}
