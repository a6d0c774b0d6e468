/** A session: an isolated lab with settings, clock, weather, capacity, counts and memory of its own. */

import type { Clock } from '../../lib/clock.ts'
import { Capacity } from '../capacity/capacity.ts'
import { Plan } from '../decision/compiled-settings.ts'
import type { Trouble } from '../decision/decide.ts'
import { PulledPlugs } from '../decision/declared-outages.ts'
import type { SessionLog } from '../decision/request-record.ts'
import { Memory } from '../decision/rule-state.ts'
import type { Layers } from '../settings/layers.ts'
import type { Play } from './scenario-run.ts'
import type { SessionClock } from './session-clock.ts'
import { Timers } from './timers.ts'

export interface SessionParts {
  readonly id: string
  readonly layers: Layers
  readonly time: SessionClock
  /** The clock is another session's, and goes on when this one begins again. */
  readonly borrowsTime?: boolean
  readonly log: SessionLog
  readonly clock: Clock
  /** Made on purpose, by the control plane: it makes room for no other. */
  readonly pinned: boolean
  /** The id of the attendee who made it and may change it without being the host; null where nobody may. */
  readonly owner?: string | null
  /** The default session, whose declared outages reach this one; null for itself. */
  readonly host: Session | null
}

export class Session {
  readonly id: string
  readonly layers: Layers
  readonly time: SessionClock
  readonly log: SessionLog
  readonly pinned: boolean
  /** The id of the attendee who made it and may change it without being the host; null where nobody may. */
  readonly owner: string | null
  /** Requests that are delayed or held. */
  readonly waits: Timers
  /** Changes that revert by themselves. */
  readonly timers: Timers
  readonly plugs = new PulledPlugs()
  /** The scenario that is running. */
  run: Play | null = null
  /** Virtual workers, where the settings limit them. */
  capacity: Capacity | null = null
  /** Requests so far that had no key of their own; the next of them has this number. */
  arrivals = 0
  /** Requests that are being answered. */
  inFlight = 0
  /** Milliseconds of the server's clock. */
  usedAt = 0
  /** What the outage is called that was last seen to be on, or an empty string. */
  weather = ''
  readonly #clock: Clock
  readonly #host: Session | null
  readonly #borrowsTime: boolean
  readonly #memory = new Memory()
  #plan: { version: number; plan: Plan } | null = null
  /** The settings' outages are taken back until then, on the session's clock. */
  #clearUntil = Number.NEGATIVE_INFINITY

  constructor(parts: SessionParts) {
    this.id = parts.id
    this.layers = parts.layers
    this.time = parts.time
    this.log = parts.log
    this.pinned = parts.pinned
    this.owner = parts.owner ?? null
    this.waits = new Timers(parts.clock)
    this.timers = new Timers(parts.clock)
    this.#clock = parts.clock
    this.#host = parts.host
    this.#borrowsTime = parts.borrowsTime ?? false
  }

  /** The plan in force; compiled again when a setting has changed. */
  plan(): Plan {
    const version = this.layers.version
    if (this.#plan?.version === version) return this.#plan.plan
    const plan = new Plan(this.layers.effective(), this.#memory)
    this.#plan = { version, plan }
    this.#limit(plan)
    return plan
  }

  /** What bucket and rules remember. */
  get memory(): Memory {
    return this.#memory
  }

  /** The plan in force with a memory of its own, to be asked without consequences. */
  rehearsal(): Plan {
    this.plan()
    return new Plan(this.layers.effective(), this.#memory.copy())
  }

  /** The outage that is on at `now` (the server's clock), or null. */
  trouble(plan: Plan, now: number): Trouble | null {
    const plug = this.#plugAt(now)
    if (plug) return { name: plug.run === null ? 'a declared outage' : 'an outage of the scenario', mix: plug.mix }
    if (!plan.outage) return null
    const atMs = this.time.at(now)
    if (atMs < this.#clearUntil || !plan.outage.downAt(atMs)) return null
    return { name: 'an outage of the settings', mix: plan.outage.mix }
  }

  /** When the outage that is on at `now` will end, on the server's clock; null where none is on. */
  downUntil(now: number): number | null {
    const plug = this.#plugAt(now)
    if (plug) return plug.toMs
    const atMs = this.time.at(now)
    const period = atMs < this.#clearUntil ? null : this.plan().outage?.downAt(atMs)
    return period ? now + period.toMs - atMs : null
  }

  /** Ends every outage that is on, and forgets those that were declared. */
  endOutages(): void {
    this.plugs.clear()
    const { outage } = this.plan()
    const atMs = this.time.now()
    for (let down = outage?.downAt(atMs); down; down = outage?.downAt(this.#clearUntil)) this.#clearUntil = down.toMs
  }

  /** Back to the beginning: inherited settings, a clock of its own and counts at zero, nobody waiting. */
  reset(): void {
    this.close()
    this.plugs.clear()
    this.layers.clear()
    this.#memory.clear()
    this.#plan = null
    this.#clearUntil = Number.NEGATIVE_INFINITY
    if (!this.#borrowsTime) this.time.restart()
    this.arrivals = 0
    this.log.clear()
  }

  /** Ends everything that waits. */
  close(): void {
    this.run?.stop('interrupted')
    this.waits.release()
    this.timers.release()
    this.capacity?.release()
    this.capacity = null
    this.#plan = null
  }

  #plugAt(now: number) {
    const own = this.plugs.none ? null : this.plugs.at(now)
    if (own || !this.#host || this.#host.plugs.none || this.layers.owns('outage')) return own
    return this.#host.plugs.at(now)
  }

  #limit({ settings: { capacity } }: Plan): void {
    if (!capacity) {
      this.capacity?.release()
      this.capacity = null
    } else if (this.capacity) this.capacity.configure(capacity)
    else this.capacity = new Capacity(this.#clock, capacity)
  }
}
