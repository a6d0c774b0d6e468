/** What an expectation can be about: each measure by its name, its kind of value, and how an arm answers it. */

import { formatCount, formatMs, formatShare } from '../format.ts'
import type { ArmResult, Outcomes, Trouble } from '../result.ts'
import { amplification, foundNothing, total, useful } from './figures.ts'
import { timeToOpen } from './recovery.ts'

/** How a measure is written: in percent, as a whole number, as a plain number, or as a duration. */
export type Unit = 'share' | 'count' | 'ratio' | 'duration'

/** A measured value in the unit's own scale (a share from 0 to 1, milliseconds), or why there is none. */
export type Measured = { readonly value: number } | { readonly missing: string }

export interface Measure {
  readonly name: string
  /** The units it can be compared in; the first is its own. */
  readonly units: readonly [Unit, ...Unit[]]
  read(arm: ArmResult, trouble: Trouble, unit: Unit): Measured
}

const OUTCOMES: Readonly<Record<string, keyof Outcomes>> = {
  success: 'success',
  failed: 'failed',
  'short-circuited': 'shortCircuited',
  'from-cache': 'fromCache',
}

const PERCENTILES = ['p50', 'p95', 'p99', 'max'] as const

const MEASURES: readonly Measure[] = [
  counted('useful', ['share', 'count'], arm => [useful(arm.outcomes), total(arm.outcomes)]),
  ...Object.entries(OUTCOMES).map(([name, key]) =>
    counted(name, ['share', 'count'], arm => [arm.outcomes[key], total(arm.outcomes)]),
  ),
  counted('requests', ['count'], arm => [total(arm.outcomes), total(arm.outcomes)]),
  counted('calls', ['count'], arm => [arm.upstream.calls, arm.upstream.calls]),
  counted('wasted', ['count', 'share'], arm => [arm.upstream.wasted, arm.upstream.calls]),
  { name: 'amplification', units: ['ratio'], read: arm => known(amplification(arm), 'no requests') },
  { name: 'recovery', units: ['duration'], read: recoveryOf },
  {
    name: 'time-to-open',
    units: ['duration'],
    read: (arm, trouble) => known(timeToOpen(arm.states, trouble), 'never opened'),
  },
  ...PERCENTILES.flatMap(point => [
    latency(point, point, 'all'),
    latency(`${point}.all`, point, 'all'),
    ...Object.entries(OUTCOMES).map(([name, key]) => latency(`${point}.${name}`, point, key)),
  ]),
]

/** The measure of a name, such as `useful`, `wasted` or `p95.success`; undefined for any other text. */
export function measureOf(name: string): Measure | undefined {
  return MEASURES.find(measure => measure.name === name)
}

/** The names to offer in an error or a help text; percentiles by one example. */
export const MEASURE_NAMES: readonly string[] = MEASURES.map(measure => measure.name).filter(
  name => !/^(p50|p99|max)|\./.test(name),
)

/** A value with its unit, as the reports write it. */
export function formatMeasured(measured: Measured, unit: Unit): string {
  if ('missing' in measured) return measured.missing
  const { value } = measured
  if (unit === 'share') return formatShare(value)
  if (unit === 'duration') return formatMs(value)
  return unit === 'count' ? formatCount(value) : value.toFixed(2)
}

function counted(name: string, units: Measure['units'], read: (arm: ArmResult) => readonly [number, number]): Measure {
  return {
    name,
    units,
    read: (arm, _trouble, unit) => {
      if ((name === 'useful' || name === 'success') && foundNothing(arm)) return { missing: 'nothing was found' }
      const [part, whole] = read(arm)
      if (unit !== 'share') return { value: part }
      return whole === 0 ? { missing: name === 'wasted' ? 'no calls' : 'no requests' } : { value: part / whole }
    },
  }
}

function latency(name: string, point: (typeof PERCENTILES)[number], key: keyof ArmResult['latencyMs']): Measure {
  return { name, units: ['duration'], read: arm => known(arm.latencyMs[key][point], 'none counted') }
}

function recoveryOf(arm: ArmResult, trouble: Trouble): Measured {
  if (arm.recovered === false) return { missing: 'never' }
  return known(arm.recoveryMs, trouble.length === 0 ? 'no trouble' : 'the run ended too soon')
}

function known(value: number | null, missing: string): Measured {
  return value === null ? { missing } : { value }
}
