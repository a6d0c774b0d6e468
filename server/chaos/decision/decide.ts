/** Decides the fate of a request: synchronous, without input or output, from the plan and the moment alone. */

import type { Plan } from './compiled-settings.ts'
import { CALM, type Fate } from './decision.ts'
import type { Mix } from './fault-picker.ts'
import type { Visit } from './request-record.ts'
import type { Peer } from './rules.ts'

/** An outage that is on: what it is called and how requests fail meanwhile. */
export interface Trouble {
  readonly name: string
  readonly mix: Mix
}

/**
 * The fate of `visit` at `now` (milliseconds of the server's clock): the outage if one is on, else the first rule that
 * matches, else failRate; then one fail draw, then the kind by weight, then the delay.
 */
export function decide(plan: Plan, trouble: Trouble | null, visit: Visit, peer: Peer, now: number): Fate {
  if (trouble) {
    const { fault } = trouble.mix(plan.kindDraw(visit))
    return { ...CALM, cause: 'outage', rule: trouble.name, rate: 100, fault, body: plan.bodyDraw(visit) }
  }
  if (plan.calm) return CALM
  for (const tier of plan.tiers) {
    if (tier.matches(visit, peer)) return judge(plan, tier.id, tier.rate, tier.mix, visit, peer, now)
  }
  return judge(plan, 'failRate', plan.settings.failRate, plan.mix, visit, peer, now)
}

function judge(plan: Plan, rule: string, rate: number, mix: Mix, visit: Visit, peer: Peer, now: number): Fate {
  const delayMs = plan.delay ? plan.delay(plan.latencyDraw(visit)) : 0
  const draw = rate > 0 ? plan.failDraw(visit) : -1
  if (draw * 100 >= rate || rate === 0) {
    return { cause: 'draw', rule, rate, draw, fault: null, delayMs, body: 0, bucket: null }
  }
  const share = mix(plan.kindDraw(visit))
  const bucket = share.bucket?.take(peer.socket.remoteAddress ?? '', now) ?? null
  const fault = bucket?.taken ? null : share.fault
  return { cause: 'draw', rule, rate, draw, fault, delayMs, body: plan.bodyDraw(visit), bucket }
}
