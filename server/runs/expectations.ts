/** Expectations held against a kept run: what is asked for, and what is answered. Who starts the server hands it what judges. */

import { z } from 'zod'
import { expectationSchema, type Result } from './result.ts'

const MAX_TEXTS = 30
const MAX_TEXT = 200

const text = z.string().min(1).max(MAX_TEXT)

/** The query of `GET /runs/{id}/expectations`. */
export const expectationsQuerySchema = z.object({
  expect: z
    .union(
      [text, z.array(text).min(1).max(MAX_TEXTS)],
      `must be 1 to ${MAX_TEXTS} expectations of ${MAX_TEXT} characters at most`,
    )
    .describe('such as breaker.wasted<none.wasted, as --expect takes it; may be repeated'),
})

export const judgedSchema = z.object({ expectations: z.array(expectationSchema) })

/** Judges expectations by a result; a sentence where one cannot be read. */
export type JudgeRun = (
  result: Result,
  texts: readonly string[],
) => z.infer<typeof judgedSchema>['expectations'] | string
