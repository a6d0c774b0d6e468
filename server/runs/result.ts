/** The result of a run, `schema: 1`: what the command line prints with `--json` and posts to `/runs`, and all that reports read. */

import { z } from 'zod'
import { MAX_ARM_NAME, MAX_ARMS } from '../config/limits.ts'
import { jsonSchemaOf } from '../lib/json-document.ts'
import { boundedDocument, boundedList, boundedRecord, inOrderOfTime } from './bounded.ts'
import { CIRCUIT_STATES } from './counters.ts'
import { flowSchema } from './flow.ts'

/** Far beyond what the command line makes: a stranger's run is no work that an honest one would not be. */
const MAX = {
  /** A circuit that changes twice a second, for a day. */
  states: 200_000,
  /** Quarter seconds of a week. */
  quarters: 2_419_200,
  /** All buckets of a histogram are 23,552. */
  buckets: 25_000,
  troubles: 500,
  codes: 20_000,
  members: 300,
  expectations: 100,
  repeats: 100,
  sentences: 100,
  /** Codes of products whose failures are told apart. */
  byCode: 50,
  events: 500,
  /** Other days whose figures are kept one by one. */
  days: 1_000,
} as const

/** Characters. */
const MAX_LENGTH = { word: 200, text: 20_000, url: 16_384, settings: 65_536 } as const
const MAX_SETTINGS_DEPTH = 16

/** Milliseconds of a week; those that are known to go wrong may end long after the run. */
const WEEK_MS = 604_800_000
const FAR_MS = 1e12

const share = z.number().min(-100).max(100).describe('a difference in percentage points')
const percent = z.number().min(0).max(100)
const count = z.int().nonnegative().max(1e12)
const ms = z.number().nonnegative().max(WEEK_MS)
const moment = z.number().min(-FAR_MS).max(FAR_MS)
const perSecond = z.number().max(1e9)
const armName = z.string().max(MAX_ARM_NAME)
const word = z.string().max(MAX_LENGTH.word)
const text = z.string().max(MAX_LENGTH.text)
const url = z.string().max(MAX_LENGTH.url)

export const outcomesSchema = z.object({ success: count, failed: count, shortCircuited: count, fromCache: count })

export const latencySchema = z
  .object({ count, p50: ms.nullable(), p95: ms.nullable(), p99: ms.nullable(), max: ms.nullable() })
  .describe('milliseconds from the planned start; null where nothing was counted')

export const stateSchema = z.enum(CIRCUIT_STATES)

const buckets = boundedList(z.tuple([ms, count.min(1)]), MAX.buckets)

const recoverySchema = z.object({
  fromMs: moment,
  toMs: moment,
  recovered: z.boolean().nullable(),
  ms: ms.nullable().describe('to 50 ms; null unless `recovered`'),
  level: z
    .number()
    .min(0)
    .max(1)
    .nullable()
    .describe(
      'the useful share that counts as well: of the requests sent before, else by the fail rate of the settings',
    ),
})

