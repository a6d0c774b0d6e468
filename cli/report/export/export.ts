/** What the exports of a load have in common: the request, the arm that another tool stands for, and expectations as plain data. */

import { parseArm } from '../../policy/parse.ts'
import { RETRY_PARAMETERS } from '../../policy/retry.ts'
import type { Result } from '../result.ts'
import { ExpectationError, parseExpectation } from '../stats/expect.ts'
import type { Unit } from '../stats/measures.ts'

/** What a result asked for that does not say it: one of an older version. */
export const CATALOG_REQUEST: NonNullable<Result['request']> = {
  method: 'GET',
  path: '/catalogs/{code}',
  codes: ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400'],
  headers: {},
  body: null,
  expectsJson: true,
}

type RetryValues = Readonly<Record<string, unknown>>

const RETRY_DEFAULTS: RetryValues = Object.fromEntries(
  Object.entries(RETRY_PARAMETERS).map(([name, { fallback }]) => [name, fallback]),
)

/** The arm that a tool without a circuit stands for, where nobody says another: `retry` where all arms retry. */
export function exportedArm({ arms }: Pick<Result, 'arms'>): 'none' | 'retry' {
  return arms.every(arm => retryOf(arm.name) !== null) ? 'retry' : 'none'
}

/** How the first arm that retries does it, in milliseconds; as `retry` does where none retries. */
export function exportedRetry({ arms }: Pick<Result, 'arms'>): RetryValues {
  return arms.map(arm => retryOf(arm.name)).find(values => values !== null) ?? RETRY_DEFAULTS
}

/** Null for an arm without retries, or of another version. */
function retryOf(name: string): RetryValues | null {
  try {
    const retry = parseArm(name).policies.get('retry')
    return retry ? { ...RETRY_DEFAULTS, ...retry } : null
  } catch {
    return null
  }
}

/** One expectation about one measure. */
export interface Exported {
  readonly text: string
  /** The arm that it is about; null for whichever is sent. */
  readonly arm: string | null
  readonly measure: string
  readonly operator: string
  readonly unit: Unit
  /** In the unit's own scale: a share from 0 to 1, milliseconds. */
  readonly right: number
}

/** Those that a tool can judge, and the texts of the others: comparisons of arms, and what another version wrote. */
export function exportedExpectations(
  { expectations = [], arms }: Pick<Result, 'expectations' | 'arms'>,
  canJudge: (expectation: Exported) => boolean,
): { readonly expectations: readonly Exported[]; readonly left: readonly string[] } {
  const names = arms.map(arm => arm.name)
  const read = expectations.map(({ text }) => ({ text, found: exported(text, names) }))
  const judged = read.flatMap(({ found }) => (found && canJudge(found) ? [found] : []))
  return { expectations: judged, left: read.filter(({ found }) => !found || !canJudge(found)).map(({ text }) => text) }
}

/** A result may have been written by another version: what cannot be read is left, not fatal. */
function exported(text: string, names: readonly string[]): Exported | null {
  try {
    const { left, operator, unit, right } = parseExpectation(text, names)
    if (typeof right !== 'number') return null
    return { text, arm: left.arm, measure: left.measure.name, operator, unit, right }
  } catch (error) {
    if (error instanceof ExpectationError) return null
    throw error
  }
}
