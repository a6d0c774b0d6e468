/** Expectations as plain data, for the tools that a load is exported to. */

import type { Result } from '../result.ts'
import { ExpectationError, parseExpectation } from './expect.ts'
import type { Unit } from './measures.ts'

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
