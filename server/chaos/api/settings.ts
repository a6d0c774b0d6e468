/** Control of the settings: read, change, replace, give back, and the fail rate alone. */

import { z } from 'zod'
import { type Change, type Edit, etag } from '../settings/layers.ts'
import { duration, ms, percent } from '../settings/quantity.ts'
import { settingsSchema } from '../settings/schema.ts'
import { type Call, ok, operation, type Reply } from './operation.ts'

const flag = z.enum(['0', '1', 'true', 'false']).transform(text => text === '1' || text === 'true')
const changeQuery = z.strictObject({
  dryRun: flag.optional().describe('say what would be, change nothing'),
  ttl: duration('the change reverts by itself after this time', 1, 86_400_000).optional(),
})
const dryRunQuery = changeQuery.pick({ dryRun: true })

export const stateSchema = z.object({
  name: z.literal('flaky-catalog'),
  version: z.string(),
  session: z.string(),
  clockMs: z.number().describe("the session's clock in milliseconds, negative before its beginning"),
  settings: settingsSchema,
  provenance: z.record(z.string(), z.object({ source: z.string(), at: z.string() })),
  arrivals: z.int().describe('requests so far without a key of their own'),
})
/** Read in full where it is applied: null has a meaning there. */
const patchSchema = z.unknown()
const partSchema = settingsSchema.partial().describe('the members to change; null switches a part off')
const failRateSchema = z.strictObject({ failRate: percent('total chance that a request fails') })

const whole = { 200: { description: 'The state of the session, with its ETag', schema: stateSchema } }
const rate = { 200: { description: 'The fail rate in force', schema: failRateSchema } }

/** The operations on settings. */
export const settingsOperations = [
  operation({
    method: 'get',
    path: '/',
    summary: 'Read the settings, where each comes from, and the clock',
    answers: whole,
    run: state,
  }),
  operation({
    method: 'patch',
    path: '/',
    summary: 'Change settings by a merge patch (RFC 7396), all or nothing',
    query: changeQuery,
    body: patchSchema,
    contract: partSchema,
    answers: whole,
    run: call => changed(call, { patch: call.body }),
  }),
  operation({
    method: 'put',
    path: '/',
    summary: 'Replace the settings; what is not named takes its default',
    query: changeQuery,
    body: patchSchema,
    contract: partSchema,
    answers: whole,
    run: call => changed(call, { document: call.body }),
  }),
  operation({
    method: 'delete',
    path: '/',
    summary: 'Return to the boot values, or to those of the default session',
    query: dryRunQuery,
    answers: whole,
    run: call => changed(call, 'clear'),
  }),
  operation({
    method: 'get',
    path: '/fail-rate',
    summary: 'Read the fail rate',
    answers: rate,
    run({ session }) {
      const settings = session.layers.effective()
      return ok({ failRate: settings.failRate }, { ETag: etag(settings) })
    },
  }),
  operation({
    method: 'put',
    path: '/fail-rate',
    summary: 'Set the fail rate',
    query: changeQuery,
    body: failRateSchema,
    answers: rate,
    run(call) {
      const { before, after } = change(call, { values: call.body })
      return ok({ failRate: after.failRate }, { ETag: etag(call.query.dryRun ? before : after) })
    },
  }),
]

type ChangeCall = Call<{ dryRun?: boolean | undefined; ttl?: string | undefined }>

function change({ control, session, source, ifMatch, query: { dryRun, ttl } }: ChangeCall, edit: Edit): Change {
  return control.change(session, edit, { source, ifMatch, dryRun, ttlMs: ttl === undefined ? undefined : ms(ttl) })
}

function changed(call: ChangeCall, edit: Edit): Reply {
  const { after } = change(call, edit)
  return call.query.dryRun ? ok({ ...call.control.state(call.session), settings: after }) : state(call)
}

function state({ control, session }: Call): Reply {
  return ok(control.state(session), { ETag: etag(session.layers.effective()) })
}
