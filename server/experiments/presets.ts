/** Three experiments that show when a breaker helps and when it hurts; the page offers them, and `chaos demo` plays them. */

import type { ExperimentInput } from './spec.ts'

export interface Preset {
  readonly id: 'coin-flips' | 'outage' | 'retry-storm'
  readonly title: string
  readonly about: string
  /** Without a title. */
  readonly spec: Omit<ExperimentInput, 'title'>
}

/** Seed of the server's draws and of the keys, chosen so that the coin flips show in four seconds what they show in the long run. */
export const PRESET_SEED = '42'

/** In place of what a server may have been set to, which would show instead. */
export const CLEAN_SETTINGS = {
  seed: PRESET_SEED,
  sampler: 'bernoulli',
  latency: null,
  outage: null,
  capacity: null,
  rules: [],
}

export const PRESETS: readonly Preset[] = [
  {
    id: 'coin-flips',
    title: 'Coin flips',
    about: '30 % of all calls fail, each on its own',
    spec: {
      arms: ['none', 'breaker'],
      load: { requests: 800, schedule: { kind: 'batches', concurrency: 20, everyMs: 100 } },
      conditions: { failRate: 30, settings: CLEAN_SETTINGS },
      seed: PRESET_SEED,
    },
  },
  // The spell begins and ends between two batches, and so do the circuit's openings, so that nothing hangs on a few milliseconds.
  {
    id: 'outage',
    title: 'An outage',
    about: 'all is well, then everything fails for three seconds, then all is well again',
    spec: {
      arms: ['none', 'breaker(open-for=450ms)'],
      load: { requests: 550, schedule: { kind: 'batches', concurrency: 10, everyMs: 100 } },
      conditions: { failRate: 0, settings: CLEAN_SETTINGS, outages: [{ failRate: 100, fromMs: 1_050, toMs: 4_050 }] },
      seed: PRESET_SEED,
    },
  },
  {
    id: 'retry-storm',
    title: 'A retry storm',
    about: 'five slow seconds, and the retries keep the server down long after they are over',
    spec: {
      arms: ['retry', 'retry+breaker'],
      load: { requests: 70 * 12, schedule: { kind: 'rate', perSecond: 70 }, timeoutMs: 500 },
      conditions: { settings: CLEAN_SETTINGS, scenario: 'retry-storm' },
      seed: PRESET_SEED,
    },
  },
]
