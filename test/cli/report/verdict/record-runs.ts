/**
 * Records the runs that golden.test.ts judges: `node --import tsx test/cli/report/verdict/record-runs.ts`. Most are simulated,
 * so that the same words give the same run; those that nothing can simulate are live. What a verdict does not read is left out.
 */

import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { ArmResult, Result } from '../../../../cli/report/result.ts'
import { startServer } from '../../../../server/server.ts'
import { chaos, documentOf } from '../../harness.ts'

const FOLDER = join(import.meta.dirname, '..', '..', '..', 'contract', 'golden')
const OUTAGE = ['--outage', '1s-4s', '-n', '700']
const ALL = 'none,retry,breaker,retry+breaker,retry+breaker+cache'

/** Words of `chaos simulate`, by what they show. */
const SIMULATED: Readonly<Record<string, readonly string[]>> = {
  'coin flips at 30 %': ['--fail-rate', '30', '-n', '1000'],
  'coin flips at 30 %, another seed': ['--fail-rate', '30', '-n', '1000', '--seed', 'other'],
  'coin flips at 30 %, 100 requests': ['--fail-rate', '30', '-n', '100'],
  'coin flips at 50 %': ['--fail-rate', '50', '-n', '600'],
  'coin flips at 70 %': ['--fail-rate', '70', '-n', '600'],
  'coin flips at 5 %': ['--fail-rate', '5', '-n', '600'],
  'coin flips at 1 %': ['--fail-rate', '1', '-n', '600'],
  'coin flips, a long open time': ['--fail-rate', '30', '-n', '600', '--open-for', '5s'],
  'coin flips, a high threshold': ['--fail-rate', '30', '-n', '600', '--threshold', '90'],
  'coin flips, all arms': ['--fail-rate', '30', '-n', '600', '--arms', ALL],
  'coin flips, retry': ['--fail-rate', '30', '-n', '600', '--arms', 'none,retry'],
  'coin flips, retry and budget': ['--fail-rate', '50', '-n', '600', '--arms', 'retry,retry+budget'],
  'coin flips, the cache': ['--fail-rate', '30', '-n', '600', '--arms', 'none,breaker+cache'],
  'coin flips, nothing but the cache': ['--fail-rate', '30', '-n', '600', '--arms', 'none,cache'],
  'coin flips, one arm': ['--fail-rate', '30', '--arms', 'none'],
  'coin flips, one breaker': ['--fail-rate', '30', '--arms', 'breaker'],
  'coin flips, retries of two kinds': ['--fail-rate', '30', '-n', '600', '--arms', 'retry,retry(1)'],
  'coin flips, at a rate': ['--fail-rate', '30', '--rate', '50/s', '-n', '500'],
  'coin flips, at random moments': ['--fail-rate', '30', '--rate', '50/s', '--poisson', '-n', '500'],
  'coin flips, all at once': ['--fail-rate', '50', '-n', '100', '-c', '100'],
  'coin flips, a closed loop': ['--fail-rate', '30', '-n', '600', '--closed', '-c', '5'],
  'nothing fails': ['-n', '200'],
  'nothing fails, three arms': ['-n', '200', '--arms', 'none,retry,breaker'],
  'everything fails': ['--fail-rate', '100', '-n', '600'],
  'everything fails, retries': ['--fail-rate', '100', '-n', '600', '--arms', 'retry,retry+breaker'],
  'an outage': OUTAGE,
  'an outage, a short open time': [...OUTAGE, '--open-for', '250ms'],
  'an outage, a long open time': [...OUTAGE, '--open-for', '4s'],
  'an outage, an open time in the arm': [...OUTAGE, '--arms', 'none,breaker(open-for=2s)'],
  'an outage of 80 %': ['--outage', '80%@1s-4s', '-n', '700'],
  'an outage of 40 %': ['--outage', '40%@1s-4s', '-n', '700'],
  'an outage amid coin flips': [...OUTAGE, '--fail-rate', '20'],
  'an outage, retries': [...OUTAGE, '--arms', 'retry,retry+breaker'],
  'an outage, the cache': [...OUTAGE, '--arms', 'none,breaker+cache'],
  'an outage, all arms': [...OUTAGE, '--arms', ALL],
  'an outage from the start': ['--outage', '0s-3s', '-n', '600'],
  'an outage to the end': ['--outage', '1s-9s', '-n', '500'],
  'an outage that just ended': ['--outage', '1s-4s', '-n', '450'],
  'an outage, hardly anybody asks': ['--outage', '1s-4s', '--rate', '5/s', '-n', '50'],
  'two outages': ['--outage', '1s-2s', '--outage', '4s-6s', '-n', '900'],
  'two outages, a long open time': ['--outage', '1s-2s', '--outage', '4s-6s', '-n', '900', '--open-for', '3s'],
  'an outage of one batch': ['--outage', '1s-1050ms', '-n', '500'],
  'an outage of nine seconds': ['--outage', '1s-10s', '-n', '1500'],
  'a bulkhead that is too small': ['-n', '300', '--arms', 'none,bulkhead(3)', '--round-trip', '30ms'],
  'a timeout that is too short': ['-n', '300', '--arms', 'none,none+timeout(5ms)', '--round-trip', '30ms'],
  blackout: ['--scenario', 'blackout'],
  brownout: ['--scenario', 'brownout'],
  'bad-deploy': ['--scenario', 'bad-deploy'],
  'coin-flip': ['--scenario', 'coin-flip'],
  flapping: ['--scenario', 'flapping'],
  'flapping, another seed': ['--scenario', 'flapping', '--seed', 'other'],
  'half-open-trap': ['--scenario', 'half-open-trap'],
  'poison-product': ['--scenario', 'poison-product'],
  'rate-limited': ['--scenario', 'rate-limited'],
  'retry-storm': ['--scenario', 'retry-storm'],
  'slow-drip': ['--scenario', 'slow-drip'],
}

