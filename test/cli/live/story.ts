/** A session at the console, told as events: calm, coin flips at 30 %, an outage, and the way back. For the screen tests and the picture. */

import { begin, type Model } from '../../../cli/live/model.ts'
import { type LiveEvent, reduce } from '../../../cli/live/reducer.ts'
import { type Counts, noCounts } from '../../../server/runs/counters.ts'

const BATCH = 10
const EVERY_MS = 100

/** What became of a batch of ten in each arm, while the weather was so. */
interface Weather {
  readonly untilMs: number
  readonly main: Partial<Counts>
  readonly baseline: Partial<Counts>
}

const fine = { success: 10, calls: 10 }
const CONDITIONS: readonly Weather[] = [
  { untilMs: 6_000, main: fine, baseline: fine },
  {
    untilMs: 11_000,
    main: { success: 4, failed: 2, shortCircuited: 4, calls: 6, wasted: 2 },
    baseline: { success: 7, failed: 3, calls: 10, wasted: 3 },
  },
  { untilMs: 15_000, main: fine, baseline: fine },
  { untilMs: 21_000, main: { shortCircuited: 10 }, baseline: { failed: 10, calls: 10, wasted: 10 } },
  { untilMs: 26_000, main: fine, baseline: fine },
]

const CHANGES: readonly (readonly [at: number, event: LiveEvent])[] = [
  [100, { type: 'connected', failRate: 0, rateSource: 'env', outage: null }],
  [200, { type: 'switched', what: 'automatic', on: true }],
  [6_000, { type: 'changed', who: 'web', failRate: 30, rateSource: 'web' }],
  [6_500, { type: 'circuit', state: 'open', why: '10 of the last 20 calls failed' }],
  [7_500, { type: 'circuit', state: 'half-open', why: 'the open time is over' }],
  [7_510, { type: 'circuit', state: 'closed', why: '3 probes succeeded' }],
  [9_000, { type: 'circuit', state: 'open', why: '10 of the last 20 calls failed' }],
  [10_000, { type: 'circuit', state: 'half-open', why: 'the open time is over' }],
  [10_020, { type: 'circuit', state: 'closed', why: '3 probes succeeded' }],
  [11_000, { type: 'changed', who: 'cli', failRate: 20, rateSource: 'cli' }],
  [11_300, { type: 'changed', who: 'cli', failRate: 0, rateSource: 'cli' }],
  [15_000, { type: 'changed', who: 'web', outage: { forMs: 6_000 } }],
  [15_100, { type: 'circuit', state: 'open', why: '10 of the last 20 calls failed' }],
  ...[1, 2, 3, 4, 5].flatMap((second): [number, LiveEvent][] => [
    [15_100 + second * 1_000, { type: 'circuit', state: 'half-open', why: 'the open time is over' }],
    [15_110 + second * 1_000, { type: 'circuit', state: 'open', why: '3 of 3 probes failed' }],
  ]),
  [21_000, { type: 'changed', who: 'server', outage: null }],
  [21_150, { type: 'circuit', state: 'half-open', why: 'the open time is over' }],
  [21_170, { type: 'circuit', state: 'closed', why: '3 probes succeeded' }],
  [25_000, { type: 'changed', who: 'file', failRate: 70, rateSource: 'file' }],
]

/** The model at `untilMs` of the story. Its wall clock says 17:00:00 at the beginning. */
export function story(untilMs: number, start: Partial<Parameters<typeof begin>[0]> = {}): Model {
  const answers = Array.from({ length: 26_000 / EVERY_MS }, (_, batch) => batch * EVERY_MS + 50).flatMap(at => {
    const weather = CONDITIONS.find(one => at < one.untilMs)
    const events: [number, LiveEvent][] = [
      [at, { type: 'answers', arm: 'main', counts: { ...noCounts(), ...weather?.main } }],
      [at, { type: 'answers', arm: 'baseline', counts: { ...noCounts(), ...weather?.baseline } }],
    ]
    return at < 200 ? [] : events
  })
  const events = [...CHANGES, ...answers].sort(([a], [b]) => a - b).filter(([at]) => at <= untilMs)
  const before = begin({
    now: 0,
    wallOffsetMs: Date.UTC(2026, 0, 1, 17),
    target: 'http://127.0.0.1:8000',
    session: 'default',
    load: { batch: BATCH, everyMs: EVERY_MS, automatic: false },
    arm: { name: 'breaker', rule: 'opens at 50 % of 20 calls failed', caches: false },
    baselineOn: true,
    ...start,
  })
  const model = events.reduce((last, [at, event]) => reduce(last, event, at), before)
  return reduce(model, { type: 'tick' }, untilMs)
}
