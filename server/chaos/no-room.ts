/** The answer to whoever wants one session more than there may be; those who have one keep it. */

import { Problem } from '../http/problem.ts'
import type { SessionLimits } from './session/registry.ts'

export function noRoom({ most, quietMs }: SessionLimits): Problem {
  return new Problem(
    429,
    `All ${most} sessions are in use: DELETE /chaos/sessions/{id} ends one, and a higher --max-sessions (MAX_SESSIONS) allows more`,
    { headers: { 'Retry-After': String(quietMs / 1_000) } },
  )
}
