/** The options of a circuit as an arm's expression writes them: `breaker(threshold=40,open-for=2s)`. */

import { formatDuration, parseDuration, parseRate } from '../../server/lib/units.ts'
import { type CircuitOptions, OPTION_RULES } from '../breaker/options.ts'
import { type Parameter, wholeNumber, within } from './parameters.ts'

/** What a parameter adds to the options of a circuit. */
export interface CircuitParameter extends Parameter<CircuitOptions> {
  /** The option that it sets, where it is always the same one. */
  readonly option?: keyof CircuitOptions
}

const threshold = parameter('failurePercentage')
const minCalls = parameter('minimumCalls')
const openFor = parameter('openForMs')
const consecutive = parameter('consecutiveFailures')

const calls = parameter('windowCalls')
const time = parameter('windowMs')
const window: CircuitParameter = {
  what: 'what it judges by: the last so many calls, or the last stretch of time',
  accepts: `${calls.accepts} (of calls), or ${time.accepts}`,
  fallback: {},
  standard: calls.standard,
  read: text => (/^\d+$/.test(text) ? calls : time).read(text),
}

/** The parameters of `breaker`. */
export const CIRCUIT_PARAMETERS = {
  threshold,
  'min-calls': minCalls,
  window,
  'open-for': openFor,
  probes: parameter('probes'),
  'max-failures': parameter('maxFailures'),
  consecutive,
  'slow-share': parameter('slowCallPercentage'),
  'slow-after': parameter('slowCallMs'),
  factor: parameter('openFactor'),
  jitter: parameter('jitter'),
  lease: parameter('probeLeaseMs'),
} as const

/**
 * The sentence of a `CircuitOptionsError` with the words of the command line: `min-calls` for `minimumCalls`, or, where
 * `isFlag` says that it is an option of the command, `--min-calls`.
 */
export function inParameterWords(message: string, isFlag: (name: string) => boolean = () => false): string {
  const word = (name: string) => (isFlag(name) ? `--${name}` : name)
  const parameters: readonly [string, CircuitParameter][] = Object.entries(CIRCUIT_PARAMETERS)
  const words: Record<string, string> = {
    windowCalls: word('window'),
    windowMs: `a time such as ${isFlag('window') ? '--window 10s' : 'window=10s'}`,
  }
  for (const [name, { option }] of parameters) if (option !== undefined) words[option] = word(name)
  return message.replace(/\b[a-z]+[A-Z]\w+/g, option => words[option] ?? option)
}

/** The parameters that other engines have too, with the same meaning. Both let one probe pass, whatever we let. */
export const OPOSSUM_PARAMETERS = { threshold, 'min-calls': minCalls, window, 'open-for': openFor } as const
export const COCKATIEL_PARAMETERS = { ...OPOSSUM_PARAMETERS, consecutive } as const

/** Options of which one takes the place of all: the window, and the rules by which a circuit opens. */
const GROUPS = [
  ['windowCalls', 'windowMs'],
  ['failurePercentage', 'maxFailures', 'consecutiveFailures', 'slowCallPercentage'],
] as const

/** The options that were written, over those of the run: a window or a rule that the arm has written takes the place of the run's. */
export function circuitOptions(written: Readonly<Record<string, unknown>>, run: CircuitOptions = {}): CircuitOptions {
  const own: CircuitOptions = Object.assign({}, ...Object.values(written))
  const options = { ...run }
  for (const group of GROUPS) {
    if (group.some(name => own[name] !== undefined)) for (const name of group) delete options[name]
  }
  return { ...options, ...own }
}

function parameter(option: keyof CircuitOptions): CircuitParameter {
  const { what, unit, min, max, above, standard, fallback, integer } = OPTION_RULES[option]
  const show = unit === 'ms' ? formatDuration : String
  const kind = unit === 'ms' ? 'a duration' : unit === '%' ? 'a percentage' : integer ? 'a whole number' : 'a number'
  const number = unit === 'ms' ? parseDuration : unit === '%' ? parseRate : integer ? wholeNumber : Number
  return {
    ...{ option, what },
    accepts: `${kind} ${above ? 'above' : 'from'} ${show(min)} ${above ? 'and up to' : 'to'} ${show(max)}`,
    fallback: {},
    standard: fallback === undefined ? standard : show(fallback),
    read: text => ({ [option]: within(number(text), above ? min + Number.EPSILON : min, max) }),
  }
}
