/** Control of outages: declare, look, end. */

import { z } from 'zod'
import { Problem } from '../../http/problem.ts'
import { MAX_DECLARED_OUTAGES } from '../decision/declared-outages.ts'
import { faultPicker } from '../decision/fault-picker.ts'
import { OUTAGE_FAULTS } from '../decision/outage.ts'
import { faultsSchema } from '../settings/faults.ts'
import { duration, ms } from '../settings/quantity.ts'
import { type Call, ok, operation } from './operation.ts'

const DAY = 86_400_000

const newOutage = z
  .strictObject({
    for: duration('how long', 1, DAY).optional(),
    from: duration("when, on the session's clock; now where not given", 0, DAY).optional(),
    to: duration("until when, on the session's clock", 0, DAY).optional(),
    faults: faultsSchema.optional().describe('how requests fail; status 503 where not given'),
  })
  .refine(it => (it.for === undefined) !== (it.to === undefined), 'must have either "for" or "to"')

const outageSchema = z.object({
  id: z.string(),
  fromMs: z.number().describe("the session's clock"),
  toMs: z.number().describe("the session's clock"),
  run: z.string().nullable().describe('the scenario run that it belongs to'),
})
const outagesSchema = z.object({
  down: z.boolean(),
  what: z.string().nullable().describe('the outage that is on'),
  outages: z.array(outageSchema).describe('declared outages that are on or to come'),
})

export const outageOperations = [
  operation({
    method: 'get',
    path: '/outages',
    summary: 'Whether an outage is on, and which are declared',
    answers: { 200: { description: 'The weather', schema: outagesSchema } },
    run: call => ok(describe(call)),
  }),
  operation({
    method: 'post',
    path: '/outages',
    summary: 'Declare an outage: every request fails, in the sessions that inherit it too',
    body: newOutage,
    answers: { 201: { description: 'Declared', schema: outageSchema } },
    run(call) {
      const { control, session, body } = call
      const now = control.clock.now()
      const zero = now - session.clock.at(now)
      const fromMs = body.from === undefined ? now : zero + ms(body.from)
      const toMs = body.for === undefined ? zero + ms(body.to ?? '0ms') : fromMs + ms(body.for)
      if (toMs <= Math.max(fromMs, now)) throw new Problem(422, 'The outage would be over before it begins')
      const id = control.nextId('outage')
      const pickFault = faultPicker(body.faults ?? OUTAGE_FAULTS)
      if (!session.declaredOutages.add({ id, fromMs, toMs, pickFault, run: null }, now)) {
        throw new Problem(
          409,
          `There are ${MAX_DECLARED_OUTAGES} declared outages already: DELETE /chaos/outages ends them`,
        )
      }
      control.emit({ type: 'outage', session: session.id, change: 'declared', what: id, source: call.source })
      return { status: 201, body: { id, fromMs: Math.round(fromMs - zero), toMs: Math.round(toMs - zero), run: null } }
    },
  }),
  operation({
    method: 'delete',
    path: '/outages',
    summary: 'End the outage that is on, and forget those that were declared',
    answers: { 200: { description: 'The weather now', schema: outagesSchema } },
    run(call) {
      call.session.endOutages()
      call.control.emit({ type: 'outage', session: call.session.id, change: 'cleared', what: '', source: call.source })
      return ok(describe(call))
    },
  }),
]

function describe({ control, session }: Call): z.output<typeof outagesSchema> {
  const now = control.clock.now()
  const zero = now - session.clock.at(now)
  const active = control.observeOutage(session, session.compiled(), now)
  const outages = session.declaredOutages.list(now).map(({ id, fromMs, toMs, run }) => ({
    id,
    fromMs: Math.round(fromMs - zero),
    toMs: Math.round(toMs - zero),
    run,
  }))
  return { down: active !== null, what: active?.name ?? null, outages }
}
