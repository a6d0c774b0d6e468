/** Control of what was counted: statistics, the journal, and the return to the beginning. */

import { z } from 'zod'
import { ok, operation } from './operation.ts'

const count = z.int().nonnegative()
const outcomesSchema = z.object({
  success: count,
  injected: count.describe('failed by the failure model'),
  overload: count.describe('refused by the capacity model'),
  clientError: count,
  serverError: count,
  aborted: count.describe('the client left before the answer'),
})

export const statsSchema = z.object({
  session: z.string(),
  requests: count.describe('requests to the data plane that have ended'),
  inFlight: count,
  outcomes: outcomesSchema,
  faults: z.record(z.string(), count).describe('by kind'),
  routes: z.record(z.string(), outcomesSchema),
  overflow: count.describe('served although a fault was due, because too many requests were held already'),
  impolite: count.describe('came back earlier than a 429 had asked'),
  series: z.array(outcomesSchema.extend({ atMs: z.number() })).describe('the last 60 seconds, those with requests'),
})

const none = { 204: { description: 'Done' } }

export const countOperations = [
  operation({
    method: 'get',
    path: '/stats',
    summary: 'Counts by outcome, by kind of fault and by route, and the last minute by second',
    answers: { 200: { description: 'The counts', schema: statsSchema } },
    run: ({ session }) => ok(session.log.stats(session.clock.now())),
  }),
  operation({
    method: 'delete',
    path: '/stats',
    summary: 'Set every count to zero and forget the journal',
    answers: none,
    run({ session }) {
      session.log.clear()
      return { status: 204 }
    },
  }),
  operation({
    method: 'post',
    path: '/reset',
    summary: 'Everything of the session back to its beginning; requests that are held are released',
    answers: none,
    run({ control, session }) {
      control.reset(session)
      return { status: 204 }
    },
  }),
]
