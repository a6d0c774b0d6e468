/** The circuit breaker of opossum as an engine of an arm. */

import { CircuitOptionsError, type CircuitSettings } from '../breaker/options.ts'
import { type Act, isFailure, JUST_BELOW, type OpenLibrary } from './engine.ts'

/** What opossum takes where ours judges by the last calls: it knows windows of time only, and this is its own default. */
const WINDOW_MS = 10_000

/**
 * Loads opossum and sets it up to mean what `settings` mean: threshold, minimum of calls, window of time, open time. Its own
 * timeout, percentiles and snapshots are off. It has no window of calls, lets one probe pass and keeps its window when it closes.
 * @throws {CircuitOptionsError} for a rule that opossum does not have.
 */
export async function openOpossum(settings: CircuitSettings): Promise<OpenLibrary> {
  const { failurePercentage, minimumCalls, windowMs, windowBuckets, openForMs } = settings
  const { maxFailures, consecutiveFailures, slowCallPercentage } = settings
  const others = [maxFailures, consecutiveFailures, slowCallPercentage].some(rule => rule !== null)
  if (failurePercentage === null || others)
    throw new CircuitOptionsError([
      'opossum opens at a share of failures only: leave max-failures, consecutive and slow-share out of this run',
    ])
  const { default: CircuitBreaker } = await import('opossum')
  return onState => {
    const circuit = new CircuitBreaker((act: Act) => act(), {
      timeout: false,
      errorThresholdPercentage: failurePercentage - JUST_BELOW,
      volumeThreshold: minimumCalls,
      rollingCountTimeout: windowMs > 0 ? windowMs : WINDOW_MS,
      rollingCountBuckets: windowBuckets,
      resetTimeout: openForMs,
      rollingPercentilesEnabled: false,
      enableSnapshots: false,
      errorFilter: rejection => !isFailure(rejection),
    })
    circuit.on('open', () => onState('open'))
    circuit.on('halfOpen', () => onState('half-open'))
    circuit.on('close', () => onState('closed'))
    return {
      run: act => circuit.fire(act),
      state: () => (circuit.opened ? 'open' : circuit.halfOpen ? 'half-open' : 'closed'),
      close: () => circuit.shutdown(),
    }
  }
}
