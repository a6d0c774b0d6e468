/** A session: an isolated set of settings, clock, outages, capacity, counts and rule state. */

import type { Clock } from '../../lib/clock.ts'
import { Capacity } from '../capacity/capacity.ts'
import { CompiledSettings } from '../decision/compiled-settings.ts'
import { type DeclaredOutage, DeclaredOutages } from '../decision/declared-outages.ts'
import type { ActiveOutage } from '../decision/outage.ts'
import type { RequestObserver, SessionLog } from '../decision/request-record.ts'
import { RuleState } from '../decision/rule-state.ts'
import type { Layers, PassingChange } from '../settings/layers.ts'
import type { SessionClock } from './session-clock.ts'
import { Timers } from './timers.ts'

/** How a scenario run ended: by its own length, by hand, or because something else took its place. */
export type ScenarioRunEnd = 'finished' | 'stopped' | 'interrupted'

/** What a session knows of the scenario that runs in it. */
export interface ActiveScenarioRun {
  readonly id: string
  /** The name of the scenario. */
  readonly name: string
  /** Milliseconds of the timeline; negative before it begins. */
  readonly atMs: number
  /** The length of the timeline in milliseconds. */
  readonly lengthMs: number
  /** Something is due, or the run is over. */
  isDue(): boolean
  /** Applies everything that is due. */
  advance(): void
  /** Ends the run and takes everything back that it set. */
  stop(end: ScenarioRunEnd): void
}

export interface SessionOptions {
  readonly id: string
  /** Tells it from every other that had its id before, or will have. */
  readonly instance: string
  readonly layers: Layers
  readonly clock: SessionClock
  /** The clock is another session's, and goes on when this one begins again. */
  readonly borrowsClock?: boolean
  readonly log: SessionLog
  readonly serverClock: Clock
  /** Made on purpose, by the control plane: it makes room for no other. */
  readonly pinned: boolean
  /** The id of the attendee who made it and may change it without being the host; null where nobody may. */
  readonly owner: string | null
  /** The address of who made it, where that is not the host, or null. */
  readonly client: string | null
  /** What it is called for people; null where nobody said. */
  readonly name?: string | null
  /** The default session, whose declared outages reach this one; null for itself. */
  readonly host: Session | null
}

export class Session {
  readonly id: string
  readonly instance: string
  readonly layers: Layers
  readonly clock: SessionClock
  readonly log: SessionLog
  readonly pinned: boolean
  readonly owner: string | null
  readonly client: string | null
  /** What it is called for people; null where nobody said. */
  name: string | null
  /** The host lets nobody see the name. */
  isNameHidden = false
  /** Requests that are delayed or held. */
  readonly requestTimers: Timers
  /** Changes that revert by themselves, and the next keyframe of a scenario run. */
  readonly controlTimers: Timers
  /** Changes that wait to be taken back; `endsAt` is milliseconds of the server's clock. */
  readonly reverts = new Set<{ readonly change: PassingChange; readonly endsAt: number; readonly cancel: () => void }>()
  readonly declaredOutages = new DeclaredOutages()
  /** What rules and buckets remember. */
  readonly ruleState = new RuleState()
  scenarioRun: ActiveScenarioRun | null = null
  /** Who wants to know of every request, or null. */
  observer: RequestObserver | null = null
  /** Virtual workers, where the settings limit them. */
  capacity: Capacity | null = null
  /** Requests so far that had no key of their own; the next of them has this number. */
  arrivals = 0
  /** Requests that are being answered. */
  inFlight = 0
  /** When a request, a call of the control plane, a listener or a scenario run last had to do with it, on the server's clock. */
  usedAt = 0
  /** What the outage is called that was last seen to be active, or an empty string. */
  lastOutage = ''
  readonly #serverClock: Clock
  readonly #host: Session | null
  readonly #borrowsClock: boolean
  #compiled: CompiledSettings | null = null
  #version = 0
  /** The settings' outages are taken back until then, on the session's clock. */
  #clearUntil = Number.NEGATIVE_INFINITY

