/** The words of an arm's expression: one sentence and the parameters of each, for the parser and for help texts. */

import { CIRCUIT_PARAMETERS } from './circuit-settings.ts'
import type { Parameters } from './parameters.ts'
import { TIMEOUT_PARAMETERS } from './timeout.ts'

/** A word of an arm's expression. */
export interface Word {
  readonly sentence: string
  readonly parameters: Parameters
}

/** Every word by its name, in the order of their nesting, outside in. */
export const WORDS = {
  none: { sentence: 'Calls the upstream and takes what comes.', parameters: {} },
  breaker: {
    sentence: 'Stops calling while too many calls fail, and probes its way back.',
    parameters: CIRCUIT_PARAMETERS,
  },
  timeout: { sentence: "Overrides the run's --timeout for this arm.", parameters: TIMEOUT_PARAMETERS },
} as const satisfies Record<string, Word>

export type WordName = keyof typeof WORDS

/** One line a word for a help text: its name and its sentence. */
export function wordList(): { readonly name: WordName; readonly sentence: string }[] {
  return (Object.keys(WORDS) as WordName[]).map(name => ({ name, sentence: WORDS[name].sentence }))
}

/** The parameters of a word for a help text, each with what may be written and what it is when left out. */
export function parameterList(word: WordName): { name: string; what: string; accepts: string; fallback: string }[] {
  const parameters: Parameters = WORDS[word].parameters
  return Object.entries(parameters).map(([name, { what, accepts, fallback, show }]) => ({
    name,
    what,
    accepts,
    fallback: show(fallback),
  }))
}
