/** A session: an isolated lab with settings, clock, counts and memory of its own. */

import type { Clock } from '../clock.ts'
import type { Layers } from './layers.ts'
import { Memory } from './memory.ts'
import { Plan } from './plan.ts'
import type { SessionTime } from './session-time.ts'
import type { SessionLog } from './visit.ts'
import { Waits } from './waits.ts'

export interface SessionParts {
  readonly id: string
  readonly layers: Layers
  readonly time: SessionTime
  readonly log: SessionLog
  readonly clock: Clock
  /** Made on purpose, by the control plane: the last to be evicted. */
  readonly pinned: boolean
}

export class Session {
  readonly id: string
  readonly layers: Layers
  readonly time: SessionTime
  readonly log: SessionLog
  /** Requests that are delayed or held. */
  readonly waits: Waits
  /** Changes that revert by themselves. */
  readonly timers: Waits
  readonly pinned: boolean
  /** Requests so far that had no key of their own; the next of them has this number. */
  arrivals = 0
  /** Requests that are being answered. */
  inFlight = 0
  /** Milliseconds of the server's clock. */
  usedAt = 0
  readonly #memory = new Memory()
  #plan: { version: number; plan: Plan } | null = null

  constructor(parts: SessionParts) {
    this.id = parts.id
    this.layers = parts.layers
    this.time = parts.time
    this.log = parts.log
    this.waits = new Waits(parts.clock)
    this.timers = new Waits(parts.clock)
    this.pinned = parts.pinned
  }

  /** The plan in force; compiled again when a setting has changed. */
  plan(): Plan {
    const version = this.layers.version
    if (this.#plan?.version === version) return this.#plan.plan
    const plan = new Plan(this.layers.effective(), this.#memory)
    this.#plan = { version, plan }
    return plan
  }

  /** Back to the beginning: inherited settings, clock and counts at zero, nobody waiting. */
  reset(): void {
    this.close()
    this.layers.clear()
    this.#memory.clear()
    this.#plan = null
    this.time.restart()
    this.arrivals = 0
    this.log.clear()
  }

  /** Ends everything that waits. */
  close(): void {
    this.waits.release()
    this.timers.release()
  }
}
