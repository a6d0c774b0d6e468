/** The settings document: every knob of the failure model with its unit, range, meaning and default. */

import { z } from 'zod'
import { DEFAULT_FAULTS, type Fault, faultsSchema } from './faults.ts'
import { duration, ms, percent, whole } from './quantity.ts'

const cap = duration('no delay is longer', 1).default('60s')

export const latencySchema = z
  .discriminatedUnion(
    'distribution',
    [
      z.strictObject({ distribution: z.literal('fixed'), delay: duration('the delay of every request'), cap }),
      z
        .strictObject({
          distribution: z.literal('uniform'),
          min: duration('the shortest delay'),
          max: duration('the longest delay'),
          cap,
        })
        .refine(it => ms(it.min) <= ms(it.max), { path: ['max'], message: 'must not be less than min' }),
      z
        .strictObject({
          distribution: z.literal('lognormal'),
          p50: duration('the median', 1),
          p99: duration('99 of 100 requests are faster', 1),
          cap,
        })
        .refine(it => ms(it.p50) <= ms(it.p99), { path: ['p99'], message: 'must not be less than p50' }),
    ],
    'must be one of fixed, uniform, lognormal',
  )
  .describe('delay before the answer, apart from faults; null: none')

const moment = (description: string) => duration(`${description}, on the session's clock`, 0, 86_400_000)

export const windowSchema = z
  .strictObject({
    from: moment('when it begins'),
    to: moment('when it ends').optional(),
    for: duration('how long it lasts', 1, 86_400_000).optional(),
  })
  .refine(it => (it.to === undefined) !== (it.for === undefined), 'must have either "to" or "for"')
  .refine(it => it.to === undefined || ms(it.from) < ms(it.to), { path: ['to'], message: 'must be later than from' })

export const outageSchema = z
  .strictObject({
    availability: z
      .number('must be a number from 0.01 to 99.99 (percent)')
      .min(0.01, 'must be 0.01 or more')
      .max(99.99, 'must be 99.99 or less')
      .optional()
      .describe('share of time that the service is up (percent); needs meanLength'),
    meanLength: duration('mean length of an outage; needs availability', 10, 3_600_000).optional(),
    windows: z.array(windowSchema).max(100).optional().describe('outages at known times'),
    faults: faultsSchema.optional().describe('how requests fail meanwhile; status 503 where it is not given'),
  })
  .refine(it => (it.availability === undefined) === (it.meanLength === undefined), {
    message: 'availability and meanLength belong together: give both or neither',
  })
  .refine(it => it.availability !== undefined || it.windows !== undefined, {
    message: 'must have availability and meanLength, or windows, or all three',
  })
  .describe('periods in which every request fails; null: none')

export const capacitySchema = z
  .strictObject({
    workers: whole('requests that are worked on at once', 1, 10_000).default(4),
    service: duration('work of one request', 1).default('40ms'),
    queue: whole('requests that may wait', 0, 10_000).default(200),
    discipline: z.enum(['fifo', 'lifo']).default('fifo').describe('who is next: the oldest or the newest'),
    abandoned: z.enum(['work', 'drop']).default('work').describe('what happens to queued work of clients that left'),
    whenFull: z.enum(['status', 'reset']).default('status').describe('how a request is refused: 503, or a reset'),
    deadline: duration('requests that waited longer are refused instead of worked on', 1).optional(),
    slow: z
      .number('must be a number from 0.01 to 1000')
      .min(0.01)
      .max(1_000)
      .default(1)
      .describe('factor on the service time (0.01 to 1000)'),
  })
  .describe('virtual workers and a queue before them; null: no limit')

const listOf = <S extends z.ZodType>(item: S, description: string) =>
  z.array(item).min(1).max(1_000).optional().describe(description)

/** What a request to the data plane can be about: the list, or one product. */
export const ROUTES = ['/catalogs', '/catalogs/{code}'] as const

export const matchSchema = z
  .strictObject({
    code: listOf(z.string().min(1).max(128), 'product codes'),
    route: listOf(
      z.enum(ROUTES, 'must be /catalogs or /catalogs/{code}: no other route has faults'),
      'routes: /catalogs or /catalogs/{code}',
    ),
    session: listOf(
      z
        .string()
        .regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be the id of a session: letters, digits, dots, dashes or underscores'),
      'session ids',
    ),
    header: z
      .record(z.string().regex(/^[A-Za-z0-9-]{1,64}$/, 'must be the name of a header'), z.string().max(256))
      .optional()
      .describe('headers and their exact values; "*" is any value'),
  })
  .refine(({ code, route }) => code === undefined || route === undefined || route.includes('/catalogs/{code}'), {
    message: 'can match no request: /catalogs has no code, so leave out code or add the route /catalogs/{code}',
  })

export const ruleSchema = z
  .strictObject({
    id: z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, 'must be 1 to 64 letters, digits, dots, dashes or underscores'),
    match: matchSchema.default({}).describe('all of it must hold; an empty match is every request'),
    rate: percent('chance that a matching request fails').default(100),
    faults: faultsSchema.optional().describe('how it fails; the faults of the document where it is not given'),
    limit: z
      .union([
        z.strictObject({ first: whole('only the first matching requests', 1, 1_000_000_000) }),
        z.strictObject({ every: whole('only every nth matching request', 1, 1_000_000_000) }),
      ])
      .optional()
      .describe('which of the matching requests the rule takes; the others go on to the next rule'),
  })
  .meta({ id: 'Rule' })

/** The whole document, without defaults: what a snapshot holds. */
export const settingsSchema = z
  .strictObject({
    failRate: percent('total chance that a request fails'),
    sampler: z
      .enum(['bernoulli', 'deck'], 'must be bernoulli or deck')
      .describe(
        'bernoulli: independent draws; deck: exact in every aligned 100 of the numbers that keys end in, or of the arrivals without one',
      ),
    seed: z
      .string('must be a string')
      .min(1, 'must not be empty')
      .max(64, 'must have 64 characters at most')
      .describe('same seed and key, same fate'),
    faults: faultsSchema.describe('how requests fail'),
    latency: latencySchema.nullable(),
    outage: outageSchema.nullable(),
    capacity: capacitySchema.nullable(),
    rules: z
      .array(ruleSchema)
      .max(100, 'must hold 100 rules at most')
      .refine(rules => new Set(rules.map(rule => rule.id)).size === rules.length, 'must not use an id twice')
      .describe('the first rule that matches decides; failRate is the last rule'),
  })
  .meta({ id: 'Settings' })

export type Settings = z.infer<typeof settingsSchema>
export type Member = keyof Settings
export type Latency = z.infer<typeof latencySchema>
export type CapacitySettings = z.infer<typeof capacitySchema>
export type Rule = z.infer<typeof ruleSchema>

/** The members of the document, in the order in which they are printed. */
export const MEMBERS = Object.keys(settingsSchema.shape) as readonly Member[]

/** The document that nobody has changed yet; the seed is drawn by whoever starts the process. */
export function defaultSettings(seed: string): Settings {
  return {
    failRate: 0,
    sampler: 'bernoulli',
    seed,
    faults: DEFAULT_FAULTS as Fault[],
    latency: null,
    outage: null,
    capacity: null,
    rules: [],
  }
}