export const armSchema = z.object({
  name: armName,
  outcomes: outcomesSchema,
  upstream: z.object({
    calls: count.describe('calls that were really made, retries included'),
    wasted: count.describe('calls that were made and failed'),
  }),
  latencyMs: z.object({
    all: latencySchema,
    success: latencySchema,
    failed: latencySchema,
    shortCircuited: latencySchema,
    fromCache: latencySchema,
  }),
  states: boundedList(z.object({ atMs: ms, state: stateSchema }), MAX.states).describe(
    'breaker states since the start; empty without a breaker',
  ),
  recoveryMs: ms
    .nullable()
    .describe(
      'from the end of the trouble to the first moment from which requests sent do as well as before it (where `recoveryMeasure` says so; else to the first full second with 95 % useful); of several spells of trouble the longest; null unless `recovered`',
    ),
  recovered: z
    .boolean()
    .nullable()
    .describe('false: not before the run, or the next trouble; null: no trouble, or nothing that tells'),
  recoveries: boundedList(recoverySchema, MAX.troubles)
    .optional()
    .describe('after each spell of trouble, those that touch each other taken as one'),
  failures: boundedRecord(count, MAX.members, MAX_LENGTH.word).describe(
    'failed requests by class: status, timeout, reset …',
  ),
  redirect: word.optional().describe('where the first redirect led to; there were none where it is not given'),
  connections: z
    .object({
      waited: count.describe('calls that waited more than 10 ms for a connection'),
      capped: count.describe('calls that waited because no more connections may be open'),
      waitMs: z.object({ p99: ms, max: ms }).describe('of the calls that found no connection free; 0 without any'),
      lacking: word.optional().describe('what this machine had no more of: open-files, ports, memory, permission'),
      open: count.optional().describe('connections that it allowed'),
    })
    .optional()
    .describe('how calls got connections'),
  statuses: boundedRecord(count, MAX.members, MAX_LENGTH.word).optional().describe('complete answers by HTTP status'),
  series: boundedList(
    z.object({
      atMs: ms,
      success: count,
      failed: count,
      shortCircuited: count,
      fromCache: count,
      calls: count,
      wasted: count,
    }),
    MAX.quarters,
  )
    .refine(inOrderOfTime, 'must be in the order of time')
    .describe('quarter seconds since the start; a request counts where it ended, a call where it ended'),
  sent: boundedList(z.object({ atMs: ms, requests: count, useful: count }), MAX.quarters)
    .refine(inOrderOfTime, 'must be in the order of time')
    .optional()
    .describe('quarter seconds since the start; a request counts where it was to leave, useful where it came to be'),
  byCode: boundedList(z.object({ code: word, requests: count, failed: count }), MAX.byCode)
    .optional()
    .describe('of the codes that were asked for, those with most failures first; not there for a single code'),
  histogramMs: z
    .object({ success: buckets, failed: buckets, shortCircuited: buckets, fromCache: buckets })
    .partial()
    .optional()
    .describe('latencies as [upper bound in milliseconds, count], rising; intervals of percentiles come from it'),
})

export const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('batches') }),
    z.object({ kind: z.literal('rate'), perSecond: perSecond.positive() }),
    z.object({ kind: z.literal('poisson'), perSecond: perSecond.positive() }),
    z.object({
      kind: z.literal('ramp'),
      fromPerSecond: perSecond.nonnegative(),
      toPerSecond: perSecond.nonnegative(),
      overMs: z.number().nonnegative().max(FAR_MS),
    }),
    z.object({ kind: z.literal('closed') }),
  ])
  .describe('when requests leave; `batches` reads concurrency and everyMs, `closed` keeps `concurrency` under way')

export const requestSchema = z
  .object({
    method: word,
    path: url.describe('below the target; `{code}` stands for the next of the codes'),
    codes: boundedList(word, MAX.codes),
    headers: boundedRecord(z.string().max(MAX_LENGTH.url), MAX.members, MAX_LENGTH.word),
    body: z.string().nullable(),
    expectsJson: z.boolean().describe('whether an answer that is not JSON counts as broken'),
  })
  .describe('what was asked for; the k6 script asks for the same')

const figureSchema = z.union([
  z.number(),
  text,
  z.null(),
  boundedList(z.union([z.number(), armName]), MAX_ARMS),
  boundedRecord(count, MAX.members, MAX_LENGTH.word),
])

export const figuresSchema = boundedRecord(figureSchema, MAX.members, MAX_LENGTH.word).describe(
  'what a sentence says: numbers in their own unit (a share is 0 to 1, times are milliseconds), names as they are',
)

export const expectationSchema = z.object({
  text: z.string().max(2 * MAX_ARM_NAME + MAX_LENGTH.word),
  passed: z.boolean(),
  measured: z
    .string()
    .max(MAX_ARMS * (MAX_ARM_NAME + MAX_LENGTH.word))
    .describe('the measured value, with its unit'),
  otherDays: z.object({ held: count, of: count }).optional().describe('on how many of the other days it held'),
})

export const repeatSchema = z
  .object({
    seed: word,
    arms: boundedList(
      z.object({
        name: armName,
        useful: z.number().min(0).max(100).nullable().describe('percent of the requests; null where there were none'),
        calls: count,
        wasted: count,
        p95Ms: ms.nullable().describe('of successes'),
        recoveryMs: ms.nullable(),
      }),
      MAX_ARMS,
    ),
  })
  .describe('one of the runs of --repeat, for their spread')

