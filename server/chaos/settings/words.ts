/** The settings in words. A member that this version does not know is shown as it came. */

import type { Fault } from './faults.ts'
import { type Settings, settingsSchema } from './schema.ts'

type Texts = { readonly [M in keyof Settings]: (value: NonNullable<Settings[M]>) => string }

const TEXTS: Texts = {
  failRate: rate => `${rate} %`,
  seed: seed => seed,
  sampler: sampler =>
    sampler === 'deck' ? 'deck (the rate holds exactly in every 100 requests)' : 'bernoulli (every request on its own)',
  faults: faultsText,
  latency(latency) {
    if (latency.distribution === 'fixed') return `${latency.delay} before every answer`
    if (latency.distribution === 'uniform') return `${latency.min} to ${latency.max} before every answer`
    return `half of the answers within ${latency.p50}, 99 % within ${latency.p99}, all within ${latency.cap}`
  },
  outage({ availability, meanLength, windows = [], faults }) {
    const spells = windows.map(({ from, to, for: long }) =>
      to === undefined ? `from ${from} for ${long}` : `from ${from} to ${to}`,
    )
    const times = [
      ...(availability === undefined
        ? []
        : [`${tenths(100 - availability)} of the time, ${meanLength} long on average, at random`]),
      ...(spells.length === 0 ? [] : [`${spells.join(', ')} on the session's clock`]),
    ]
    return `everything fails ${times.join('; and ')}${faults ? `: ${faultsText(faults)}` : ''}`
  },
  capacity({ workers, service, queue, discipline, slow, deadline, abandoned, whenFull }) {
    return [
      `${workers} at a time, ${service} each${slow === 1 ? '' : ` x ${slow}`}`,
      `${queue} may wait, the ${discipline === 'fifo' ? 'oldest' : 'newest'} is next`,
      ...(deadline === undefined ? [] : [`${deadline} at the longest`]),
      `work of clients that left is ${abandoned === 'work' ? 'still done' : 'dropped'}`,
      `refused with ${whenFull === 'status' ? 'a 503' : 'a reset'} when full`,
    ].join('; ')
  },
  rules(rules) {
    return rules
      .map(({ id, match, rate, faults, limit }) => {
        const which = [
          ...(match.code ? [`of ${match.code.join(', ')}`] : []),
          ...(match.route ? [`to ${match.route.join(', ')}`] : []),
          ...(match.session ? [`in session ${match.session.join(', ')}`] : []),
          ...(match.header
            ? [
                `with ${Object.entries(match.header)
                  .map(([name, value]) => `${name}: ${value}`)
                  .join(', ')}`,
              ]
            : []),
        ]
        const taken = limit && ('first' in limit ? `the first ${limit.first}` : `every ${ordinal(limit.every)}`)
        return (
          `${id}: ${rate} % of the requests ${which.join(' ')}`.trimEnd() +
          (taken ? ` (${taken})` : '') +
          (faults ? `: ${faultsText(faults)}` : '')
        )
      })
      .join('; ')
  },
}

/**
 * What a member of the settings says, in words; empty for one that is switched off, and JSON for what is not known here.
 * @param name a member of the settings document, such as `outage`
 */
export function settingText(name: string, value: unknown): string {
  if (value === null || (Array.isArray(value) && value.length === 0)) return ''
  if (!Object.hasOwn(TEXTS, name)) return typeof value === 'string' ? value : JSON.stringify(value)
  const member = name as keyof Settings
  const read = settingsSchema.shape[member].safeParse(value)
  return read.success ? (TEXTS[member] as (value: unknown) => string)(read.data) : JSON.stringify(value)
}

function faultsText(faults: readonly Fault[]): string {
  const drawn = faults.filter(fault => fault.weight > 0)
  const all = drawn.reduce((sum, fault) => sum + fault.weight, 0)
  return drawn
    .map(fault => (drawn.length === 1 ? '' : `${tenths((100 * fault.weight) / all)} `) + faultText(fault))
    .join(', ')
}

function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'status':
      return `status ${fault.status}${fault.retryAfter === undefined ? '' : ` (Retry-After ${fault.retryAfter}${fault.retryAfterAs === 'date' ? ' as a date' : ''})`}`
    case 'hang':
      return `no answer for ${fault.for}`
    case 'stall':
      return `headers, then nothing for ${fault.for}`
    case 'truncate':
      return `cut off after ${fault.afterBytes} bytes`
    case 'drip':
      return `body dripping over ${fault.over}`
    case 'rate-limit':
      return `429 beyond ${fault.limit} in ${fault.per}${fault.burst === undefined ? '' : ` (${fault.burst} at once)`}`
    case 'reset':
      return 'connection reset'
    case 'empty':
      return 'connection ended without an answer'
    case 'malformed':
      return 'JSON cut off'
    case 'garbage':
      return 'bytes that are not HTTP'
    case 'wrong-type':
      return 'an HTML page with status 200'
  }
}

function tenths(percent: number): string {
  return `${percent.toFixed(1)} %`
}

function ordinal(n: number): string {
  const last = n % 100 >= 11 && n % 100 <= 13 ? 0 : n % 10
  return `${n}${['th', 'st', 'nd', 'rd'][last] ?? 'th'}`
}
