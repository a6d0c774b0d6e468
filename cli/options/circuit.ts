/** The breaker as options of a command line: `--threshold 40 --open-for 2s`. */

import { type Command, Option } from 'commander'
import { type CircuitOptions, CircuitOptionsError, circuitSettings } from '../breaker/options.ts'
import { usageError } from '../io.ts'
import {
  CIRCUIT_PARAMETERS,
  type CircuitParameter,
  circuitOptions,
  inParameterWords,
} from '../policy/circuit-parameters.ts'
import { CIRCUITS, type ParsedArm } from '../policy/parse.ts'
import { reading } from './common.ts'

type Name = keyof typeof CIRCUIT_PARAMETERS

/** Those that people reach for; the others can be written into an arm: `breaker(slow-share=50%)`. */
const SHOWN: Readonly<Partial<Record<Name, string>>> = {
  threshold: 'percent',
  'min-calls': 'count',
  window: 'span',
  'open-for': 'duration',
  probes: 'count',
  'max-failures': 'count',
  consecutive: 'count',
}
const NAMES = Object.keys(SHOWN) as Name[]

/** Adds one option for each shown parameter of the circuit, as the expressions of arms know them. */
export function addCircuitOptions(command: Command): Command {
  for (const name of NAMES) {
    const { what, standard } = CIRCUIT_PARAMETERS[name]
    const description = `${what} (default: ${standard})`
    command.addOption(new Option(`--${name} <${SHOWN[name]}>`, description).argParser(reader(name)))
  }
  return command
}

/** What was typed of the circuit, from the options that commander read. */
export function typedCircuit(options: object): CircuitOptions {
  const typed = options as Readonly<Record<string, CircuitOptions | undefined>>
  return Object.assign({}, ...NAMES.map(name => typed[camel(name)] ?? {}))
}

/**
 * Looks at the circuits of all arms before anything is sent.
 * @throws {UserError} with code 2 for options that no arm has a use for, and for those that contradict each other
 */
export function checkCircuits(arms: readonly ParsedArm[], options: object): void {
  const run = typedCircuit(options)
  const guarded = arms.flatMap(arm => {
    const word = CIRCUITS.find(name => arm.policies.has(name))
    return word === undefined ? [] : [{ word, written: arm.policies.get(word) ?? {} }]
  })
  const names = arms.map(arm => arm.name).join(' and ')
  const typed = NAMES.filter(name => Object.hasOwn(options, camel(name)))
  const [useless] = guarded.length > 0 ? [] : typed
  if (useless !== undefined) {
    throw usageError(`--${useless} has no effect on ${names}, which ha${arms.length > 1 ? 've' : 's'} no circuit.`)
  }
  if (typed.includes('probes') && guarded.every(({ word }) => word !== 'breaker')) {
    throw usageError(`--probes has no effect on ${names}: the circuits of opossum and cockatiel let one probe pass.`)
  }
  for (const { written } of guarded) settled(written, run)
}

function settled(written: Readonly<Record<string, unknown>>, run: CircuitOptions): void {
  try {
    circuitSettings(circuitOptions(written, run))
  } catch (error) {
    if (!(error instanceof CircuitOptionsError)) throw error
    const isFlag = (name: string) => Object.hasOwn(SHOWN, name) && !Object.hasOwn(written, name)
    throw usageError(`${inParameterWords(error.message, isFlag)}.`)
  }
}

function reader(name: Name): (text: string) => CircuitOptions {
  const { accepts, read }: CircuitParameter = CIRCUIT_PARAMETERS[name]
  return text =>
    reading(() => {
      try {
        return read(text)
      } catch {
        throw new Error(`It is ${accepts}`)
      }
    })
}

function camel(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase())
}