const differenceOf = (value: z.ZodNumber) =>
  z.object({
    value,
    ci95: z.tuple([value, value]),
    clear: z.boolean().describe('false where it may be chance: then it is written as ~'),
  })
const latencyDifference = differenceOf(z.number().min(-WEEK_MS).max(WEEK_MS))
const latencyDifferences = z
  .object({ p50: latencyDifference, p95: latencyDifference, p99: latencyDifference })
  .partial()
const exactDifference = (value: z.ZodNumber) =>
  z.object({
    value: value.describe('of this run, exact'),
    ci95: z
      .tuple([value, value])
      .optional()
      .describe('of the mean, by pairs (Newcombe): only where each request fails on its own, and in older results'),
  })
const countDifference = exactDifference(z.number().min(-1e13).max(1e13))
  .nullable()
  .describe('null where the two had not the same requests to make')

export const differenceSchema = z
  .object({
    arm: armName,
    against: armName.describe('the first arm'),
    usefulPoints: exactDifference(share).nullable().describe('useful share, in points; null where one had no requests'),
    wastedCalls: countDifference,
    calls: countDifference,
    latencyMs: z
      .object({
        success: latencyDifferences,
        failed: latencyDifferences,
        shortCircuited: latencyDifferences,
        fromCache: latencyDifferences,
      })
      .partial()
      .describe('of percentiles, for the outcomes that both arms had'),
    pairs: z
      .object({ both: count, onlyFirst: count, onlyArm: count, neither: count })
      .optional()
      .describe('useful answers request by request, where the two met the same fates'),
    compared: z
      .object({ success: count, failed: count, shortCircuited: count, fromCache: count })
      .partial()
      .optional()
      .describe('over how many requests `latencyMs` compares: those that ended alike in both arms'),
    refused: z
      .object({ requests: count, p50Ms: ms, firstP50Ms: ms.describe('of the same requests in the first arm') })
      .nullable()
      .optional()
      .describe('requests that the arm short-circuited and the first one did not; null where there were none'),
    lost: z
      .object({
        answers: count.describe('useful in the first arm alone'),
        refused: count.describe('of these, those that the arm short-circuited'),
        afterTrouble: count.describe('of these, those that were sent when a spell of trouble was over'),
      })
      .optional()
      .describe('missing where the two did not meet the same fates'),
  })
  .describe('an arm less the first one, in this run; what other days give stands in `otherDays`')

export const eventSchema = z
  .object({
    atMs: moment,
    what: word.describe('fail-rate, settings, outage-began, outage-ended, slower, scenario-mark …'),
    source: word.optional().describe('who did it, as the server names it; not there where nobody did'),
    arm: armName.optional().describe('in whose session, where the arms ran one by one'),
    figures: boundedRecord(figureSchema, MAX.members, MAX_LENGTH.word),
  })
  .describe('something that happened to the server during the run')

const outage = z.object({ fromMs: moment, toMs: moment, failRate: percent })

export const conditionsSchema = z
  .object({
    settings: boundedDocument(MAX_LENGTH.settings, MAX_SETTINGS_DEPTH).describe(
      'with which the arms began, but for `failRate`, `scenario` and `outages`',
    ),
    failRate: percent.describe('set for this run alone'),
    scenario: word,
    outages: boundedList(outage, MAX.troubles).describe('asked for, in milliseconds since the start'),
    circuits: boundedList(
      z.object({
        arm: armName,
        engine: word.describe('whose circuit it is: breaker, opossum, cockatiel …'),
        options: boundedRecord(z.union([z.number(), z.boolean(), word, z.null()]), MAX.members, MAX_LENGTH.word),
      }),
      MAX_ARMS,
    ).describe('the circuit of each arm that has one'),
    circuit: boundedRecord(z.union([z.number(), z.boolean(), word, z.null()]), MAX.members, MAX_LENGTH.word).describe(
      'options that were given for all circuits',
    ),
    connections: z.object({
      max: count.describe('of an arm, open at once'),
      keepAlive: z.boolean(),
      headersTimeoutMs: ms.optional(),
      bodyTimeoutMs: ms.optional(),
    }),
    clients: count.describe('of each arm, independent of each other, each with a circuit of its own; one if not given'),
    warmup: count.describe('requests of each arm before the run, counted nowhere'),
    oneByOne: z.boolean().describe('each arm alone, one after the other'),
  })
  .partial()
  .describe('under which conditions it was measured; what was secret is left out')