/** Words of `chaos compare` before a server, which nothing can simulate. */
const LIVE: Readonly<Record<string, readonly string[]>> = {
  'live: three engines and coin flips': ['--fail-rate', '30', '-n', '300', '--arms', 'breaker,opossum,cockatiel'],
  'live: opossum in an outage': ['--outage', '500ms-2s', '-n', '400', '--arms', 'none,opossum,breaker'],
  'live: nothing is found': ['-n', '100', '--codes', 'nowhere,nobody'],
  'live: all at once': ['--fail-rate', '70', '-n', '100', '-c', '100'],
}

const runs: Record<string, Result> = {}
for (const [name, words] of Object.entries(SIMULATED)) {
  const seed = words.includes('--seed') ? [] : ['--seed', 'golden']
  const ran = await chaos(['simulate', ...words, ...seed, '--json'])
  if (ran.stdout === '') throw new Error(`${name}: ${ran.stderr}`)
  runs[name] = compact(documentOf(ran))
}
const server = await startServer({ seed: 'golden' })
for (const [name, words] of Object.entries(LIVE)) {
  const all = ['compare', '-u', server.url, ...words, '--seed', 'golden', '--no-keep', '--json']
  runs[name] = compact({ ...documentOf(await chaos(all, { days: { count: 199 } })), target: 'http://127.0.0.1:8000' })
}
await server.close(100)
const lines = Object.entries(runs).map(([name, run]) => `${JSON.stringify(name)}: ${JSON.stringify(run)}`)
writeFileSync(join(FOLDER, 'verdict-runs.json'), `{\n${lines.join(',\n')}\n}\n`)

/** Without what is long and what a verdict does not read. */
function compact(result: Result): Result {
  const { verdict, conditions = {}, startedAt, otherDays, delays, ...rest } = result
  const { settings, ...kept } = conditions
  return {
    ...rest,
    startedAt: new Date(0).toISOString(),
    conditions: kept,
    ...(otherDays ? { otherDays: withoutDays(otherDays) } : {}),
    arms: result.arms.map((arm, index) => shortened(arm, index === 0)),
    differences: (result.differences ?? []).map(difference => ({ ...difference, latencyMs: {} })),
    verdict: { text: '', hint: '', usefulPoints: null, ci95: null },
  }
}

/** Day by day only where arms are compared of which none is the first. */
function withoutDays(otherDays: NonNullable<Result['otherDays']>): Result['otherDays'] {
  if (otherDays.arms.length > 2) return otherDays
  return { ...otherDays, arms: otherDays.arms.map(({ days, ...arm }) => arm) }
}

/** The first arm keeps when its requests were sent, which tells whether failures came in spells. */
function shortened({ histogramMs, sent = [], states, recoveries = [], ...arm }: ArmResult, first: boolean): ArmResult {
  return {
    ...arm,
    states: states.map(({ atMs, state }) => ({ atMs: Math.round(atMs), state })),
    series: [],
    ...(recoveries.length > 0 ? { recoveries } : {}),
    sent: first ? sent : sent.slice(-1).map(quarter => ({ ...quarter })),
  }
}
