/** The regimes of the demo: what is done to the server, and what is fired at it meanwhile. */

import type { Trouble } from '../report/result.ts'

export interface Regime {
  readonly title: string
  /** Arms with commas between them. */
  readonly arms: string
  readonly requests: number
  readonly concurrency: number
  readonly everyMs: number
  readonly timeoutMs: number
  /** Settings of the server at the start. */
  readonly before: Readonly<Record<string, unknown>>
  /** Changes of the settings on the way. */
  readonly steps: readonly { readonly atMs: number; readonly set: Readonly<Record<string, unknown>> }[]
  readonly trouble: Trouble
}

const PACE = { concurrency: 10, everyMs: 100, timeoutMs: 2_000, arms: 'none,breaker' } as const

const COIN_FLIPS: Regime = {
  ...PACE,
  title: 'COIN FLIPS: 30 % of all calls fail, each on its own',
  requests: 400,
  before: { failRate: 30 },
  steps: [],
  trouble: [],
}

const OUTAGE_FROM_MS = 1_500
const OUTAGE_TO_MS = 4_500

const OUTAGE: Regime = {
  ...PACE,
  title: 'AN OUTAGE: all is well, then everything fails for three seconds, then all is well again',
  requests: 750,
  before: { failRate: 0 },
  steps: [
    { atMs: OUTAGE_FROM_MS, set: { failRate: 100 } },
    { atMs: OUTAGE_TO_MS, set: { failRate: 0 } },
  ],
  trouble: [{ fromMs: OUTAGE_FROM_MS, toMs: OUTAGE_TO_MS, what: 'outage' }],
}

export const REGIMES: readonly Regime[] = [COIN_FLIPS, OUTAGE]
