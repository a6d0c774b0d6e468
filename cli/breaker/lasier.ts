/** The rules of the Python library `lasier` by their own names, for those who come from there. */

import { type CircuitOptions, CircuitOptionsError } from './options.ts'

/** `lasier` counts seconds, and keeps for ever what has no timeout; this is the longest that a circuit keeps anything. */
const MAX_SECONDS = 86_400

/** Opens when more than `minAcceptedRequests` requests came, and at least `maxFailuresPercentage` of them failed. */
export class PercentageFailuresRule {
  readonly maxFailuresPercentage: number
  readonly minAcceptedRequests: number

  /** @throws {CircuitOptionsError} naming every bad value with its range. */
  constructor({ maxFailuresPercentage, minAcceptedRequests }: Omit<PercentageFailuresRule, 'options'>) {
    check(
      { maxFailuresPercentage, minAcceptedRequests },
      {
        maxFailuresPercentage: [value => value > 0 && value <= 100, 'a number above 0 and at most 100 (%)'],
        minAcceptedRequests: [value => isWhole(value, 0, 999_999), 'a whole number from 0 to 999999 (requests)'],
      },
    )
    this.maxFailuresPercentage = maxFailuresPercentage
    this.minAcceptedRequests = minAcceptedRequests
  }

  /** The rule in this circuit's words. `lasier` wants one request more than the minimum. */
  options(): CircuitOptions {
    return { failurePercentage: this.maxFailuresPercentage, minimumCalls: this.minAcceptedRequests + 1 }
  }
}

/** Opens at `maxFailures` failures. */
export class MaxFailuresRule {
  readonly maxFailures: number

  /** @throws {CircuitOptionsError} naming the bad value with its range. */
  constructor({ maxFailures }: Omit<MaxFailuresRule, 'options'>) {
    check(
      { maxFailures },
      { maxFailures: [value => isWhole(value, 1, 1_000_000), 'a whole number from 1 to 1000000 (failures)'] },
    )
    this.maxFailures = maxFailures
  }

  /** The rule in this circuit's words. */
  options(): CircuitOptions {
    return { maxFailures: this.maxFailures }
  }
}

/** What `lasier`'s CircuitBreaker is told. Times are seconds, as there. */
export interface LasierOptions {
  readonly rule: PercentageFailuresRule | MaxFailuresRule
  /** How long requests and failures count; without it a day, the longest that a circuit remembers. */
  readonly failureTimeout?: number | undefined
  /** How long the circuit stays open; without it a day. */
  readonly circuitTimeout?: number | undefined
}

/**
 * The circuit options that do what `lasier` would, with the half-open state that it lacks:
 * `new CircuitBreaker(fromLasier({ rule: new MaxFailuresRule({ maxFailures: 5 }), failureTimeout: 30, circuitTimeout: 60 }))`.
 * @throws {CircuitOptionsError} naming every bad value with its range.
 */
export function fromLasier(options: LasierOptions): CircuitOptions {
  const { rule, failureTimeout = MAX_SECONDS, circuitTimeout = MAX_SECONDS } = options
  const seconds: Test = [
    value => value > 0 && value <= MAX_SECONDS,
    `a number above 0 and at most ${MAX_SECONDS} (seconds)`,
  ]
  check({ failureTimeout, circuitTimeout }, { failureTimeout: seconds, circuitTimeout: seconds })
  return { ...rule.options(), windowMs: failureTimeout * 1_000, openForMs: circuitTimeout * 1_000 }
}

type Test = readonly [holds: (value: number) => boolean, range: string]

function check<Name extends string>(values: Record<Name, unknown>, tests: Record<Name, Test>): void {
  const problems: string[] = []
  for (const name of Object.keys(tests) as Name[]) {
    const [holds, range] = tests[name]
    const value = values[name]
    if (typeof value !== 'number' || !holds(value)) problems.push(`${name} is ${String(value)}: it must be ${range}`)
  }
  if (problems.length > 0) throw new CircuitOptionsError(problems)
}

function isWhole(value: number, min: number, max: number): boolean {
  return Number.isInteger(value) && value >= min && value <= max
}
