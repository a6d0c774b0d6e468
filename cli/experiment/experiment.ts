/** A whole comparison: all arms at once or one after the other, once or several times over. */

import type { Schedule } from '../load/schedule.ts'
import type { Result } from '../report/result.ts'
import { type Frame, resultOf } from './result.ts'
import { type Contest, type Held, hold } from './run.ts'

export interface Campaign
  extends Omit<Contest, 'schedule' | 'onProgress'>,
    Omit<Frame, 'startedAtWallMs' | 'failRate'> {
  /** The plan of a run with this seed. */
  readonly schedule: (seed: string) => Schedule
  /** Each arm alone, one after the other, instead of all of them at once. */
  readonly oneByOne: boolean
  /** How many times everything is run, each time with a seed of its own; 1 or more. */
  readonly repeat: number
  /** The fail rate of the server at this moment, in percent; null where it cannot be told. */
  readonly failRateNow?: () => Promise<number | null>
  /** Called four times a second with the share of all runs that is done, 0 to 1. */
  readonly onProgress?: (share: number) => void
  /** Keeps the result before the pages are told that the run is over; answers the id that it is kept under. */
  readonly keep?: (result: Result) => Promise<string | null>
}

/** Runs the campaign, or as much of it as there is time for before its signal aborts. */
export async function compete(campaign: Campaign): Promise<Result> {
  const { repeat, seed, signal } = campaign
  const results: Result[] = []
  let farewell: Farewell = async () => {}
  for (let run = 0; run < repeat && !(run > 0 && signal?.aborted); run++) {
    const onProgress = (share: number) => campaign.onProgress?.((run + share) / repeat)
    await farewell(null)
    const ended = await once({ ...campaign, seed: run === 0 ? seed : `${seed}-r${run + 1}`, onProgress })
    results.push(ended.result)
    farewell = ended.farewell
  }
  const result = wholeOf(results, repeat)
  await farewell((await campaign.keep?.(result)) ?? null)
  return result
}

/** Tells the pages that a run is over, and where it is kept. */
type Farewell = (kept: string | null) => Promise<void>

/** The last run that came to its end, with the figures of all. */
function wholeOf(results: readonly Result[], repeat: number): Result {
  const whole = results.filter(result => !result.interrupted)
  const last = whole.at(-1) ?? results.at(-1)
  if (!last) throw new RangeError('a campaign of no runs')
  if (repeat === 1) return last
  const interrupted = results.some(result => result.interrupted)
  return { ...last, interrupted, repeats: whole.map(summary) }
}

async function once(campaign: Campaign): Promise<{ result: Result; farewell: Farewell }> {
  const { oneByOne, arms, seed, onProgress, wallMs } = campaign
  const contest: Contest = { ...campaign, schedule: campaign.schedule(seed) }
  const startedAtWallMs = wallMs()
  const atStart = await campaign.failRateNow?.()
  const judged = async (held: Held) => {
    const atEnd = await campaign.failRateNow?.()
    const known = typeof atStart === 'number' && typeof atEnd === 'number'
    return resultOf(contest, held, { ...campaign, startedAtWallMs, failRate: known ? { atStart, atEnd } : undefined })
  }
  if (!oneByOne) {
    const held = await hold(contest)
    const result = await judged(held)
    return { result, farewell: kept => held.farewell(result.verdict.text, kept) }
  }
  const parts: Held[] = []
  for (const [index, arm] of arms.entries()) {
    const share = (own: number) => onProgress?.((index + own) / arms.length)
    const held = await hold({ ...contest, schedule: campaign.schedule(seed), arms: [arm], onProgress: share })
    await held.farewell()
    parts.push(held)
  }
  return { result: await judged(together(parts)), farewell: async () => {} }
}

/** Runs of single arms as one: the longest of them, with all that was late in any. */
function together(parts: readonly Held[]): Held {
  const played = parts.map(part => part.played)
  return {
    recorders: parts.flatMap(part => part.recorders),
    farewell: async () => {},
    trouble: parts[0]?.trouble ?? [],
    played: {
      interrupted: played.some(part => part.interrupted),
      sent: Math.max(...played.map(part => part.sent)),
      durationMs: Math.max(...played.map(part => part.durationMs)),
      late: played.reduce((sum, part) => sum + part.late, 0),
      lagMs: {
        p99: Math.max(...played.map(part => part.lagMs.p99)),
        max: Math.max(...played.map(part => part.lagMs.max)),
      },
      eventLoopMs: {
        p99: Math.max(...played.map(part => part.eventLoopMs?.p99 ?? 0)),
        max: Math.max(...played.map(part => part.eventLoopMs?.max ?? 0)),
      },
    },
  }
}

function summary({ seed, arms }: Result): NonNullable<Result['repeats']>[number] {
  return {
    seed,
    arms: arms.map(({ name, outcomes, upstream, latencyMs, recoveryMs }) => {
      const all = outcomes.success + outcomes.failed + outcomes.shortCircuited + outcomes.fromCache
      const useful = all === 0 ? null : (100 * (outcomes.success + outcomes.fromCache)) / all
      return { name, useful, ...upstream, p95Ms: latencyMs.success.p95, recoveryMs }
    }),
  }
}
