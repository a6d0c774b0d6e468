/** A kept run: what is posted, what is listed, and what it is called. */

import { z } from 'zod'
import { LIMITS, MAX_ARMS } from '../config/limits.ts'
import { boundedList } from './bounded.ts'
import { armSchema, conditionsSchema, type Result, resultSchema } from './result.ts'

/** Runs that a run store keeps unless told otherwise; the oldest makes room. */
export const MAX_RUNS = LIMITS.runs

/** Largest `POST /runs` that is read, in bytes: ten times a comparison of a minute with its page. */
export const MAX_RUN_BYTES = 1024 * 1024

/** Whether a result can be kept with its page. */
export function fitsWithPage(result: Result, html: string): boolean {
  return Buffer.byteLength(JSON.stringify({ result, html })) <= MAX_RUN_BYTES
}

/** The body of `POST /runs`. */
export const newRunSchema = z.strictObject({
  result: resultSchema,
  html: z.string().optional().describe('the report as a page, drawn by who posts it; served without any rights'),
})

/** What may stand in an address and in a command line as it is. */
export const runIdSchema = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/)

/** Kinds of trouble that a list names of a run. */
const MAX_TROUBLES = 5

/** One of the kept runs, in short. Those that an older version kept tell less. */
export const runSummarySchema = z.object({
  id: runIdSchema.describe('six letters'),
  ...resultSchema.pick({
    command: true,
    title: true,
    session: true,
    startedAt: true,
    seed: true,
    target: true,
    interrupted: true,
  }).shape,
  requests: resultSchema.shape.load.shape.requests.describe('of the load, for each arm'),
  load: resultSchema.shape.load.pick({ concurrency: true, everyMs: true, schedule: true }).optional(),
  failRate: resultSchema.shape.failRate,
  circuit: conditionsSchema.shape.circuit,
  trouble: boundedList(z.string(), MAX_TROUBLES)
    .optional()
    .describe('what the spells of trouble are called, each once; some of them where they are many'),
  arms: boundedList(
    armSchema.pick({ name: true, outcomes: true }).extend({ upstream: armSchema.shape.upstream.optional() }),
    MAX_ARMS,
  ),
  html: z.boolean().describe('whether it was posted with a page'),
})

export type RunSummary = z.infer<typeof runSummarySchema>

/** What a list tells of a result. */
export function summaryOf(id: string, result: Result, html: boolean): RunSummary {
  const { command, title, session, startedAt, seed, target, interrupted, load, failRate, conditions, arms } = result
  const { requests, concurrency, everyMs, schedule } = load
  const trouble = [...new Set(result.trouble.map(({ what }) => what))]
  return {
    id,
    command,
    ...(title === undefined ? {} : { title }),
    ...(session === undefined ? {} : { session }),
    startedAt,
    seed,
    target,
    interrupted,
    requests,
    load: { concurrency, everyMs, ...(schedule ? { schedule } : {}) },
    ...(failRate ? { failRate } : {}),
    ...(conditions?.circuit ? { circuit: conditions.circuit } : {}),
    trouble: trouble.slice(0, MAX_TROUBLES),
    arms: arms.map(({ name, outcomes, upstream }) => ({ name, outcomes, upstream })),
    html,
  }
}

const CONSONANTS = 'bdfghjklmnprstvz'
const VOWELS = 'aiou'
const SYLLABLES = 3

/** A name that can be said across a room, such as `tirado`, made from a whole number; the lowest 18 bits decide. */
export function runId(number: number): string {
  let id = ''
  for (let left = number >>> 0, count = 0; count < SYLLABLES; count++, left >>>= 6) {
    id += (CONSONANTS[left & 15] ?? '') + (VOWELS[(left >>> 4) & 3] ?? '')
  }
  return id
}
