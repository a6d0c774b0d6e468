/** What may stand in an arm and in an expectation, for the help of the commands that take one. */

import { wordList } from '../policy/words.ts'
import { MEASURE_NAMES } from '../report/stats/measures.ts'
import { wrapText } from '../report/wrap.ts'

const WIDTH = 76

/** The words of arms, below a line that says how they are written. */
export function armHelp(): string {
  return block(
    'Words of an arm, joined by +, their parameters in parentheses (cli/policy/README.md):',
    wordList().map(({ name }) => name),
  )
}

/** The measures of expectations, below a line that says how they are written. */
export function expectHelp(): string {
  return block('Measures of --expect, of every arm or of one (breaker.useful>=80%):', MEASURE_NAMES)
}

function block(title: string, names: readonly string[]): string {
  const lines = wrapText(names.join(', '), WIDTH).map(line => `  ${line}`)
  return `\n${title}\n${lines.join('\n')}`
}
