/** What a command line says of the run that it is playing: the schemas of `POST /chaos/live`. */

import { z } from 'zod'
import {
  MAX_ARM_NAME,
  MAX_ARMS,
  MAX_LIVE_CODED,
  MAX_LIVE_EDGES,
  MAX_LIVE_TITLE,
  MAX_LIVE_VERDICT,
} from '../config/limits.ts'
import type { Counts } from '../runs/counters.ts'
import { liveFlowSchema } from '../runs/flow.ts'
import { codedVerdictSchema, stateSchema } from '../runs/result.ts'

const count = z.int().nonnegative().max(1e9)
const ms = z.number().nonnegative().max(1e9)
const runId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
const name = z.string().min(1).max(MAX_ARM_NAME)

const newRunSchema = z.strictObject({
  id: runId,
  title: z.string().max(MAX_LIVE_TITLE),
  arms: z
    .array(z.strictObject({ name, session: z.string().max(64).optional() }))
    .min(1)
    .max(MAX_ARMS),
  session: z.string().max(64).optional().describe('that the run belongs to; the default one where it is not given'),
  load: z.record(z.string().max(40), z.union([z.number(), z.string().max(80), z.boolean(), z.null()])).default({}),
})

const counts = {
  success: count,
  failed: count,
  shortCircuited: count,
  fromCache: count,
  calls: count.describe('calls that were really made, retries included'),
  wasted: count.describe('calls that were made and failed'),
} satisfies Record<keyof Counts, z.ZodInt>

/** An arm in a step. Its counts are those since the step before, unless it tells its totals as well. */
export const armStepSchema = z.strictObject({
  name,
  ...counts,
  totals: z
    .strictObject(counts)
    .optional()
    .describe('the counts since the start of the run; with them a step that did not arrive is made up for by the next'),
  state: stateSchema.nullable().optional().describe('of the breaker now; null or missing without one'),
  states: z
    .array(z.strictObject({ atMs: ms, state: stateSchema }))
    .max(MAX_LIVE_EDGES)
    .optional()
    .describe('changes since the step before; those that are known already may stand before the new ones'),
  p50: ms.nullable().optional().describe('of what ended since the last step, in milliseconds'),
  p95: ms.nullable().optional(),
})

const stepSchema = z.strictObject({
  id: runId,
  atMs: ms.describe('since the start of the run'),
  arms: z.array(armStepSchema).max(MAX_ARMS),
  flow: liveFlowSchema
    .optional()
    .describe(
      'some of the requests one by one: those that ended since the step before, and those under way since then',
    ),
})

const runEndSchema = z.strictObject({
  id: runId,
  result: z
    .strictObject({
      run: z.string().max(64).optional().describe('the id of the kept result'),
      verdict: z.string().max(MAX_LIVE_VERDICT).optional().describe('what it means, in English'),
      coded: codedVerdictSchema
        .refine(
          coded => JSON.stringify(coded).length <= MAX_LIVE_CODED,
          `must be ${MAX_LIVE_CODED} characters of JSON at most`,
        )
        .optional()
        .describe('the same before it is put into words: pages say it in their own language'),
    })
    .optional(),
})

/** The body of `POST /chaos/live`: one of the three. */
export const liveSchema = z.union([
  z.strictObject({ run: newRunSchema }),
  z.strictObject({ progress: stepSchema }),
  z.strictObject({ end: runEndSchema }),
])

export type NewRun = z.infer<typeof newRunSchema>
export type ArmStep = z.infer<typeof armStepSchema>
export type Step = z.infer<typeof stepSchema>
export type RunEnd = z.infer<typeof runEndSchema>
export type Live = z.infer<typeof liveSchema>

export type Edge = NonNullable<ArmStep['states']>[number]
