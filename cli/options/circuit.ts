/** The breaker as options of a command line: `--threshold 40 --open-for 2s`. */

import { type Command, Option } from 'commander'
import type { CircuitOptions } from '../breaker/options.ts'
import { CIRCUIT_PARAMETERS, type CircuitParameter } from '../policy/circuit-parameters.ts'
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
    const description = `breaker: ${what} (default: ${standard})`
    command.addOption(new Option(`--${name} <${SHOWN[name]}>`, description).argParser(reader(name)))
  }
  return command
}

/** What was typed of the circuit, from the options that commander read. */
export function typedCircuit(options: object): CircuitOptions {
  const typed = options as Readonly<Record<string, CircuitOptions | undefined>>
  return Object.assign({}, ...NAMES.map(name => typed[camel(name)] ?? {}))
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
