/** The options of `chaos sweep`, and what it does where nothing else was typed. */

import { type Command, Option } from 'commander'
import type { Outage } from '../experiment/sessions.ts'
import type { OutputOptions } from '../output.ts'
import { type LoadOptions, wholeNumber } from './common.ts'
import type { ConditionOptions } from './conditions.ts'
import type { ScheduleOptions } from './schedule.ts'
import { parseVary, type Vary } from './vary.ts'

export const SWEEP_FORMATS = ['text', 'json', 'html'] as const
export type SweepFormat = (typeof SWEEP_FORMATS)[number]

export interface SweepOptions
  extends Omit<LoadOptions, 'rate'>,
    ScheduleOptions,
    Omit<ConditionOptions, 'expect'>,
    OutputOptions {
  readonly vary: readonly Vary[]
  readonly steps: number
  readonly arm: string
  readonly format?: SweepFormat
  readonly output?: string
  readonly allowRemote?: boolean
}

/** Each combination is a run of some seconds. */
export const MOST_COMBINATIONS = 64

/** Long enough for a circuit to open and to be wrong about when to close; with the load of a sweep it ends well before it. */
export const USUAL_TROUBLE: readonly Outage[] = [{ failRate: 100, fromMs: 1_000, toMs: 4_000 }]

/** Seven seconds of a hundred requests each. */
export const USUAL_LOAD = { requests: 700, concurrency: 10 }

export function sweepOptions(command: Command): Command {
  return command
    .addOption(
      new Option(
        '--vary <setting=values>',
        'a setting of the breaker: threshold=20..80, or open-for=500ms,1s,4s; may be repeated, for every combination',
      )
        .argParser(parseVary)
        .makeOptionMandatory(),
    )
    .addOption(
      new Option('--steps <count>', 'how many values of a range are tried').argParser(wholeNumber(2, 20)).default(4),
    )
    .option('--arm <expression>', 'the arm whose breaker is varied, such as retry+breaker', 'breaker')
    .addOption(
      new Option('--format <name>', 'default: what the ending of the file says, or text').choices(SWEEP_FORMATS),
    )
    .option('-o, --output <file>', 'write it there, and the table here')
    .option('--allow-remote', 'fire at other machines too: ones that are yours, or whose owner asked for it')
}
