/** The circuit breaker of cockatiel as an engine of an arm. */

import type { State } from '../breaker/circuit.ts'
import { CircuitOptionsError, type CircuitSettings } from '../breaker/options.ts'
import { isFailure, JUST_BELOW, type OpenLibrary } from './engine.ts'

/**
 * Loads cockatiel and sets it up to mean what `settings` mean: threshold, minimum of calls, window (of calls or of time),
 * failures in a row, open time. It lets one probe pass, and makes other callers wait for it instead of refusing them.
 * @throws {CircuitOptionsError} for a rule that cockatiel does not have.
 */
export async function openCockatiel(settings: CircuitSettings): Promise<OpenLibrary> {
  const { failurePercentage, consecutiveFailures, maxFailures, slowCallPercentage, openForMs } = settings
  const both = (failurePercentage === null) === (consecutiveFailures === null)
  if (both || maxFailures !== null || slowCallPercentage !== null)
    throw new CircuitOptionsError([
      'cockatiel opens at a share of failures (threshold), or at failures in a row (consecutive): choose one, and leave max-failures and slow-share out of this run',
    ])
  const library = await import('cockatiel')
  const states: Readonly<Record<number, State>> = {
    [library.CircuitState.Closed]: 'closed',
    [library.CircuitState.Open]: 'open',
    [library.CircuitState.HalfOpen]: 'half-open',
    [library.CircuitState.Isolated]: 'forced-open',
  }
  return onState => {
    const circuit = library.circuitBreaker(library.handleWhen(isFailure), {
      halfOpenAfter: openForMs,
      breaker: rule(),
    })
    circuit.onStateChange(state => onState(states[state] ?? 'closed'))
    return { run: act => circuit.execute(act), state: () => states[circuit.state] ?? 'closed', close() {} }
  }

  function rule() {
    const { windowCalls, windowMs, minimumCalls } = settings
    if (failurePercentage === null) return new library.ConsecutiveBreaker(consecutiveFailures ?? 1)
    const threshold = failurePercentage / 100 - JUST_BELOW
    if (windowMs === 0)
      return new library.CountBreaker({ threshold, size: windowCalls, minimumNumberOfCalls: minimumCalls })
    // It compares with calls a second; half a call less keeps rounding from asking for one more.
    const minimumRps = ((minimumCalls - 0.5) * 1_000) / windowMs
    return new library.SamplingBreaker({ threshold, duration: windowMs, minimumRps })
  }
}
