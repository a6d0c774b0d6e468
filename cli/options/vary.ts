/** What a sweep varies: `threshold=20..80`, `open-for=500ms,1s,4s`, and the grid of all combinations. */

import { InvalidArgumentError } from 'commander'
import { formatDuration, parseDuration } from '../../server/lib/units.ts'
import { OPTION_RULES } from '../breaker/options.ts'
import { CIRCUIT_PARAMETERS, type CircuitParameter } from '../policy/circuit-parameters.ts'
import { nearest } from '../policy/parse.ts'

/** One setting of the circuit and the values that it is to take. */
export interface Vary {
  readonly name: string
  /** The values, as an arm's expression writes them: `steps` of them where a range was typed. */
  values(steps: number): readonly string[]
}

/** VariedSettings as an arm's expression writes them: `threshold` is `20`. */
export type VariedSettings = Readonly<Record<string, string>>

type Option = keyof typeof OPTION_RULES

const NAMES = Object.keys(CIRCUIT_PARAMETERS)

/** @throws {InvalidArgumentError} for an unknown setting, and for values that it cannot take */
export function parseVary(text: string, before: readonly Vary[] = []): readonly Vary[] {
  const [, name = '', typed = ''] = /^([\w-]+)=(.+)$/.exec(text.trim()) ?? []
  if (typed === '') throw new InvalidArgumentError('It is a setting and its values, such as threshold=20..80.')
  const parameter: CircuitParameter | undefined = Object.entries(CIRCUIT_PARAMETERS).find(
    ([known]) => known === name,
  )?.[1]
  if (!parameter) {
    const guess = nearest(name, NAMES)
    throw new InvalidArgumentError(
      `A breaker has no ${name}${guess === null ? '.' : `: did you mean ${guess}?`} It has ${NAMES.join(', ')}.`,
    )
  }
  if (before.some(vary => vary.name === name)) throw new InvalidArgumentError(`${name} is varied twice.`)
  const [from = '', to, ...more] = typed.split('..')
  if (more.length > 0) throw new InvalidArgumentError('A range has two ends, such as 20..80.')
  if (to === undefined) {
    const values = typed.split(',').map(value => value.trim())
    for (const value of values) numberOf(name, parameter, value)
    return [...before, { name, values: () => [...new Set(values)] }]
  }
  const [low, high] = [numberOf(name, parameter, from.trim()), numberOf(name, parameter, to.trim())]
  if (low.option !== high.option) throw new InvalidArgumentError(`${from} and ${to} are of different kinds.`)
  if (low.value >= high.value) throw new InvalidArgumentError(`A range rises: ${to}..${from}, perhaps?`)
  return [...before, { name, values: steps => spread(low.option, low.value, high.value, steps) }]
}

/** Every combination, the last setting changing fastest. */
export function gridOf(varied: readonly Vary[], steps: number): readonly VariedSettings[] {
  return varied.reduce<readonly VariedSettings[]>(
    (grid, { name, values }) => grid.flatMap(settings => values(steps).map(value => ({ ...settings, [name]: value }))),
    [{}],
  )
}

function numberOf(name: string, { accepts, read }: CircuitParameter, text: string): { option: Option; value: number } {
  let entry: [string, unknown] | undefined
  try {
    entry = Object.entries(read(text))[0]
  } catch {
    entry = undefined
  }
  if (entry && typeof entry[1] === 'number') return { option: entry[0] as Option, value: entry[1] }
  throw new InvalidArgumentError(`${name} is ${accepts}.`)
}

/** At even distances, both ends among them; those between are rounded to two digits of the distance, which keeps their order. */
function spread(option: Option, low: number, high: number, steps: number): readonly string[] {
  const { unit, integer } = OPTION_RULES[option]
  const distance = (high - low) / (steps - 1)
  const grain = integer ? 1 : 10 ** (Math.floor(Math.log10(distance)) - 1)
  const values = Array.from({ length: steps }, (_, step) => {
    if (step === 0) return low
    if (step === steps - 1) return high
    return Number((Math.round((low + distance * step) / grain) * grain).toPrecision(12))
  })
  return [...new Set(values.map(value => (unit === 'ms' ? exactDuration(value) : String(value))))]
}

/** As people write it, where that says it exactly. */
function exactDuration(ms: number): string {
  const text = formatDuration(ms)
  return parseDuration(text) === ms ? text : `${ms}ms`
}
