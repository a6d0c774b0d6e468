/** Two kept runs compared: what is asked for, and what is answered. Who starts the server hands it what compares them. */

import { z } from 'zod'
import { MAX_ARMS } from '../config/limits.ts'
import { boundedList } from './bounded.ts'
import { armSchema, messageSchema, type Result } from './result.ts'
import { runIdSchema } from './run.ts'

/** Sentences about two runs. */
const MAX_SENTENCES = 20

/** The query of `GET /runs/diff`. */
export const diffQuerySchema = z.object({
  before: runIdSchema.describe('the id of a run'),
  after: runIdSchema.describe('the id of the run that is compared with it'),
})

const spanSchema = z
  .object({
    value: z.number().describe('between these two runs, exact'),
    days: z
      .tuple([z.number(), z.number()])
      .nullable()
      .describe(
        'a day of the one and a day of the other differ by this with a probability of 95 %; null where nobody knows',
      ),
    clear: z.boolean().describe('false where it may be chance: then it is written as ~'),
  })
  .nullable()
  .describe('the later run less the earlier; null where the two cannot be compared in it')

const saysSchema = boundedList(messageSchema, MAX_SENTENCES)

export const runDiffSchema = z.object({
  runs: z.tuple([runIdSchema, runIdSchema]),
  arms: boundedList(
    z.object({
      before: armSchema.shape.name,
      after: armSchema.shape.name,
      figures: boundedList(
        armSchema.pick({ outcomes: true, upstream: true, latencyMs: true, recovered: true, recoveryMs: true }),
        2,
      ).describe('of the arm in either run'),
      usefulPoints: spanSchema,
      wastedCalls: spanSchema,
      says: saysSchema.describe('what that comes to, before it is put into words'),
    }),
    MAX_ARMS,
  ).describe('each arm that both runs have'),
  says: saysSchema.describe('what is not the same in both runs, before it is put into words'),
})

export type RunDiff = z.infer<typeof runDiffSchema>

/** A kept result under its id. */
export interface KeptResult {
  readonly name: string
  readonly result: Result
}

/** Compares two kept results. */
export type CompareRuns = (before: KeptResult, after: KeptResult) => RunDiff