  constructor(options: SessionOptions) {
    this.id = options.id
    this.instance = options.instance
    this.layers = options.layers
    this.clock = options.clock
    this.log = options.log
    this.pinned = options.pinned
    this.owner = options.owner
    this.client = options.client
    this.name = options.name ?? null
    this.requestTimers = new Timers(options.serverClock)
    this.controlTimers = new Timers(options.serverClock)
    this.#serverClock = options.serverClock
    this.#host = options.host
    this.#borrowsClock = options.borrowsClock ?? false
  }

  /** The name that everybody may see, or null. */
  get shownName(): string | null {
    return this.isNameHidden ? null : this.name
  }

  /** Traffic brought it about, and nobody has changed it: whoever makes a session of its name may have it. */
  get isUnclaimed(): boolean {
    return !this.pinned && this.scenarioRun === null && !this.layers.hasOwn && this.declaredOutages.none
  }

  /** The settings in force, ready for the hot path; compiled again when one has changed. */
  compiled(): CompiledSettings {
    const { version } = this.layers
    if (this.#compiled !== null && this.#version === version) return this.#compiled
    this.#compiled = new CompiledSettings(this.layers.effective(), this.ruleState)
    this.#version = version
    this.#limit(this.#compiled)
    return this.#compiled
  }

  /** The settings in force with a rule state of their own, to be asked without consequences. */
  rehearsal(): CompiledSettings {
    this.compiled()
    return new CompiledSettings(this.layers.effective(), this.ruleState.copy())
  }

  /** The outage that is active at `now` (the server's clock), or null. */
  outageAt(compiled: CompiledSettings, now: number): ActiveOutage | null {
    const declared = this.#declaredAt(now)
    if (declared) {
      const name = declared.run === null ? 'a declared outage' : 'an outage of the scenario'
      return { name, pickFault: declared.pickFault }
    }
    const { outages } = compiled
    if (!outages) return null
    const atMs = this.clock.at(now)
    if (atMs < this.#clearUntil || !outages.at(atMs)) return null
    return { name: 'an outage of the settings', pickFault: outages.pickFault }
  }

  /** When the outage that is active at `now` will end, on the server's clock; null where none is active. */
  outageEnd(now: number): number | null {
    const declared = this.#declaredAt(now)
    if (declared) return declared.toMs
    const atMs = this.clock.at(now)
    const period = atMs < this.#clearUntil ? null : this.compiled().outages?.at(atMs)
    return period ? now + period.toMs - atMs : null
  }

  /** Ends every active outage, and forgets those that were declared. */
  endOutages(): void {
    this.declaredOutages.clear()
    const { outages } = this.compiled()
    const atMs = this.clock.now()
    for (let period = outages?.at(atMs); period; period = outages?.at(this.#clearUntil)) this.#clearUntil = period.toMs
  }

  /** Back to the beginning: inherited settings, a clock of its own and counts at zero, nobody waiting. */
  reset(): void {
    this.close()
    this.declaredOutages.clear()
    this.layers.clear()
    this.ruleState.clear()
    this.#compiled = null
    this.#clearUntil = Number.NEGATIVE_INFINITY
    if (!this.#borrowsClock) this.clock.restart()
    this.arrivals = 0
    this.log.clear()
  }

  /** Ends everything that waits. */
  close(): void {
    this.scenarioRun?.stop('interrupted')
    this.requestTimers.release()
    this.controlTimers.release()
    this.capacity?.release()
    this.capacity = null
    this.#compiled = null
  }

  #declaredAt(now: number): DeclaredOutage | null {
    const own = this.declaredOutages.none ? null : this.declaredOutages.at(now)
    if (own || !this.#host || this.#host.declaredOutages.none || this.layers.owns('outage')) return own
    return this.#host.declaredOutages.at(now)
  }

  #limit({ settings: { capacity } }: CompiledSettings): void {
    if (!capacity) {
      this.capacity?.release()
      this.capacity = null
    } else if (this.capacity) this.capacity.configure(capacity)
    else this.capacity = new Capacity(this.#serverClock, capacity)
  }
}
