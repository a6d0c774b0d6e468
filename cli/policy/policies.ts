/** The policies of an arm's expression: one sentence and the parameters of each, for the parser and for help texts. */

import { BUDGET_PARAMETERS } from './budget.ts'
import { BULKHEAD_PARAMETERS } from './bulkhead.ts'
import { CACHE_PARAMETERS } from './cache.ts'
import { CIRCUIT_PARAMETERS, COCKATIEL_PARAMETERS, OPOSSUM_PARAMETERS } from './circuit-parameters.ts'
import { NOTIFY_PARAMETERS } from './notify.ts'
import type { Parameters } from './parameters.ts'
import { RESCHEDULE_PARAMETERS } from './reschedule.ts'
import { RETRY_PARAMETERS } from './retry.ts'
import { TIMEOUT_PARAMETERS } from './timeout.ts'

/** A policy as an arm's expression names it. */
export interface PolicyDescription {
  readonly sentence: string
  readonly parameters: Parameters
}

/** Every policy by its name, in the order of their nesting, outside in. */
export const POLICIES = {
  none: { sentence: 'Calls the upstream and takes what comes.', parameters: {} },
  cache: {
    sentence: 'Answers with the last good value, and its age, while a request is refused or its call fails.',
    parameters: CACHE_PARAMETERS,
  },
  reschedule: {
    sentence: 'Holds refused requests back and tries them again once the circuit has closed.',
    parameters: RESCHEDULE_PARAMETERS,
  },
  retry: {
    sentence: 'Tries a failed call again after growing, random pauses, and heeds Retry-After.',
    parameters: RETRY_PARAMETERS,
  },
  budget: { sentence: 'Lets retries be a share of the requests at most.', parameters: BUDGET_PARAMETERS },
  notify: { sentence: 'Tells a webhook when the circuit opens.', parameters: NOTIFY_PARAMETERS },
  breaker: {
    sentence: 'Stops calling while too many calls fail, and probes its way back.',
    parameters: CIRCUIT_PARAMETERS,
  },
  opossum: { sentence: 'The circuit breaker of the opossum library, for comparison.', parameters: OPOSSUM_PARAMETERS },
  cockatiel: {
    sentence: 'The circuit breaker of the cockatiel library, for comparison.',
    parameters: COCKATIEL_PARAMETERS,
  },
  bulkhead: { sentence: 'Lets so many calls be in flight and no more.', parameters: BULKHEAD_PARAMETERS },
  timeout: { sentence: "Takes the place of the run's --timeout in this arm.", parameters: TIMEOUT_PARAMETERS },
} as const satisfies Record<string, PolicyDescription>

export type PolicyName = keyof typeof POLICIES

/** One line a policy for a help text: its name and its sentence. */
export function policyList(): { readonly name: PolicyName; readonly sentence: string }[] {
  return (Object.keys(POLICIES) as PolicyName[]).map(name => ({ name, sentence: POLICIES[name].sentence }))
}

/** The parameters of a policy for a help text, each with what may be written and what it is when left out. */
export function parametersOf(policy: PolicyName): { name: string; what: string; accepts: string; standard: string }[] {
  const parameters: Parameters = POLICIES[policy].parameters
  return Object.entries(parameters).map(([name, { what, accepts, standard }]) => ({ name, what, accepts, standard }))
}
