/** The arms of a sweep: the same expression with the settings of each combination, and without its circuit for comparison. */

import { usageError } from '../io.ts'
import { armPlans } from '../options/arms.ts'
import type { Settings } from '../options/vary.ts'
import { CIRCUITS, type ParsedArm, withoutCircuit } from '../policy/parse.ts'

/** The arm with these settings of its circuit. @throws {UserError} with code 2 where it has none, or not these */
export function armWith(expression: string, settings: Settings): ParsedArm {
  const circuit = new RegExp(`(^|\\+)(${CIRCUITS.join('|')})(?:\\(([^)]*)\\))?(?=\\+|$)`)
  const text = onlyArm(expression).name
  if (!circuit.test(text)) throw usageError(`${text} has no breaker whose settings could be varied: write breaker.`)
  const written = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return onlyArm(
    text.replace(circuit, (_, joint: string, word: string, own = '') => {
      return `${joint}${word}(${[own, ...written].filter(part => part !== '').join(',')})`
    }),
  )
}

/** The arm without its circuit: `retry` of `retry+breaker`, `none` of `breaker`. */
export function armWithout(expression: string): ParsedArm {
  return withoutCircuit(onlyArm(expression))
}

/** The arm that a scenario compares and that has a circuit, trying as often as it says; `breaker` where there is none. */
export function scenarioArm(arms: readonly string[], retries: number): string {
  const arm = arms.findLast(text => CIRCUITS.some(word => text.includes(word))) ?? 'breaker'
  return arm.replace(/(^|\+)retry(?=\+|$)/, `$1retry(${retries})`)
}

function onlyArm(text: string): ParsedArm {
  const [plan, more] = armPlans(text)
  if (plan && !more) return plan
  throw usageError('a sweep has one arm: leave the others out.')
}
