/** The `X-Chaos-Fault` header: what was done to the request, and on which draw. */

import type { Fate } from './decision/decision.ts'

/** Two digits are enough for a header; the journal has all of them. Cut, not rounded: 0.699 is below 0.70. */
const DRAWS = Array.from({ length: 100 }, (_, hundredths) => `0.${String(hundredths).padStart(2, '0')}`)

/** For example `status; rate=70; draw=0.12`, `reset; outage` or `status; rule=poison; rate=100; draw=0.55`. */
export function marker(fate: Fate): string {
  const kind = fate.fault?.kind ?? 'none'
  if (fate.cause !== 'draw') return `${kind}; ${fate.cause}`
  const rule = fate.rule === 'failRate' ? '' : `rule=${fate.rule}; `
  return `${kind}; ${rule}rate=${fate.rate}; draw=${DRAWS[Math.floor(fate.draw * 100)] ?? '0.99'}`
}
