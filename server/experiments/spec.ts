/**
 * What an experiment is, as one document: its arms, the load that each of them gets, the conditions meanwhile, and what is
 * expected of it. What it is fired at is no part of it: whoever runs it names the server. Durations are milliseconds.
 */

import { z } from 'zod'
import { MAX_ARMS } from '../config/limits.ts'
import { boundedDocument, boundedList } from '../runs/bounded.ts'
import { DEFAULT_CODES, HEADER_VALUE, MAX_PER_SECOND, QUANTITIES, TOKEN, WORD } from './quantities.ts'

const MAX = { codes: 20_000, headers: 300, outages: 50, expectations: 100, body: 1_048_576, settings: 65_536 } as const
/** Characters. */
const MAX_LENGTH = { title: 200, arm: 1_000, expectation: 2_200, header: 16_384, name: 64, code: 200 } as const
const MAX_SETTINGS_DEPTH = 16
const DAY_MS = 86_400_000

/** A number within the range that the table of quantities gives it. */
function quantity({ min, max }: { readonly min: number; readonly max: number }, what: string) {
  return z.number().min(min).max(max).describe(what)
}
const whole = (range: { readonly min: number; readonly max: number }, what: string) =>
  z.int().min(range.min).max(range.max).describe(what)
const rate = (what: string) => z.number().positive().max(MAX_PER_SECOND).describe(what)

const concurrency = whole(QUANTITIES.concurrency, 'requests that leave at the same moment')

export const loadScheduleSchema = z
  .discriminatedUnion('kind', [
    z.strictObject({
      kind: z.literal('batches'),
      concurrency,
      everyMs: quantity(QUANTITIES.everyMs, 'between the starts of two batches').default(QUANTITIES.everyMs.standard),
    }),
    z.strictObject({ kind: z.literal('rate'), perSecond: rate('requests a second, at even distances') }),
    z.strictObject({ kind: z.literal('poisson'), perSecond: rate('requests a second, at random moments') }),
    z.strictObject({
      kind: z.literal('ramp'),
      fromPerSecond: z.number().min(0).max(MAX_PER_SECOND).describe('requests a second at the start'),
      toPerSecond: z
        .number()
        .min(0)
        .max(MAX_PER_SECOND)
        .describe('requests a second at the end of the ramp, and from then on'),
      overMs: z
        .number()
        .positive()
        .max(DAY_MS * 7)
        .describe('how long the ramp is'),
    }),
    z.strictObject({
      kind: z.literal('closed'),
      concurrency: concurrency.describe('requests that are always in flight'),
    }),
  ])
  .describe('when requests leave')

export const loadSchema = z.strictObject({
  requests: whole(QUANTITIES.requests, 'of each arm'),
  schedule: loadScheduleSchema,
  codes: boundedList(z.string().min(1).max(MAX_LENGTH.code), MAX.codes, 1)
    .default(DEFAULT_CODES)
    .describe('product codes, asked for in turns'),
  timeoutMs: quantity(QUANTITIES.timeoutMs, 'how long a call may take').default(QUANTITIES.timeoutMs.standard),
  connections: whole(
    QUANTITIES.connections,
    'that an arm has open at the most: one for each request in flight',
  ).default(QUANTITIES.connections.standard),
  keepAlive: z.boolean().default(true).describe('false: a new connection for each call'),
  headersTimeoutMs: quantity(QUANTITIES.answerMs, 'how long the head of an answer may take').optional(),
  bodyTimeoutMs: quantity(QUANTITIES.answerMs, 'longest silence within a body').optional(),
  clients: whole(
    QUANTITIES.clients,
    'independent clients of an arm, each with a circuit of its own: request k belongs to client k modulo their number; one where it is not given',
  ).optional(),
  warmup: whole(QUANTITIES.warmup, 'requests of each arm before the run, counted nowhere').default(
    QUANTITIES.warmup.standard,
  ),
})

const percent = z.number().min(0).max(100)
const moment = z.number().min(0).max(DAY_MS)

export const outageSchema = z
  .strictObject({
    failRate: percent.describe('percent of the calls'),
    fromMs: moment.describe('from the start of the run'),
    toMs: moment.describe('from the start of the run'),
  })
  .refine(it => it.fromMs < it.toMs, { path: ['toMs'], message: 'must be later than fromMs' })
  .describe('a spell in which calls fail')

