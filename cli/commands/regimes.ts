/** The regimes of the demo: what is done to the server, and what is fired at it meanwhile. */

import type { Conditions } from '../experiment/sessions.ts'
import type { ScheduleOptions } from '../options/schedule.ts'

export interface Regime {
  readonly title: string
  /** Arms with commas between them. */
  readonly arms: string
  readonly schedule: ScheduleOptions
  readonly timeoutMs: number
  readonly conditions: Conditions
}

const PACE = { concurrency: 10, every: 100 } as const

const COIN_FLIPS: Regime = {
  title: 'COIN FLIPS: 30 % of all calls fail, each on its own',
  arms: 'none,breaker',
  schedule: { ...PACE, requests: 300 },
  timeoutMs: 2_000,
  conditions: { failRate: 30 },
}

/** The spell begins and ends between two batches, and so do the circuit's openings, so that nothing hangs on a few milliseconds. */
const OUTAGE: Regime = {
  title: 'AN OUTAGE: all is well, then everything fails for three seconds, then all is well again',
  arms: 'none,breaker(open-for=450ms)',
  schedule: { ...PACE, requests: 550 },
  timeoutMs: 2_000,
  conditions: { failRate: 0, outages: [{ failRate: 100, fromMs: 1_050, toMs: 4_050 }] },
}

const RETRY_STORM: Regime = {
  title: 'A RETRY STORM: five slow seconds, and the retries keep the server down long after they are over',
  arms: 'retry,retry+breaker',
  schedule: { ...PACE, requests: 70 * 12, rate: 70 },
  timeoutMs: 500,
  conditions: { scenario: 'retry-storm' },
}

export const REGIMES: readonly Regime[] = [COIN_FLIPS, OUTAGE, RETRY_STORM]
