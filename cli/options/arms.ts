/** Arms and expectations on a command line: how they are read, and what may stand in them, for help texts. */

import { type Command, Option } from 'commander'
import { MAX_ARMS } from '../../server/config/limits.ts'
import { usageError } from '../io.ts'
import { ArmError, type ParsedArm, parseArms } from '../policy/parse.ts'
import { POLICY_NAMES } from '../policy/policies.ts'
import { MEASURE_NAMES } from '../report/stats/measures.ts'
import { wrapText } from '../report/wrap.ts'

/** Adds the option that names one arm. Both words are one, so that nobody has to remember which command takes several. */
export function armOption(command: Command, about: string, standard?: string): Command {
  return command.addOption(named('--arms, --arm <expression>', about, standard))
}

/** Adds the option that names several arms. */
export function armsOption(command: Command): Command {
  const about = 'arms with commas between them, such as none,retry+breaker'
  return command.addOption(named('--arm, --arms <list>', about, 'none,breaker'))
}

function named(flags: string, about: string, standard: string | undefined): Option {
  const option = new Option(flags, about)
  return standard === undefined ? option : option.default(standard)
}

/** The arms of a list with commas in it. @throws {UserError} with code 2 and a sentence that says what to type instead */
export function readArms(text: string): ParsedArm[] {
  const arms = parsed(text)
  if (arms.length <= MAX_ARMS) return arms
  throw usageError(`${arms.length} arms are too many for one run: name ${MAX_ARMS} at the most, or use chaos sweep.`)
}

function parsed(text: string): ParsedArm[] {
  try {
    return parseArms(text)
  } catch (error) {
    if (error instanceof ArmError) throw usageError(`${error.message}.`)
    throw error
  }
}

const WIDTH = 76

/** The words of arms, below a line that says how they are written. */
export function armHelp(): string {
  return block('Words of an arm, joined by +, their parameters in parentheses\n(cli/policy/README.md):', POLICY_NAMES)
}

/** The measures of expectations, below a line that says how they are written. */
export function expectHelp(): string {
  return block('Measures of --expect, of every arm or of one (breaker.useful>=80%):', MEASURE_NAMES)
}

function block(title: string, names: readonly string[]): string {
  const lines = wrapText(names.join(', '), WIDTH).map(line => `  ${line}`)
  return `\n${title}\n${lines.join('\n')}`
}
