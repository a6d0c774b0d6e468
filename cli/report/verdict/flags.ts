/** The options of a command line under which a run was made, so that what a hint proposes is the same run but for one thing. */

import { DEFAULT_CODES } from '../../../server/experiments/quantities.ts'
import { formatDuration } from '../../../server/lib/units.ts'
import type { Conditions, Unjudged } from '../result.ts'
import { quoted } from './arm-names.ts'

/** Parts of a run that a hint may want to choose itself. */
export interface Kept {
  /** How many requests, and when they leave. */
  readonly load: boolean
  /** The fail rate, outages and scenario. */
  readonly trouble: boolean
  /** Codes to ask for instead of the run's own. */
  readonly codes?: readonly string[]
}

const EVERYTHING: Kept = { load: true, trouble: true }

/** What `chaos compare` does where nothing is typed. */
const STANDARD = { requests: 300, concurrency: 10, everyMs: 100, timeoutMs: 2_000 } as const

/** More codes than these make no line that anybody would type. */
const MAX_CODES = 10

/** What is read of a run. */
export type Flagged = Pick<Unjudged, 'conditions' | 'request' | 'interrupted'> & {
  readonly load: Pick<Unjudged['load'], 'schedule' | 'requests' | 'concurrency' | 'everyMs' | 'timeoutMs'>
}

/** The options in one text that begins with a blank; empty for a run without them, and for one that does not tell its conditions. */
export function flagsOf({ load, conditions, request, interrupted }: Flagged, kept: Partial<Kept> = {}): string {
  if (!conditions) return ''
  const { load: ownLoad, trouble } = { ...EVERYTHING, ...kept }
  const { scenario } = conditions
  const asked = scenario === undefined && request && !isStandard(request.codes) ? request.codes : []
  const codes = kept.codes ?? (asked.length <= MAX_CODES ? asked : [])
  const parts = [
    // A scenario brings its own load, timeout and codes.
    ...(trouble && scenario !== undefined ? [] : ownLoad ? loadFlags(load, interrupted) : []),
    ...(scenario !== undefined || load.timeoutMs === STANDARD.timeoutMs
      ? []
      : [`--timeout ${formatDuration(load.timeoutMs)}`]),
    ...(conditions.clients === undefined ? [] : [`--clients ${conditions.clients}`]),
    ...(codes.length === 0 ? [] : [`--codes ${quoted(codes.join(','))}`]),
    ...(trouble ? troubleFlags(conditions) : []),
    ...circuitFlags(conditions.circuit ?? {}),
  ]
  return parts.map(part => ` ${part}`).join('')
}

/** How many requests were planned is not known of a run that was stopped. */
function loadFlags({ schedule, requests, concurrency, everyMs }: Flagged['load'], interrupted: boolean): string[] {
  const shape = schedule ?? { kind: 'batches' as const }
  const count = interrupted || requests === STANDARD.requests ? [] : [`-n ${requests}`]
  const several = concurrency === STANDARD.concurrency ? [] : [`-c ${concurrency}`]
  switch (shape.kind) {
    case 'batches':
      return [...count, ...several, ...(everyMs === STANDARD.everyMs ? [] : [`--every ${formatDuration(everyMs)}`])]
    case 'closed':
      return ['--closed', ...count, ...several]
    case 'rate':
      return [`--rate ${shape.perSecond}/s`, ...count]
    case 'poisson':
      return [`--rate ${shape.perSecond}/s --poisson`, ...count]
    case 'ramp':
      return [`--ramp ${shape.fromPerSecond}-${shape.toPerSecond}/s@${formatDuration(shape.overMs)}`, ...count]
  }
}

function troubleFlags({ failRate, outages = [], scenario }: Conditions): string[] {
  const spell = (outage: (typeof outages)[number]) => {
    const rate = outage.failRate === 100 ? '' : `${outage.failRate}%@`
    return `--outage ${rate}${formatDuration(outage.fromMs)}-${formatDuration(outage.toMs)}`
  }
  return [
    ...(scenario === undefined ? [] : [`--scenario ${quoted(scenario)}`]),
    ...outages.map(spell),
    ...(failRate === undefined ? [] : [`--fail-rate ${failRate}`]),
  ]
}

/** Options of the circuits that a command line has, and how each is written. */
const CIRCUIT_FLAGS: Readonly<Record<string, readonly [flag: string, unit: 'ms' | 'number']>> = {
  failurePercentage: ['threshold', 'number'],
  minimumCalls: ['min-calls', 'number'],
  windowCalls: ['window', 'number'],
  windowMs: ['window', 'ms'],
  openForMs: ['open-for', 'ms'],
  probes: ['probes', 'number'],
  maxFailures: ['max-failures', 'number'],
  consecutiveFailures: ['consecutive', 'number'],
}

function circuitFlags(typed: NonNullable<Conditions['circuit']>): string[] {
  return Object.entries(typed).flatMap(([name, value]) => {
    const [flag, unit] = CIRCUIT_FLAGS[name] ?? []
    if (flag === undefined || typeof value !== 'number') return []
    return [`--${flag} ${unit === 'ms' ? formatDuration(value) : value}`]
  })
}

function isStandard(codes: readonly string[]): boolean {
  return codes.join() === DEFAULT_CODES.join()
}
