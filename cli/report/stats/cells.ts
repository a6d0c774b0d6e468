/** Cuts the series and the states of an arm into the columns of a time axis. */

import type { ArmResult } from '../result.ts'
import { QUARTER_MS } from './recovery.ts'

type State = ArmResult['states'][number]['state']

/** What happened in one column of the axis. */
export interface Cell {
  readonly useful: number
  readonly failed: number
  readonly refused: number
  /** The state that lasted longest, or a half-open spell too short to do so; null before the first or without a breaker. */
  readonly state: State | null
}

/** `columns` columns of `stepMs` milliseconds each; a quarter second that spans several columns is shown in each. */
export function cellsOf(arm: ArmResult, columns: number, stepMs: number): Cell[] {
  const counts = Array.from({ length: columns }, () => ({ useful: 0, failed: 0, refused: 0 }))
  for (const quarter of arm.series) {
    const first = Math.floor(quarter.atMs / stepMs)
    const after = Math.max(first + 1, Math.floor((quarter.atMs + QUARTER_MS) / stepMs))
    for (const cell of counts.slice(first, after)) {
      cell.useful += quarter.success + quarter.fromCache
      cell.failed += quarter.failed
      cell.refused += quarter.shortCircuited
    }
  }
  const states = statesOf(arm.states, columns, stepMs)
  return counts.map((cell, index) => ({ ...cell, state: states[index] ?? null }))
}

/**
 * A half-open spell is often shorter than a column, and yet the moment that matters: it is shown where it begins,
 * unless the column before shows one already.
 */
function statesOf(changes: ArmResult['states'], columns: number, stepMs: number): (State | null)[] {
  const spells = changes.map((change, at) => ({
    state: change.state,
    from: change.atMs,
    to: changes[at + 1]?.atMs ?? Number.POSITIVE_INFINITY,
  }))
  const shown: (State | null)[] = []
  for (let index = 0; index < columns; index++) {
    const [from, to] = [index * stepMs, (index + 1) * stepMs]
    const within = spells.filter(spell => spell.from < to && spell.to > from)
    const probing = within.some(spell => spell.state === 'half-open' && spell.from >= from)
    const longest = within.sort((a, b) => lasting(b, from, to) - lasting(a, from, to))[0]
    shown.push(probing && shown.at(-1) !== 'half-open' ? 'half-open' : (longest?.state ?? null))
  }
  return shown
}

function lasting(spell: { readonly from: number; readonly to: number }, from: number, to: number): number {
  return Math.min(spell.to, to) - Math.max(spell.from, from)
}
