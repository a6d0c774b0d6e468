/** The options of `chaos tune`, and what it does where nothing else was typed. */

import { availableParallelism } from 'node:os'
import { type Command, InvalidArgumentError, Option } from 'commander'
import { QUANTITIES } from '../../server/experiments/quantities.ts'
import { formatDuration } from '../../server/lib/units.ts'
import { usageError } from '../io.ts'
import { type ParsedArm, parseArm } from '../policy/parse.ts'
import { TUNED } from '../simulate/candidates.ts'
import { armOption, readArms } from './arms.ts'
import { duration, type ExperimentOptions, serverUrl, wholeNumber } from './common.ts'

export const TUNE_FORMATS = ['text', 'json', 'html'] as const
export type TuneFormat = (typeof TUNE_FORMATS)[number]

export type TuneOptions = Omit<ExperimentOptions, 'url'> & {
  readonly url?: URL
  /** An expression. */
  readonly arm?: string
  readonly candidates: number
  readonly days: number
  readonly worth: number
  readonly workers: number
  /** A path. */
  readonly settings?: string
  /** Milliseconds. */
  readonly roundTrip: number
  readonly format?: TuneFormat
  readonly output?: string
}

const CANDIDATES = { min: 2, max: 5_000, standard: 300 }
const STANDARD_DAYS = 200
/** Wasted calls that weigh as much as one useful answer. */
const WORTH = { min: 0.1, max: 100_000, standard: 10 }
const WORKERS = { min: 1, max: 64 }

export function tuneOptions(command: Command): Command {
  return armOption(command, 'the arm whose settings are looked for; what it says itself stays (default: breaker)')
    .addOption(
      new Option('--candidates <count>', 'how many settings are tried')
        .argParser(wholeNumber(CANDIDATES))
        .default(CANDIDATES.standard),
    )
    .addOption(
      new Option('--days <count>', 'on how many days the best of them are measured')
        .argParser(wholeNumber(QUANTITIES.days))
        .default(STANDARD_DAYS),
    )
    .addOption(
      new Option('--worth <calls>', 'so many wasted calls weigh as much as one useful answer')
        .argParser(worth)
        .default(WORTH.standard),
    )
    .addOption(
      new Option('--workers <count>', 'threads; the result does not depend on it')
        .argParser(wholeNumber(WORKERS))
        .default(Math.min(WORKERS.max, availableParallelism()), 'one for each core'),
    )
    .option('--settings <file>', 'the settings of the simulated server, as JSON (PATCH /chaos takes the same)')
    .addOption(
      new Option('-u, --url <url>', 'take settings and scenarios, or the kept run, of this running server').argParser(
        serverUrl,
      ),
    )
    .addOption(
      new Option('--round-trip <duration>', 'from a call to its answer, beside what the server makes it wait')
        .argParser(duration(QUANTITIES.roundTripMs))
        .default(QUANTITIES.roundTripMs.standard, formatDuration(QUANTITIES.roundTripMs.standard)),
    )
    .addOption(
      new Option('--format <name>', 'default: what the ending of the file says, or text').choices(TUNE_FORMATS),
    )
    .option('-o, --output <file>', 'write it there, and the text here')
}

function worth(text: string): number {
  const value = /^\d+(\.\d+)?$/.test(text.trim()) ? Number(text) : Number.NaN
  if (value >= WORTH.min && value <= WORTH.max) return value
  throw new InvalidArgumentError(`It is a number from ${WORTH.min} to ${WORTH.max}.`)
}

/** The one arm whose settings are looked for. @throws {UserError} with code 2 where there is nothing to look for */
export function tunedArm(text: string): ParsedArm {
  const [arm, more] = readArms(text)
  if (!arm || more) throw usageError('one arm is tuned at a time: leave the others out.')
  if (TUNED.some(word => arm.policies.has(word))) return arm
  throw usageError(
    `${arm.name} has nothing that can be tuned: write one of ${TUNED.join(', ')}, such as retry+breaker.`,
  )
}

/** The same policies with all of their settings open, but for those that are not looked for. */
export function openArm(text: string): ParsedArm {
  const parts = tunedArm(text).expression.split('+')
  return parseArm(
    parts.map(part => (TUNED.some(word => part.startsWith(`${word}(`)) ? part.replace(/\(.*/, '') : part)).join('+'),
  )
}
