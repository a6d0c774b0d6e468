/** Control of the settings: read, change, replace, give back, and the one knob that everybody wants. */

import { z } from 'zod'
import { Problem } from '../../http/problem.ts'
import { type Change, etag, type Provenance } from '../settings/layers.ts'
import { duration, ms, percent } from '../settings/quantity.ts'
import { type Settings, settingsSchema } from '../settings/schema.ts'
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
    run: call =>
      alter(
        call,
        () => call.session.layers.preview(call.body),
        provenance => call.session.layers.change(call.body, provenance),
      ),
  }),
  operation({
    method: 'put',
    path: '/',
    summary: 'Replace the settings; what is not named takes its default',
    query: changeQuery,
    body: patchSchema,
    contract: partSchema,
    answers: whole,
    run: call =>
      alter(
        call,
        () => call.session.layers.previewReplacement(call.body),
        provenance => call.session.layers.replace(call.body, provenance),
      ),
  }),
  operation({
    method: 'delete',
    path: '/',
    summary: 'Return to the boot values, or to those of the default session',
    query: dryRunQuery,
    answers: whole,
    run: call =>
      alter(
        call,
        () => call.session.layers.below(),
        () => call.session.layers.clear(),
      ),
  }),
  operation({
    method: 'get',
    path: '/fail-rate',
    summary: 'Read the fail rate',
    answers: rate,
    run: ({ session }) => failRate(session.layers.effective().failRate, session.layers.effective()),
  }),
  operation({
    method: 'put',
    path: '/fail-rate',
    summary: 'Set the fail rate',
    query: changeQuery,
    body: failRateSchema,
    answers: rate,
    run(call) {
      alter(
        call,
        () => call.session.layers.preview(call.body),
        provenance => call.session.layers.change(call.body, provenance),
      )
      return failRate(call.body.failRate, call.session.layers.effective())
    },
  }),
]

/** Changes of a session that are to revert by themselves at once. */
const MOST_TTLS = 100
const TOO_MANY_TTLS = new Problem(
  409,
  `${MOST_TTLS} changes wait to be taken back already: wait for some, or POST /chaos/reset`,
)

function failRate(value: number, settings: Settings): Reply {
  return ok({ failRate: value }, { ETag: etag(settings) })
}

type Altering = Call<{ dryRun?: boolean | undefined; ttl?: string | undefined }>

function alter(call: Altering, preview: () => Settings, act: (provenance: Provenance) => Change): Reply {
  const { control, session, source, query } = call
  checkTag(call)
  if (query.dryRun) return ok({ ...describe(call), settings: preview() })
  if (query.ttl && session.timers.size >= MOST_TTLS) throw TOO_MANY_TTLS
  const change = control.change(session, source, act)
  if (query.ttl && change.changed.length > 0) control.revertAfter(session, ms(query.ttl), change)
  return state(call)
}

function state(call: Call): Reply {
  return ok(describe(call), { ETag: etag(call.session.layers.effective()) })
}

function describe({ control, session }: Call): z.output<typeof stateSchema> {
  return {
    name: 'flaky-catalog',
    version: control.version,
    session: session.id,
    clockMs: session.time.now(),
    settings: session.layers.effective(),
    provenance: session.layers.provenance(),
    arrivals: session.arrivals,
  }
}

/** Somebody else may have changed the settings since the caller read them. */
function checkTag({ ifMatch, session }: Call): void {
  if (ifMatch === undefined || ifMatch.trim() === '*') return
  const tag = etag(session.layers.effective())
  const tags = ifMatch.split(',').map(text => text.trim())
  if (!tags.includes(tag)) {
    throw new Problem(412, `The settings have changed since they were read: their tag is ${tag} now, read them again`, {
      headers: { ETag: tag },
    })
  }
}
