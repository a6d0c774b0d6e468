/** The words of an arm's expression: one sentence and the parameters of each, for the parser and for help texts. */

import { BUDGET_PARAMETERS } from './budget.ts'
import { BULKHEAD_PARAMETERS } from './bulkhead.ts'
import { CACHE_PARAMETERS } from './cache.ts'
import { CIRCUIT_PARAMETERS, COCKATIEL_PARAMETERS, OPOSSUM_PARAMETERS } from './circuit-parameters.ts'
import { NOTIFY_PARAMETERS } from './notify.ts'
import type { Parameters } from './parameters.ts'
import { RESCHEDULE_PARAMETERS } from './reschedule.ts'
import { RETRY_PARAMETERS } from './retry.ts'
import { TIMEOUT_PARAMETERS } from './timeout.ts'

/** A word of an arm's expression. */
export interface Word {
  readonly sentence: string
  readonly parameters: Parameters
}

/** Every word by its name, in the order of their nesting, outside in. */
export const WORDS = {
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
} as const satisfies Record<string, Word>

export type WordName = keyof typeof WORDS

/** One line a word for a help text: its name and its sentence. */
export function wordList(): { readonly name: WordName; readonly sentence: string }[] {
  return (Object.keys(WORDS) as WordName[]).map(name => ({ name, sentence: WORDS[name].sentence }))
}

/** The parameters of a word for a help text, each with what may be written and what it is when left out. */
export function parameterList(word: WordName): { name: string; what: string; accepts: string; standard: string }[] {
  const parameters: Parameters = WORDS[word].parameters
  return Object.entries(parameters).map(([name, { what, accepts, standard }]) => ({ name, what, accepts, standard }))
}
