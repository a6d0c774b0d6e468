/** What the keys do at the server: the rate, outages, the reset, and the session of the baseline. */

import type { Clock } from '../../server/lib/clock.ts'
import { formatDuration } from '../../server/lib/units.ts'
import { UserError } from '../../server/lib/user-error.ts'
import type { Control } from '../control/control.ts'
import { EXIT } from '../io.ts'

export interface SteeringParts {
  readonly control: Control
  /** The session that is steered. */
  readonly room: string
  /** A session of this console's own, for the baseline. */
  readonly shadow: string
  readonly clock: Clock
  /** What was asked for did not happen. */
  readonly refused: (why: string) => void
}

/** How long the plug stays pulled, in milliseconds. */
const OUTAGE_MS = 10_000
/** How often the session of the baseline is asked for while requests are on their way to it. */
const TRIES = 5

export class Steering {
  readonly #parts: SteeringParts
  #wanted: number | null = null
  #asking = false
  /** The session of the baseline, open or being opened; null where there is none. */
  #opening: Promise<void> | null = null
  /** Puts the rate back, where it had to stand in for an outage. */
  #endStandIn: (() => Promise<void>) | null = null

  constructor(parts: SteeringParts) {
    this.#parts = parts
  }

  /** Asks for a rate in percent. While one is being asked for, only the newest wish is remembered: keys repeat faster than servers answer. */
  rate(failRate: number): void {
    this.#wanted = failRate
    if (!this.#asking) void this.#askRates()
  }

  /** Pulls the plug, or puts it back; where the server knows no outages the rate stands in for one. */
  async outage(on: boolean, rateNow: number): Promise<void> {
    const { control, clock } = this.#parts
    await this.#attempt(async () => {
      if (this.#endStandIn) return this.#endStandIn()
      if (await this.#callOutage(on)) return
      if (!on) return
      await control.setFailRate(100)
      const cancel = clock.after(OUTAGE_MS, () => void this.#endStandIn?.())
      this.#endStandIn = async () => {
        this.#endStandIn = null
        cancel()
        await this.#attempt(async () => void (await control.setFailRate(rateNow)))
      }
    })
  }

  /** The session that is steered goes back to its boot values. */
  async reset(): Promise<void> {
    await this.#attempt(() => this.#parts.control.reset())
  }

  /**
   * Opens the session of the baseline: it inherits the settings of the room and shares its clock, but has its own workers, queues and counts,
   * so that what the baseline does to its upstream does not befall the arm beside it. Only the default session is inherited from:
   * elsewhere the baseline shares the room. Resolves when it is open, or cannot be.
   */
  openShadow(): Promise<void> {
    if (this.shadow === this.#parts.room) return Promise.resolve()
    this.#opening = this.#attempt(() => this.#makeShadow(TRIES))
    return this.#opening
  }

  /** A request of the baseline that comes between the two calls makes the session by itself, without the clock of the room. */
  async #makeShadow(tries: number): Promise<void> {
    const { control, shadow, room } = this.#parts
    try {
      await control.closeSession(shadow)
      await control.openSession({ id: shadow, clockOf: room })
    } catch (error) {
      if (tries <= 1) throw error
      await this.#makeShadow(tries - 1)
    }
  }

  /** A server that was restarted knows the default session only: makes the one that is steered again. */
  async findRoom(): Promise<void> {
    const { control, room } = this.#parts
    if (room !== 'default')
      await control
        .in('default')
        .openSession({ id: room })
        .catch(() => {})
  }

  /** The session of the baseline. */
  get shadow(): string {
    return this.#parts.room === 'default' ? this.#parts.shadow : this.#parts.room
  }

  /** Removes what belongs to this console alone. The room's rate is the room's, and stays. */
  async close(): Promise<void> {
    await this.#endStandIn?.()
    if (!this.#opening) return
    await this.#opening
    try {
      await this.#parts.control.closeSession(this.#parts.shadow)
    } catch {
      // A server that is gone has forgotten the session.
    }
  }

  async #askRates(): Promise<void> {
    this.#asking = true
    while (this.#wanted !== null) {
      const failRate = this.#wanted
      this.#wanted = null
      await this.#attempt(async () => void (await this.#parts.control.setFailRate(failRate)))
    }
    this.#asking = false
  }

  /** False where the server knows no outages. */
  async #callOutage(on: boolean): Promise<boolean> {
    const { control } = this.#parts
    try {
      if (on) await control.call('POST', '/chaos/outages', { for: formatDuration(OUTAGE_MS) })
      else await control.call('DELETE', '/chaos/outages')
      return true
    } catch (error) {
      if (error instanceof UserError && error.exitCode === EXIT.unreachable) return false
      throw error
    }
  }

  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act()
    } catch (error) {
      this.#parts.refused(messageOf(error))
    }
  }
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
