/** Which answer to a question came true: that whose expectations the result meets. */

import type { Unjudged } from '../result.ts'
import { holdExpectations } from './expect.ts'

/** An answer that may be chosen, with what a result must meet where it is the right one. */
interface Choice {
  readonly holds: readonly string[]
}

export interface Answer {
  /** The position of the choice that came true, from 0; null where none did. */
  readonly index: number | null
  /** What was measured for the choices, without repetition. */
  readonly measured: readonly string[]
}

/** @throws {ExpectationError} for a choice that cannot be read */
export function answerOf(choices: readonly Choice[], result: Unjudged): Answer {
  const judged = choices.map(({ holds }) => holdExpectations(holds, result))
  const index = judged.findIndex(each => each.every(({ passed }) => passed))
  return {
    index: index < 0 ? null : index,
    measured: [...new Set(judged.flat().map(({ text, measured }) => `${text}: ${measured}`))],
  }
}