const spanOf = (value: z.ZodNumber) =>
  z
    .object({ mean: value, low: value, high: value })
    .nullable()
    .describe('another day lies between low and high with a probability of 95 %; null where the days do not say')
const signedCount = z.number().min(-1e13).max(1e13)
const signedMs = z.number().min(-WEEK_MS).max(WEEK_MS)

export const otherDaysSchema = z
  .object({
    replicates: count.describe('days that were simulated, or made of blocks of the run'),
    basis: z
      .enum(['simulated', 'blocks', 'runs', 'none'])
      .optional()
      .describe(
        '`blocks`: parts of this run stand for another day, without a claim of coverage; `runs`: those of --repeat; `none`: see `because`',
      ),
    because: word
      .optional()
      .describe('why it is not `simulated`: shared-session, unknown-target, redis, too-short, too-large, too-slow …'),
    varied: boundedList(word, MAX.sentences).describe('what was drawn anew for each day'),
    method: z.string().max(MAX_LENGTH.settings),
    requests: count.optional().describe('of an arm on each day'),
    arms: boundedList(
      z.object({
        name: armName,
        useful: spanOf(percent).describe('percent of the requests'),
        wasted: spanOf(signedCount),
        recoveryMs: spanOf(ms),
        recovered: count.describe('days on which the useful answers came back'),
        days: z
          .object({
            useful: boundedList(count, MAX.days).describe('answers'),
            wasted: boundedList(count, MAX.days),
            recoveryMs: boundedList(ms.nullable(), MAX.days),
          })
          .optional()
          .describe('the figures day by day, the same day at the same place in every arm'),
      }),
      MAX_ARMS,
    ),
    differences: boundedList(
      z.object({
        arm: armName,
        against: armName,
        usefulPoints: spanOf(share),
        wastedCalls: spanOf(signedCount),
        recoveryMs: spanOf(signedMs).optional(),
      }),
      MAX_ARMS,
    ).describe('each arm less the first'),
  })
  .describe('what the same experiment comes to on other days: not how sure this run is, but how much days differ')

export const delaysSchema = z
  .object({
    roundTripMs: buckets.describe('from a call to its answer, what the server made it wait included'),
    latenessMs: buckets.describe('how late requests left'),
  })
  .describe('what other days draw from, as [upper bound in milliseconds, count], rising')

export const messageSchema = z
  .object({ code: word, figures: figuresSchema })
  .describe('a sentence, or a clause of one, before it is put into words')

export const codedVerdictSchema = z.object({
  code: word.describe('what the text says, in a word: hurt, helped, price, saved, same …'),
  figures: figuresSchema,
  more: boundedList(messageSchema, MAX.sentences).describe('the sentences after the first'),
  advice: messageSchema.describe('what the hint says'),
})

const typical = z.object({ p50: ms, p99: ms })

export const simulatedSchema = z
  .object({
    seed: word.describe('of the simulated server: it decides which requests meet a fault'),
    roundTripMs: typical.describe('from a call to its answer, beside what the server made it wait'),
    latenessMs: typical.describe('how late requests left'),
  })
  .describe('there where nothing was sent: the run took place in virtual time, before a server that was simulated')

