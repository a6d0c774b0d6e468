/** What a command line says of the run that it is playing: the schemas of `POST /chaos/live`. */

import { z } from 'zod'
import type { Weather } from './timeline.ts'

/** Arms and states are few, texts short: what is published is shown to a room. */
const MOST_ARMS = 6
export const MOST_EDGES = 200

const count = z.int().nonnegative().max(1e9)
const ms = z.number().nonnegative().max(1e9)
const runId = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)
const name = z.string().min(1).max(60)
const circuit = z.enum(['closed', 'open', 'half-open', 'forced-open', 'disabled'])

export const newRunSchema = z.strictObject({
  id: runId,
  title: z.string().max(120),
  arms: z
    .array(z.strictObject({ name, session: z.string().max(64).optional() }))
    .min(1)
    .max(MOST_ARMS),
  load: z.record(z.string().max(40), z.union([z.number(), z.string().max(80), z.boolean(), z.null()])).default({}),
})

export const armStepSchema = z.strictObject({
  name,
  success: count,
  failed: count,
  shortCircuited: count,
  fromCache: count,
  calls: count.describe('calls that were really made, retries included'),
  wasted: count.describe('calls that were made and failed'),
  state: circuit.nullable().optional().describe('of the breaker now; null or missing without one'),
  states: z
    .array(z.strictObject({ atMs: ms, state: circuit }))
    .max(MOST_EDGES)
    .optional(),
  p50: ms.nullable().optional().describe('of what ended since the last step, in milliseconds'),
  p95: ms.nullable().optional(),
})

export const stepSchema = z.strictObject({
  id: runId,
  atMs: ms.describe('since the start of the run'),
  arms: z.array(armStepSchema).max(MOST_ARMS),
})

export const runEndSchema = z.strictObject({
  id: runId,
  result: z
    .strictObject({ run: z.string().max(64).optional(), verdict: z.string().max(1_000).optional() })
    .optional()
    .describe('the id of the kept result, and what it means'),
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

/** A step with what the server adds: the weather that the arms met. */
export type Shown = Omit<Step, 'id'> & { readonly weather?: Weather }
