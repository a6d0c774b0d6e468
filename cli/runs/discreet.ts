/** Takes out of a result what was a secret between its author and the server that was fired at: kept runs are shared. */

import type { Result } from '../report/result.ts'

const SECRET = /authorization|cookie|token|secret|passw|api-?key|session|credential/i
/** Names which lab of a flaky catalog is meant, which is no secret. */
const KNOWN = 'x-chaos-session'
const HIDDEN = 'hidden'

/** The same result with the values of such headers hidden, and without a password in the target. */
export function discreet(result: Result): Result {
  const { request, target } = result
  const shown = { ...result, target: withoutPassword(target) }
  if (!request) return shown
  const headers = Object.entries(request.headers).map(([name, value]) => [name, isSecret(name) ? HIDDEN : value])
  return { ...shown, request: { ...request, headers: Object.fromEntries(headers) } }
}

function isSecret(name: string): boolean {
  return SECRET.test(name) && name.toLowerCase() !== KNOWN
}

function withoutPassword(target: string): string {
  return target.replace(/^(\w+:\/\/)[^/?#]*@/, '$1')
}