export const resultSchema = z.object({
  schema: z.literal(1),
  command: z.enum(['burst', 'compare', 'demo', 'live']),
  title: word.optional(),
  session: word
    .optional()
    .describe('that it played in, or whose settings it began with; the default one where it is not given'),
  seed: word,
  target: url,
  simulated: simulatedSchema.optional(),
  startedAt: z.iso.datetime().max(40),
  interrupted: z.boolean(),
  load: z.object({
    requests: count,
    concurrency: count,
    everyMs: ms,
    timeoutMs: ms,
    durationMs: ms.describe('from the first planned start to the last answer'),
    schedule: scheduleSchema.optional().describe('`batches` where it is not given'),
    late: count.describe('requests that left more than 10 ms after their planned start'),
    lagMs: z.object({ p99: ms, max: ms }).describe('how far behind its schedule the generator was'),
    eventLoopMs: z
      .object({ p99: ms, max: ms })
      .optional()
      .describe('how long the generator stood still at a time, the reason for most of what is late'),
  }),
  failRate: z
    .object({ atStart: percent, atEnd: percent })
    .optional()
    .describe('of the server, in percent; not there where nothing is known of it, or a scenario set it'),
  recoveryMeasure: word
    .optional()
    .describe('how recovery was measured: `sent` by the moment of sending, against the level before the trouble'),
  events: boundedList(eventSchema, MAX.events)
    .optional()
    .describe('what happened during the run, in the order of time; not there where nobody could tell'),
  trouble: boundedList(z.object({ fromMs: moment, toMs: moment, what: word }), MAX.troubles).describe(
    'known outages and raised rates, for the strip and the recovery time',
  ),
  pairs: z
    .object({ a: armName, b: armName, both: count, onlyA: count, onlyB: count, neither: count })
    .nullable()
    .describe('useful answers request by request, where the arms met the same fates'),
  pairing: z
    .object({
      holds: z.boolean(),
      because: boundedList(word, MAX.sentences).describe(
        'why it does not: closed-loop, unknown-target, shared-session, rate-limit, rule-limit, capacity, deck, changed …',
      ),
    })
    .optional()
    .describe(
      'whether request k met the same fate in every arm, and in every run of several; where it did not, there are no `pairs`',
    ),
  arms: boundedList(armSchema, MAX_ARMS, 1),
  vanished: boundedList(armName, MAX_ARMS, 1)
    .optional()
    .describe('arms whose session was deleted or replaced meanwhile: then nothing is compared'),
  request: requestSchema.optional(),
  expectations: boundedList(expectationSchema, MAX.expectations).optional(),
  repeats: boundedList(repeatSchema, MAX.repeats)
    .optional()
    .describe('all runs of --repeat; the arms above are those of the last one'),
  verdict: z.object({
    text,
    hint: text,
    usefulPoints: share
      .nullable()
      .describe('useful share of the last arm less that of the first, in points; null for one arm'),
    ci95: z
      .tuple([share, share])
      .nullable()
      .describe('between which points another day lies with 95 %, as in `otherDays`; null where the days do not say'),
    ...codedVerdictSchema.partial().shape,
  }),
  differences: boundedList(differenceSchema, MAX_ARMS).optional().describe('each arm against the first'),
  conditions: conditionsSchema.optional(),
  otherDays: otherDaysSchema.optional(),
  predicted: otherDaysSchema.optional().describe('what the simulator expected before the run, where it was asked to'),
  flow: flowSchema.optional().describe('some of the requests one by one; not there in a run of which none was told'),
  delays: delaysSchema.optional(),
})

export type Outcomes = z.infer<typeof outcomesSchema>
export type LatencySummary = z.infer<typeof latencySchema>
export type ArmResult = z.infer<typeof armSchema>
export type Result = z.infer<typeof resultSchema>
export type Series = ArmResult['series']
/** Requests by when they were to leave. */
export type Sent = NonNullable<ArmResult['sent']>
export type Recovery = z.infer<typeof recoverySchema>
export type RunEvent = z.infer<typeof eventSchema>
export type Trouble = Result['trouble']
export type Schedule = z.infer<typeof scheduleSchema>
export type Expectation = z.infer<typeof expectationSchema>
export type Difference = z.infer<typeof latencyDifference>
export type ArmDifference = z.infer<typeof differenceSchema>
export type Conditions = z.infer<typeof conditionsSchema>
export type OtherDays = z.infer<typeof otherDaysSchema>
export type Figures = z.infer<typeof figuresSchema>
export type Message = z.infer<typeof messageSchema>
export type Verdict = Result['verdict']
/** A verdict before it is put into words. */
export type CodedVerdict = z.infer<typeof codedVerdictSchema>
/** A result before anybody has said what it means. */
export type Unjudged = Omit<Result, 'verdict'>

/** JSON Schema (draft 2020-12) of `schema: 1`. Members it does not name are allowed: a later version may add some. */
export function resultJsonSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'Result of chaos burst, compare, demo or live',
    description:
      'What --json prints, what is kept, and what the reports read. Times are milliseconds, shares are percent.',
    ...jsonSchemaOf(resultSchema),
  }
}
