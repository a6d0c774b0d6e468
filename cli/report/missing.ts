/** Answers that said "not found": no failure of the server, and no product either. */

import { formatCount, plural } from './format.ts'
import type { ArmResult, Unjudged } from './result.ts'

/** Successful requests of an arm whose answer was a 404; 0 where the result does not tell statuses. */
export function missing({ statuses }: ArmResult): number {
  return statuses?.['404'] ?? 0
}

/** Whether all that an arm was answered was a 404. */
export function foundNothing(arm: ArmResult): boolean {
  return arm.outcomes.success > 0 && arm.outcomes.failed === 0 && missing(arm) >= arm.outcomes.success
}

/** How many answers were a 404, of all arms together, and what was asked for; null where none was. */
export function missingNote({ arms, request, target }: Unjudged): string | null {
  const missed = arms.reduce((sum, arm) => sum + missing(arm), 0)
  if (missed === 0) return null
  const answers = arms.reduce((sum, arm) => sum + arm.outcomes.success + (arm.failures.status ?? 0), 0)
  return `${formatCount(missed)} of ${plural(Math.max(missed, answers), 'answer')} ${missed === 1 ? 'was' : 'were'} 404: ${why(request, target, missed < answers)}.`
}

function why(request: Unjudged['request'], target: string, some: boolean): string {
  if (!request?.expectsJson) return `there is nothing at ${target}${some ? ' for them' : ''}`
  const names = request.codes.slice(0, 3).map(code => `"${code}"`)
  if (request.codes.length === 1) return `no product has the code ${names[0]}`
  const list = `${names.join(', ')}${request.codes.length > 3 ? ' …' : ''}`
  return some ? `not every code (${list}) is that of a product` : `no product has one of the codes ${list}`
}
