/** Query strings, checked against a schema. */

import type { z } from 'zod'
import { type Flaw, Problem } from './problem.ts'

/**
 * The parameters of a query that Express has read.
 * @throws {Problem} 400 that names every parameter that is wrong.
 */
export function parseQuery<S extends z.ZodType>(schema: S, query: unknown): z.output<S> {
  const { data, error } = schema.safeParse(query)
  if (!error) return data
  const errors = error.issues.map((issue): Flaw => ({ parameter: String(issue.path[0]), detail: issue.message }))
  throw new Problem(400, error.issues.map(issue => `${String(issue.path[0])} ${issue.message}`).join('; '), { errors })
}
