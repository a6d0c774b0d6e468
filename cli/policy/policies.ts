/** The policies of an arm's expression, each with its parameters. */

import { BULKHEAD_PARAMETERS } from './bulkhead.ts'
import { CACHE_PARAMETERS } from './cache.ts'
import { CIRCUIT_PARAMETERS, COCKATIEL_PARAMETERS, OPOSSUM_PARAMETERS } from './circuit-parameters.ts'
import { NOTIFY_PARAMETERS } from './notify.ts'
import type { Parameters } from './parameters.ts'
import { RESCHEDULE_PARAMETERS } from './reschedule.ts'
import { BUDGET_PARAMETERS, RETRY_PARAMETERS } from './retry.ts'
import { TIMEOUT_PARAMETERS } from './timeout.ts'

/** The parameters of every policy by its name, in the order of their nesting, outside in. */
export const POLICIES = {
  none: {},
  cache: CACHE_PARAMETERS,
  reschedule: RESCHEDULE_PARAMETERS,
  retry: RETRY_PARAMETERS,
  budget: BUDGET_PARAMETERS,
  notify: NOTIFY_PARAMETERS,
  breaker: CIRCUIT_PARAMETERS,
  opossum: OPOSSUM_PARAMETERS,
  cockatiel: COCKATIEL_PARAMETERS,
  bulkhead: BULKHEAD_PARAMETERS,
  timeout: TIMEOUT_PARAMETERS,
} as const satisfies Record<string, Parameters>

export type PolicyName = keyof typeof POLICIES
export const POLICY_NAMES = Object.keys(POLICIES) as PolicyName[]
