/** What goes wrong during a run, and how often it is run, as options. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { QUANTITIES } from '../../server/experiments/quantities.ts'
import type { Conditions, Outage } from '../../server/experiments/spec.ts'
import { parseDuration, parseRate } from '../../server/lib/units.ts'
import { usageError } from '../io.ts'
import { type ExperimentOptions, reading, wholeNumber } from './common.ts'

/** Adds what happens to the server, warm-up and expectations. */
export function conditionOptions(command: Command): Command {
  return troubleOptions(command).addOption(
    new Option('--expect <expectation>', 'such as "useful>=80%"; may be repeated; exit code 99 if one fails').argParser(
      (text: string, before: readonly string[] = []) => [...before, text],
    ),
  )
}

/** Adds what happens to the server, and warm-up. */
export function troubleOptions(command: Command): Command {
  return command
    .addOption(
      new Option('--fail-rate <percent>', 'the fail rate during this run; put back afterwards').argParser(text => {
        reading(() => parseRate(text))
        return text
      }),
    )
    .addOption(
      new Option('--outage <spell>', 'a spell of failures, such as 2s-8s or 80%@2s-8s; may be repeated').argParser(
        outageSpell,
      ),
    )
    .option('--scenario <name>', 'play a scenario of the server, with its load (chaos scenario ls)')
    .addOption(
      new Option('--warmup <count>', 'requests before the run that count nowhere')
        .argParser(wholeNumber(QUANTITIES.warmup))
        .default(QUANTITIES.warmup.standard),
    )
}

/** The conditions that were typed. @throws {UserError} with code 2 for those that do not go together */
export function conditionsFrom({ failRate, outage = [], scenario }: ExperimentOptions): Conditions {
  if (scenario !== undefined && outage.length > 0) {
    throw usageError('--scenario and --outage both say when it fails: choose one.')
  }
  return {
    ...(failRate === undefined ? {} : { failRate: parseRate(failRate) }),
    outages: [...outage],
    ...(scenario === undefined ? {} : { scenario }),
  }
}

function outageSpell(text: string, before: readonly Outage[] = []): readonly Outage[] {
  const [, rate = '100', from, to] = /^(?:([^@]+)@)?([^@-]+)-([^@-]+)$/.exec(text.trim()) ?? []
  if (from === undefined || to === undefined) {
    throw new InvalidArgumentError('It is a beginning and an end, such as 2s-8s, with a rate before it: 80%@2s-8s.')
  }
  const outage = reading(() => ({ failRate: parseRate(rate), fromMs: parseDuration(from), toMs: parseDuration(to) }))
  if (outage.fromMs < outage.toMs) return [...before, outage]
  throw new InvalidArgumentError('It ends before it begins.')
}
