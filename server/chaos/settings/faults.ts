/** The kinds of fault as schemas: what each is called, what can be set of it, and what a client sees. */

import { z } from 'zod'
import { duration, whole } from './quantity.ts'

const weight = z
  .number('must be a number from 0 to 1000000')
  .min(0, 'must be 0 or more')
  .max(1_000_000, 'must be 1000000 or less')
  .default(1)
  .describe('share of this kind among the failures, relative to the weights of the others')

const status = z.strictObject({
  kind: z.literal('status').describe('an HTTP error with a problem+json body'),
  weight,
  status: whole('HTTP status', 400, 599).default(500),
  retryAfter: duration('how long the client is asked to stay away (Retry-After)', 0, 86_400_000).optional(),
  retryAfterAs: z.enum(['seconds', 'date']).default('seconds').describe('form of the Retry-After header'),
})
const reset = z.strictObject({
  kind: z.literal('reset').describe('the connection is reset (RST): clients see ECONNRESET'),
  weight,
})
const empty = z.strictObject({
  kind: z.literal('empty').describe('the connection ends (FIN) before a byte was sent'),
  weight,
})
const hang = z.strictObject({
  kind: z.literal('hang').describe('nothing is sent; then the connection ends'),
  weight,
  for: duration('how long nothing happens', 1).default('30s'),
})
const stall = z.strictObject({
  kind: z.literal('stall').describe('headers are sent, then nothing; then the connection ends'),
  weight,
  for: duration('how long nothing follows the headers', 1).default('30s'),
})
const truncate = z.strictObject({
  kind: z.literal('truncate').describe('the connection ends in the middle of the body'),
  weight,
  afterBytes: whole('bytes of the body that are sent', 0, 1_048_576).default(40),
})
const malformed = z.strictObject({
  kind: z.literal('malformed').describe('a complete answer whose JSON is cut off'),
  weight,
})
const garbage = z.strictObject({
  kind: z.literal('garbage').describe('bytes that are not HTTP'),
  weight,
})
const drip = z.strictObject({
  kind: z.literal('drip').describe('the right body, a few bytes at a time'),
  weight,
  over: duration('how long the body takes', 1).default('10s'),
})
const wrongType = z.strictObject({
  kind: z.literal('wrong-type').describe('an HTML error page with status 200'),
  weight,
})
const rateLimit = z.strictObject({
  kind: z
    .literal('rate-limit')
    .describe('a token bucket: beyond it 429 with Retry-After, within it the request is served'),
  weight,
  limit: whole('requests in each period', 1, 1_000_000).default(10),
  per: duration('the period', 1, 3_600_000).default('1s'),
  burst: whole('requests that may come at once; the limit where it is not given', 1, 1_000_000).optional(),
})

export const faultSchema = z
  .discriminatedUnion(
    'kind',
    [status, reset, empty, hang, stall, truncate, malformed, garbage, drip, wrongType, rateLimit],
    'must be one of status, reset, empty, hang, stall, truncate, malformed, garbage, drip, wrong-type, rate-limit',
  )
  .meta({ id: 'Fault' })

/** The kinds of a failure, weighted. */
export const faultsSchema = z
  .array(faultSchema)
  .min(1, 'must name at least one kind')
  .max(20, 'must name 20 kinds at most')
  .refine(faults => faults.some(fault => fault.weight > 0), 'must have a weight above 0 somewhere')

export type Fault = z.infer<typeof faultSchema>
export type Kind = Fault['kind']

/** What a failure is where nobody said otherwise. */
export const DEFAULT_FAULTS: readonly Fault[] = [faultSchema.parse({ kind: 'status' })]
