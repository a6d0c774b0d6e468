/** What the keys do at the server: the rate, outages, the reset, and the session of the baseline. */

import type { Clock } from '../../server/lib/clock.ts'
import { formatDuration } from '../../server/lib/units.ts'
import { UserError } from '../../server/lib/user-error.ts'
import type { Control } from '../control/control.ts'
import { EXIT } from '../io.ts'

interface ServerActionsParts {
  readonly control: Control
  /** The session that is controlled. */
  readonly session: string
  /**
   * The session in which the baseline plays. Only the default session is inherited from: beside that it is one of this
   * console's own, and elsewhere the controlled one.
   */
  readonly baselineSession: string
  readonly clock: Clock
  /** What was asked for did not happen. */
  readonly refused: (why: string) => void
}

/** How long an outage lasts, in milliseconds. */
const OUTAGE_MS = 10_000
/** How often the session of the baseline is asked for while requests are on their way to it. */
const TRIES = 5

export class ServerActions {
  readonly #parts: ServerActionsParts
  #wanted: number | null = null
  #asking = false
  /** The session of the baseline, open or being opened; null where there is none. */
  #opening: Promise<void> | null = null
  /** Puts the rate back, where it had to stand in for an outage. */
  #endStandIn: (() => Promise<void>) | null = null

  constructor(parts: ServerActionsParts) {
    this.#parts = parts
  }

  /** Asks for a rate in percent. While one is being asked for, only the newest is remembered: keys repeat faster than servers answer. */
  rate(failRate: number): void {
    this.#wanted = failRate
    if (!this.#asking) void this.#askRates()
  }

  /** Declares an outage, or clears it; where the server knows no outages the rate stands in for one. */
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

  /** The session that is controlled goes back to its boot values. */
  async reset(): Promise<void> {
    await this.#attempt(() => this.#parts.control.reset())
  }

  /**
   * Opens the session of the baseline: it inherits the settings of the controlled one and shares its clock, but has its own workers, queues and counts,
   * so that what the baseline does to its upstream does not befall the arm beside it. Resolves when it is open, or cannot be.
   */
  openBaseline(): Promise<void> {
    if (this.#parts.baselineSession === this.#parts.session) return Promise.resolve()
    this.#opening = this.#attempt(() => this.#makeBaseline(TRIES))
    return this.#opening
  }

  /** A request of the baseline that comes between the two calls makes the session by itself, without the clock of the other. */
  async #makeBaseline(tries: number): Promise<void> {
    const { control, baselineSession, session } = this.#parts
    try {
      await control.closeSession(baselineSession)
      await control.openSession({ id: baselineSession, clockOf: session })
    } catch (error) {
      if (tries <= 1) throw error
      await this.#makeBaseline(tries - 1)
    }
  }

  /** A server that was restarted knows the default session only: makes the one that is controlled again. */
  async restoreSession(): Promise<void> {
    const { control, session } = this.#parts
    if (session !== 'default')
      await control
        .in('default')
        .openSession({ id: session })
        .catch(() => {})
  }

  /** Removes what belongs to this console alone. A fail rate belongs to the server, and stays. */
  async close(): Promise<void> {
    await this.#endStandIn?.()
    if (!this.#opening) return
    await this.#opening
    // A server that is gone has forgotten the session.
    await this.#parts.control.closeSession(this.#parts.baselineSession).catch(() => {})
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
      this.#parts.refused(error instanceof Error ? error.message : String(error))
    }
  }
}
