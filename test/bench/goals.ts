/** Figures that have a goal: each is said when it is measured, and told to `run.ts` for the table at the end. */

import { type Spread, words } from './turns.ts'

/** What a figure is to be. */
export type Goal = { readonly atLeast: number } | { readonly atMost: number }

/** A figure beside its goal. */
export interface Judged {
  readonly what: string
  readonly figure: Spread
  readonly unit: string
  readonly goal: Goal
  readonly met: boolean
}

/** Says whether the median of a figure meets its goal. A figure without a spread is a number. */
export function judge(what: string, figure: Spread | number, goal: Goal, unit = ''): void {
  const measured = typeof figure === 'number' ? { median: figure, min: figure, max: figure } : figure
  const met = 'atLeast' in goal ? measured.median >= goal.atLeast : measured.median <= goal.atMost
  const judged: Judged = { what, figure: measured, unit, goal, met }
  console.log(`  ${met ? 'meets ' : 'MISSES'}  ${what}: ${figureWords(judged)}, ${goalWords(judged)}`)
  process.send?.(judged)
}

/** A figure with its spread, where it has one. */
export function figureWords({ figure, unit }: Judged): string {
  const digits = figure.median >= 100 ? 0 : 2
  const text = figure.min === figure.max ? figure.median.toFixed(digits) : words(figure, digits)
  return unit === '' ? text : `${text} ${unit}`
}

/** What it was to be. */
export function goalWords({ goal, unit }: Judged): string {
  const text = 'atLeast' in goal ? `at least ${goal.atLeast}` : `at most ${goal.atMost}`
  return unit === '' ? text : `${text} ${unit}`
}
