/** A decision: what happens to one request, and why. */

import type { Fault } from '../settings/faults.ts'

/** Who decided: a draw against a rate, an outage, the client by a header, or nobody because the client asked for peace. */
export type Cause = 'draw' | 'outage' | 'forced' | 'exempt'

export interface Decision {
  readonly cause: Cause
  /** The rule that decided, `failRate` for the last one, or what the outage is called. */
  readonly rule: string
  /** The rate that the draw was held against, in percent. */
  readonly rate: number
  /** The draw in [0, 1), or -1 where none was made. The request fails if `draw * 100 < rate`. */
  readonly draw: number
  /** What is done to the request, or null: it is served. */
  readonly fault: Fault | null
  /** Delay before the answer, in milliseconds; 0 for none. */
  readonly delayMs: number
  /** Bytes or numbers that a fault leaves to chance come from this draw; 0 where there is no fault. */
  readonly body: number
  /** What the token bucket said, where one was asked. */
  readonly bucket: BucketAnswer | null
}

/** What a token bucket says to one request. */
export interface BucketAnswer {
  readonly taken: boolean
  /** Whole tokens that are left. */
  readonly remaining: number
  /** Milliseconds until there is a token again, once this request has taken its own; 0 if there is one. */
  readonly waitMs: number
  /** Requests in each period, and the period in whole seconds. */
  readonly limit: number
  readonly periodS: number
  /** The client had been told to wait longer. */
  readonly impolite: boolean
}

/** What is decided about every request while nothing can fail. */
export const NO_FAULT: Decision = {
  cause: 'draw',
  rule: 'failRate',
  rate: 0,
  draw: -1,
  fault: null,
  delayMs: 0,
  body: 0,
  bucket: null,
}

/** Why something was decided, in a word. */
export const REASONS = [
  'outage',
  'forced',
  'exempt',
  'tokens-left',
  'no-tokens',
  'no-draw',
  'below-rate',
  'not-below-rate',
] as const
export type Reason = (typeof REASONS)[number]

export function reasonOf({ cause, bucket, draw, rate }: Decision): Reason {
  if (cause !== 'draw') return cause
  if (bucket) return bucket.taken ? 'tokens-left' : 'no-tokens'
  if (draw < 0) return 'no-draw'
  return draw * 100 < rate ? 'below-rate' : 'not-below-rate'
}

/** A sentence that says why this was decided. */
export function explain(decision: Decision): string {
  const what = decision.fault ? decision.fault.kind : 'served'
  const rule = decision.rule === 'failRate' ? 'failRate' : `rule "${decision.rule}"`
  const percent = Number((decision.draw * 100).toFixed(4))
  switch (reasonOf(decision)) {
    case 'outage':
      return `${what}: every request fails during ${decision.rule}`
    case 'forced':
      return `${what}: the client asked for it (${decision.rule})`
    case 'exempt':
      return 'served: the client asked for no fault'
    case 'tokens-left':
    case 'no-tokens':
      return `${what}: ${rule} asked a token bucket, ${decision.bucket ? bucketWords(decision.bucket) : ''}`
    case 'no-draw':
      return `served: ${rule} is ${decision.rate} %, so nothing was drawn`
    case 'below-rate':
      return `${what}: draw ${percent} is below the rate ${decision.rate} of ${rule}`
    case 'not-below-rate':
      return `served: draw ${percent} is not below the rate ${decision.rate} of ${rule}`
  }
}

function bucketWords(bucket: BucketAnswer): string {
  if (bucket.taken) return `and ${bucket.remaining} of ${bucket.limit} tokens were left`
  return `which was empty for another ${Math.ceil(bucket.waitMs)} ms`
}
