/** Reads the arms of a command line; what cannot be read is a usage error. */

import { usageError } from '../io.ts'
import { ArmError, type ArmPlan, parseArms } from '../policy/parse.ts'

/** @throws {CommandError} with code 2 and a sentence that says what to type instead */
export function armPlans(text: string): ArmPlan[] {
  try {
    return parseArms(text)
  } catch (error) {
    if (error instanceof ArmError) throw usageError(`${error.message}.`)
    throw error
  }
}
