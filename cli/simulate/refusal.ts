/** What cannot be simulated, and why. */

import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { type ParsedArm, parseArm } from '../policy/parse.ts'

/** The library that an arm goes through: it takes the clock of the process, so that it needs a thread of its own. */
export function libraryOf(policies: ParsedArm['policies']): 'opossum' | 'cockatiel' | undefined {
  return (['opossum', 'cockatiel'] as const).find(word => policies.has(word))
}

/** Why an experiment cannot be simulated, in a sentence; null where it can. */
export function refusal({ arms, load, request }: Pick<ExperimentSpec, 'arms' | 'load' | 'request'>): string | null {
  for (const text of arms) {
    const why = armRefusal(parseArm(text), load.clients ?? 1)
    if (why !== null) return why
  }
  if (!load.keepAlive) return 'new connections cannot be simulated: leave out --no-keep-alive, or compare live.'
  if (load.headersTimeoutMs !== undefined || load.bodyTimeoutMs !== undefined) {
    return 'timeouts of heads and bodies cannot be simulated: leave out --headers-timeout and --body-timeout.'
  }
  if (request.method === 'GET' || request.method === 'HEAD') return null
  return `only GET and HEAD can be simulated: leave out ${request.method}, or compare live.`
}

function armRefusal({ name, policies }: ParsedArm, clients: number): string | null {
  const library = libraryOf(policies)
  if (clients > 1 && library) return `${library} is simulated for one client alone: leave out --clients, or ${name}.`
  if (clients > 1 && policies.has('reschedule')) {
    return `reschedule waits for one circuit, and ${clients} clients have as many: leave it out of ${name}, or leave out --clients.`
  }
  return policies.has('notify') ? `a webhook cannot be simulated: leave notify out of ${name}.` : null
}
