/** Silences: when a client sends nothing although it could. They tell a circuit that is open from a client that is full. */

import type { JudgedRequest } from './requests.ts'

/** Without an arrival for so long a client is silent: six requests of the task, in milliseconds. */
export const MIN_SILENCE_MS = 300

export interface Silence {
  readonly fromMs: number
  readonly toMs: number
}

/**
 * The silences up to `endMs`. While `maxInFlight` requests are in flight nothing can be sent, and that is none: a closed loop
 * in a hang would look like a breaker.
 */
export function silencesIn(requests: readonly JudgedRequest[], maxInFlight: number, endMs: number): Silence[] {
  const edges = requests
    .flatMap(({ atMs, endMs }) => [
      { ms: atMs, by: 1 },
      { ms: endMs, by: -1 },
    ])
    .sort((a, b) => a.ms - b.ms || b.by - a.by)
  const found: Silence[] = []
  let inFlight = 0
  let since: number | null = null
  const add = (toMs: number) => {
    if (since !== null && toMs - since >= MIN_SILENCE_MS) found.push({ fromMs: since, toMs })
  }
  for (const { ms, by } of edges) {
    inFlight += by
    if (by === 1) {
      add(ms)
      since = inFlight < maxInFlight ? ms : null
    } else if (since === null && inFlight < maxInFlight) since = ms
  }
  add(endMs)
  return found
}

/** What was sent between two silences of a trouble. */
export interface Probe {
  readonly atMs: number
  /** The length of the silence before it, in milliseconds. */
  readonly afterMs: number
  readonly requests: number
}

/** The probes that began before `toMs`, each between one of `silences` and the next. */
export function probesBetween(
  requests: readonly JudgedRequest[],
  silences: readonly Silence[],
  toMs: number,
): readonly Probe[] {
  return silences.flatMap(({ fromMs, toMs: atMs }, index) => {
    if (atMs >= toMs) return []
    const until = Math.min(silences[index + 1]?.fromMs ?? toMs, toMs)
    const sent = requests.filter(request => request.atMs >= atMs && request.atMs <= until)
    return [{ atMs, afterMs: atMs - fromMs, requests: sent.length }]
  })
}
