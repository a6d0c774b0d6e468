/** The result of a run, `schema: 1`: what the command line prints with `--json` and posts to `/runs`, and all that reports read. */

import { z } from 'zod'

const share = z.number().describe('a difference in percentage points')
const count = z.int().nonnegative()
const ms = z.number().nonnegative()

export const outcomesSchema = z.object({ success: count, failed: count, shortCircuited: count, fromCache: count })

export const latencySchema = z
  .object({ count, p50: ms.nullable(), p95: ms.nullable(), p99: ms.nullable(), max: ms.nullable() })
  .describe('milliseconds from the planned start; null where nothing was counted')

export const stateSchema = z.enum(['closed', 'open', 'half-open', 'forced-open', 'disabled'])

export const armSchema = z.object({
  name: z.string(),
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
  states: z
    .array(z.object({ atMs: z.number(), state: stateSchema }))
    .describe('breaker states since the start; empty without a breaker'),
  recoveryMs: ms
    .nullable()
    .describe('from the end of the trouble to the first full second with 95 % useful; null unless `recovered`'),
  recovered: z
    .boolean()
    .nullable()
    .describe('false: not before the run ended; null: no trouble, or the run ended less than a second after it'),
  failures: z.record(z.string(), count).describe('failed requests by class: status, timeout, reset …'),
  series: z
    .array(
      z.object({
        atMs: z.number(),
        success: count,
        failed: count,
        shortCircuited: count,
        fromCache: count,
        calls: count,
        wasted: count,
      }),
    )
    .describe('quarter seconds since the start; a request counts where it ended, a call where it ended'),
  histogramMs: z
    .partialRecord(z.enum(['success', 'failed', 'shortCircuited', 'fromCache']), z.array(z.tuple([ms, count])))
    .optional()
    .describe('latencies as [upper bound in milliseconds, count], rising; intervals of percentiles come from it'),
})

export const scheduleSchema = z
  .discriminatedUnion('kind', [
    z.object({ kind: z.literal('batches') }),
    z.object({ kind: z.literal('rate'), perSecond: z.number().positive() }),
    z.object({ kind: z.literal('poisson'), perSecond: z.number().positive() }),
    z.object({
      kind: z.literal('ramp'),
      fromPerSecond: z.number().nonnegative(),
      toPerSecond: z.number().nonnegative(),
      overMs: ms,
    }),
    z.object({ kind: z.literal('closed') }),
  ])
  .describe('when requests leave; `batches` reads concurrency and everyMs, `closed` keeps `concurrency` under way')

export const requestSchema = z
  .object({
    method: z.string(),
    path: z.string().describe('below the target; `{code}` stands for the next of the codes'),
    codes: z.array(z.string()),
    headers: z.record(z.string(), z.string()),
    body: z.string().nullable(),
    expectsJson: z.boolean().describe('whether an answer that is not JSON counts as broken'),
  })
  .describe('what was asked for; the k6 script asks for the same')

export const expectationSchema = z.object({
  text: z.string(),
  passed: z.boolean(),
  measured: z.string().describe('the measured value, with its unit'),
})

export const repeatSchema = z
  .object({
    seed: z.string(),
    arms: z.array(
      z.object({
        name: z.string(),
        useful: z.number().nullable().describe('percent of the requests; null where there were none'),
        calls: count,
        wasted: count,
        p95Ms: ms.nullable().describe('of successes'),
        recoveryMs: ms.nullable(),
      }),
    ),
  })
  .describe('one of the runs of --repeat, for their spread')

export const resultSchema = z.object({
  schema: z.literal(1),
  command: z.enum(['burst', 'compare', 'demo', 'live']),
  title: z.string().optional(),
  seed: z.string(),
  target: z.string(),
  startedAt: z.iso.datetime(),
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
  trouble: z
    .array(z.object({ fromMs: z.number(), toMs: z.number(), what: z.string() }))
    .describe('known outages and raised rates, for the strip and the recovery time'),
  pairs: z
    .object({ a: z.string(), b: z.string(), both: count, onlyA: count, onlyB: count, neither: count })
    .nullable()
    .describe('useful answers request by request, where the arms met the same fates'),
  arms: z.array(armSchema).min(1),
  request: requestSchema.optional(),
  expectations: z.array(expectationSchema).optional(),
  repeats: z.array(repeatSchema).optional().describe('all runs of --repeat; the arms above are those of the last one'),
  verdict: z.object({
    text: z.string(),
    hint: z.string(),
    usefulPoints: share
      .nullable()
      .describe('useful share of the last arm less that of the first, in points; null for one arm'),
    ci95: z.tuple([z.number(), z.number()]).nullable(),
  }),
})

export type Outcomes = z.infer<typeof outcomesSchema>
export type LatencySummary = z.infer<typeof latencySchema>
export type ArmResult = z.infer<typeof armSchema>
export type Result = z.infer<typeof resultSchema>
export type Series = ArmResult['series']
export type Trouble = Result['trouble']
export type Schedule = z.infer<typeof scheduleSchema>
export type Expectation = z.infer<typeof expectationSchema>
export type Verdict = Result['verdict']
/** A result before anybody has said what it means. */
export type Unjudged = Omit<Result, 'verdict'>
