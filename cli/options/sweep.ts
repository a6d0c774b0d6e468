/** The options of `chaos sweep`, and what it does where nothing else was typed. */

import { type Command, Option } from 'commander'
import type { Outage } from '../../server/experiments/spec.ts'
import type { Trial } from '../experiment/sweep.ts'
import { usageError } from '../io.ts'
import { CIRCUITS, type ParsedArm, withoutCircuit } from '../policy/parse.ts'
import { armOption, readArms } from './arms.ts'
import { checkCircuits } from './circuit.ts'
import { type ExperimentOptions, wholeNumber } from './common.ts'
import { gridOf, parseVary, type VariedSettings, type Vary } from './vary.ts'

export const SWEEP_FORMATS = ['text', 'json', 'html'] as const
export type SweepFormat = (typeof SWEEP_FORMATS)[number]

export interface SweepOptions extends ExperimentOptions {
  readonly vary: readonly Vary[]
  readonly steps: number
  readonly arm: string
  readonly format?: SweepFormat
  readonly output?: string
}

/** Each combination is a run of some seconds. */
const MAX_COMBINATIONS = 64

/** Long enough for a circuit to open and to be wrong about when to close; with the load of a sweep it ends well before it. */
export const DEFAULT_OUTAGES: readonly Outage[] = [{ failRate: 100, fromMs: 1_000, toMs: 4_000 }]

/** Seven seconds of a hundred requests each. */
export const DEFAULT_LOAD = { requests: 700, concurrency: 10 }

export function sweepOptions(command: Command): Command {
  return armOption(command, 'the arm whose breaker is varied, such as retry+breaker', 'breaker')
    .addOption(
      new Option(
        '--vary <setting=values>',
        'a setting of the breaker: threshold=20..80, or open-for=500ms,1s,4s; may be repeated, for every combination',
      )
        .argParser(parseVary)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--steps <count>', 'how many values of a range are tried')
        .argParser(wholeNumber({ min: 2, max: 20 }))
        .default(4),
    )
    .addOption(
      new Option('--format <name>', 'default: what the ending of the file says, or text').choices(SWEEP_FORMATS),
    )
    .option('-o, --output <file>', 'write it there, and the table here')
    .option('--allow-remote', 'fire at other machines too: ones that are yours, or whose owner asked for it')
}

/** Every combination of what is varied. @throws {UserError} with code 2 where these are too many */
export function checkedGrid({ vary, steps }: SweepOptions): readonly VariedSettings[] {
  const grid = gridOf(vary, steps)
  if (grid.length <= MAX_COMBINATIONS) return grid
  throw usageError(
    `that makes ${grid.length} combinations, and ${MAX_COMBINATIONS} are the most: take fewer --steps, or vary less.`,
  )
}

/** What is to be run: the arm without its circuit first, then with each of the settings. @throws {UserError} with code 2 */
export function trialsOf(options: SweepOptions, grid: readonly VariedSettings[], arm = options.arm): readonly Trial[] {
  const guarded = grid.map(settings => ({ settings, arm: armWith(arm, settings) }))
  for (const trial of guarded) checkCircuits([trial.arm], options)
  return [{ settings: {}, arm: armWithout(arm) }, ...guarded]
}

/** The arm with these settings of its circuit. @throws {UserError} with code 2 where it has none, or not these */
export function armWith(expression: string, settings: VariedSettings): ParsedArm {
  const circuit = new RegExp(`(^|\\+)(${CIRCUITS.join('|')})(?:\\(([^)]*)\\))?(?=\\+|$)`)
  const text = onlyArm(expression).name
  if (!circuit.test(text)) throw usageError(`${text} has no breaker whose settings could be varied: write breaker.`)
  const written = Object.entries(settings).map(([name, value]) => `${name}=${value}`)
  return onlyArm(
    text.replace(circuit, (_, joint: string, word: string, own = '') => {
      return `${joint}${word}(${[own, ...written].filter(part => part !== '').join(',')})`
    }),
  )
}

/** The arm without its circuit: `retry` of `retry+breaker`, `none` of `breaker`. */
export function armWithout(expression: string): ParsedArm {
  return withoutCircuit(onlyArm(expression))
}

/** The arm that a scenario compares and that has a circuit, trying as often as it says; `breaker` where there is none. */
export function scenarioArm(arms: readonly string[], retries: number): string {
  const arm = arms.findLast(text => CIRCUITS.some(word => text.includes(word))) ?? 'breaker'
  return arm.replace(/(^|\+)retry(?=\+|$)/, `$1retry(${retries})`)
}

function onlyArm(text: string): ParsedArm {
  const [arm, more] = readArms(text)
  if (arm && !more) return arm
  throw usageError('a sweep has one arm: leave the others out.')
}
