/** Chance for the pauses of `retry`: a draw by the request's key and attempt, so that arms and reruns pause alike. */

import { draw, streamSeed } from '../../server/chaos/decision/draw.ts'
import type { Outgoing } from './send.ts'

/** A number of [0, 1) for a request and its attempt, from the run's seed; independent of the faults that the server draws from it. */
export function jitter(seed: string): (request: Outgoing) => number {
  const stream = streamSeed(`${seed}/jitter`, 'latency')
  return ({ key, attempt }) => draw(stream, key, attempt)
}
