/** The `cache` policy: the last good answer stands in while a request is refused or its call fails. */

import type { Clock } from '../../server/lib/clock.ts'
import { isPassing } from './answers.ts'
import { count, duration, type Values } from './parameters.ts'
import type { Answer, Policy } from './send.ts'

/** The parameters of `cache(30s)`. */
export const CACHE_PARAMETERS = {
  ttl: duration('how old an answer may grow', 30_000, 1, 86_400_000),
  size: count('answers kept; the one longest out of use makes room', 1_000, 1, 1_000_000),
} as const

/**
 * Keeps the last good answer by code. Like `stale-if-error` (RFC 5861) it stands in for failures of the upstream, and for
 * refusals; not for an abort, nor for a 4xx other than 429, which is an answer to be believed.
 */
export function cache(clock: Clock, { ttl, size }: Values<typeof CACHE_PARAMETERS>): Policy {
  return next => {
    const kept = new Map<string, { readonly answer: Answer; readonly at: number }>()
    return (request, done) =>
      next(request, answer => {
        if (answer.outcome === 'success') keep(request.code, answer)
        done(answer.outcome === 'shortCircuited' || isPassing(answer) ? (standIn(request.code) ?? answer) : answer)
      })

    /** A Map remembers the order of insertion: its first key is the one longest out of use. */
    function keep(code: string, answer: Answer): void {
      kept.delete(code)
      kept.set(code, { answer, at: clock.now() })
      const [oldest] = kept.keys()
      if (kept.size > size && oldest !== undefined) kept.delete(oldest)
    }

    function standIn(code: string): Answer | null {
      const entry = kept.get(code)
      if (!entry) return null
      kept.delete(code)
      const ageMs = clock.now() - entry.at
      if (ageMs > ttl) return null
      kept.set(code, entry)
      return { ...entry.answer, outcome: 'fromCache', ageMs }
    }
  }
}
