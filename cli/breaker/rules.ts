/** When a circuit opens: the rules over the window of a closed circuit, and over the probes of a half-open one. */

import type { CircuitSettings } from './options.ts'
import type { Window } from './window.ts'

/** Why a window and a streak of failures open the circuit, or null where they do not. */
export function whyOpen(settings: CircuitSettings, window: Window, streak: number): string | null {
  const { failurePercentage, minimumCalls, maxFailures, consecutiveFailures, slowCallPercentage } = settings
  const { calls, failures, slow } = window
  if (consecutiveFailures !== null && streak >= consecutiveFailures) return `${streak} failures in a row`
  if (maxFailures !== null && failures >= maxFailures) return `${failures} failures in the window`
  if (calls < minimumCalls) return null
  if (reaches(failures, calls, failurePercentage)) return `${failures} of ${calls} calls failed`
  if (reaches(slow, calls, slowCallPercentage)) return `${slow} of ${calls} calls were slow`
  return null
}

/**
 * Why so many bad ones among all the probes of a half-open period open the circuit again, or null where they do not. A percentage
 * applies to the probes as it does to calls; a rule that counts failures takes one failed probe as proof.
 */
export function whyReopen(settings: CircuitSettings, failed: number, slow: number): string | null {
  const { failurePercentage, maxFailures, consecutiveFailures, slowCallPercentage, probes } = settings
  const counting = maxFailures !== null || consecutiveFailures !== null
  if ((counting && failed > 0) || reaches(failed, probes, failurePercentage))
    return `${failed} of ${probes} probes failed`
  if (reaches(slow, probes, slowCallPercentage)) return `${slow} of ${probes} probes were slow`
  return null
}

/** Whether `part` is at least `percentage` of `whole`; a rule that is off reaches nothing. */
function reaches(part: number, whole: number, percentage: number | null): boolean {
  return percentage !== null && part * 100 >= percentage * whole
}
