/** Reads the arms of a command line; what cannot be read is a usage error. */

import { MOST_ARMS } from '../../server/config/limits.ts'
import { usageError } from '../io.ts'
import { ArmError, type ArmPlan, parseArms } from '../policy/parse.ts'

/** @throws {UserError} with code 2 and a sentence that says what to type instead */
export function armPlans(text: string): ArmPlan[] {
  const plans = parsed(text)
  if (plans.length > MOST_ARMS) {
    throw usageError(
      `${plans.length} arms are too many for one run: name ${MOST_ARMS} at the most, or use chaos sweep.`,
    )
  }
  return plans
}

function parsed(text: string): ArmPlan[] {
  try {
    return parseArms(text)
  } catch (error) {
    if (error instanceof ArmError) throw usageError(`${error.message}.`)
    throw error
  }
}