export const conditionsSchema = z
  .strictObject({
    failRate: percent.optional().describe('percent of the calls; the rate of the server where it is not given'),
    settings: boundedDocument(MAX.settings, MAX_SETTINGS_DEPTH)
      .optional()
      .describe('a merge patch over the settings of the server, for the sessions of this experiment'),
    outages: boundedList(outageSchema, MAX.outages).default([]),
    scenario: z
      .string()
      .max(MAX_LENGTH.name)
      .optional()
      .describe('the name of a scenario of the server, played in place of outages'),
  })
  .describe('what the sessions of the arms have of their own; all else they have from the server as it changes')

export const requestSchema = z
  .strictObject({
    method: z.string().regex(TOKEN).max(MAX_LENGTH.name).default('GET'),
    headers: boundedList(
      z.tuple([z.string().regex(TOKEN).max(MAX_LENGTH.header), z.string().regex(HEADER_VALUE).max(MAX_LENGTH.header)]),
      MAX.headers,
    )
      .default([])
      .describe('names and values'),
    body: z
      .string()
      .max(2 * MAX.body)
      .nullable()
      .default(null),
    encoding: z.enum(['utf8', 'base64']).default('utf8').describe('how the text of the body stands for its bytes'),
    allowRedirects: z.boolean().optional().describe('a redirect is a useful answer instead of a failure'),
  })
  .describe('what each request carries')

const calls = z.int().min(1).max(1_000_000).optional()
const share = z.number().positive().max(100).nullable().optional()
const ms = z.number().positive().max(DAY_MS).optional()

/** The options of a circuit, with the names and ranges that the breaker gives them. */
export const circuitSchema = z
  .strictObject({
    failurePercentage: share,
    minimumCalls: calls,
    maxFailures: calls.unwrap().nullable().optional(),
    consecutiveFailures: calls.unwrap().nullable().optional(),
    slowCallPercentage: share,
    slowCallMs: ms,
    windowCalls: calls,
    windowMs: ms,
    windowBuckets: z.int().min(1).max(10_000).optional(),
    openForMs: ms,
    openFactor: z.number().min(1).max(10).optional(),
    openMaxMs: ms,
    jitter: z.number().min(0).max(1).optional(),
    stableForMs: z
      .number()
      .positive()
      .max(10 * DAY_MS)
      .optional(),
    retryAfterMaxMs: z.number().min(0).max(DAY_MS).optional(),
    probes: z.int().min(1).max(1_000).optional(),
    probeLeaseMs: ms,
  })
  .describe('options of the circuits; what the expression of an arm says goes before them')

export const experimentSchema = z.strictObject({
  title: z.string().max(MAX_LENGTH.title).optional(),
  arms: boundedList(z.string().min(1).max(MAX_LENGTH.arm), MAX_ARMS, 1).describe(
    'expressions such as retry+breaker(open-for=2s)',
  ),
  retries: z.int().min(0).max(20).optional().describe('further tries of every `retry` that does not say how many'),
  circuit: circuitSchema.default({}),
  load: loadSchema,
  conditions: conditionsSchema.default({ outages: [] }),
  request: requestSchema.default({ method: 'GET', headers: [], body: null, encoding: 'utf8' }),
  session: z
    .string()
    .regex(WORD)
    .optional()
    .describe(
      'the session of the server that all arms share where no conditions are given; without it each has one of its own',
    ),
  seed: z.string().regex(WORD).optional().describe('decides which requests meet a fault; drawn where it is not given'),
  oneByOne: z.boolean().default(false).describe('each arm alone, one after the other, instead of all at once'),
  repeat: whole(QUANTITIES.repeat, 'how often it is run, each time with a seed of its own').default(
    QUANTITIES.repeat.standard,
  ),
  expect: boundedList(z.string().min(1).max(MAX_LENGTH.expectation), MAX.expectations)
    .default([])
    .describe('such as useful>=80% or breaker.wasted<none.wasted'),
})

/** What may be left out is. */
export type ExperimentInput = z.input<typeof experimentSchema>
/** Whole, with every default in its place. */
export type ExperimentSpec = z.infer<typeof experimentSchema>
export type ExperimentLoad = ExperimentSpec['load']
export type LoadSchedule = ExperimentLoad['schedule']
export type Conditions = ExperimentSpec['conditions']
export type Outage = Conditions['outages'][number]
