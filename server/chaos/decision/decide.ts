/** Decides what happens to a request: synchronous, without input or output, from the compiled settings and the moment alone. */

import type { CompiledSettings } from './compiled-settings.ts'
import { type Decision, NO_FAULT } from './decision.ts'
import type { FaultPicker } from './fault-picker.ts'
import type { ActiveOutage } from './outage.ts'
import type { RequestContext, RequestRecord } from './request-record.ts'

/**
 * The decision about `record` at `now` (milliseconds of the server's clock): the outage if one is active, else the first
 * rule that matches, else failRate; then one fail draw, then the kind by weight, then the delay.
 */
export function decide(
  compiled: CompiledSettings,
  outage: ActiveOutage | null,
  record: RequestRecord,
  context: RequestContext,
  now: number,
): Decision {
  if (outage) {
    const { fault } = outage.pickFault(compiled.kindDraw(record))
    return { ...NO_FAULT, cause: 'outage', rule: outage.name, rate: 100, fault, body: compiled.bodyDraw(record) }
  }
  if (compiled.injectsNothing) return NO_FAULT
  for (const rule of compiled.rules) {
    if (rule.matches(record, context)) {
      return drawn(compiled, rule.id, rule.rate, rule.pickFault, record, context, now)
    }
  }
  return drawn(compiled, 'failRate', compiled.settings.failRate, compiled.pickFault, record, context, now)
}

function drawn(
  compiled: CompiledSettings,
  rule: string,
  rate: number,
  pickFault: FaultPicker,
  record: RequestRecord,
  context: RequestContext,
  now: number,
): Decision {
  const delayMs = compiled.delay ? compiled.delay(compiled.latencyDraw(record)) : 0
  const draw = rate > 0 ? compiled.failDraw(record) : -1
  if (draw * 100 >= rate || rate === 0) {
    return { cause: 'draw', rule, rate, draw, fault: null, delayMs, body: 0, bucket: null }
  }
  const picked = pickFault(compiled.kindDraw(record))
  const bucket = picked.bucket?.take(context.client, now) ?? null
  const fault = bucket?.taken ? null : picked.fault
  return { cause: 'draw', rule, rate, draw, fault, delayMs, body: compiled.bodyDraw(record), bucket }
}
