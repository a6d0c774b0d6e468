/** A simulated world: the server that an experiment meets, and how long the way to it is; plain data that a thread can be sent. */

import { join } from 'node:path'
import { readSeed } from '../../server/catalog/seed.ts'
import { drawNumber, streamSeed } from '../../server/chaos/decision/draw.ts'
import { parseScenario, readScenarios } from '../../server/chaos/scenario/files.ts'
import type { Scenario } from '../../server/chaos/scenario/schema.ts'
import { SettingsError } from '../../server/chaos/settings/patch.ts'
import { defaultSettings, type Settings, settingsSchema } from '../../server/chaos/settings/schema.ts'
import { QUANTITIES } from '../../server/experiments/quantities.ts'
import { packageRoot } from '../../server/lib/package-root.ts'

/** A quantity in milliseconds: always the same, or drawn from a histogram of [upper bound, count], rising. */
export type Quantity = number | readonly (readonly [upToMs: number, count: number])[]

export interface World {
  /** Decides which requests meet a fault, as FAIL_SEED does; `settings` may name another. */
  readonly seed: string
  /** The settings of the server when the run begins, beside the defaults. Must be valid. */
  readonly settings: Partial<Settings>
  /** The scenarios that the server has. */
  readonly scenarios: readonly Scenario[]
  /** The codes of its products; null where it has every product that is asked for. */
  readonly codes: readonly string[] | null
  /** From a call to its answer, beside what the server makes it wait. */
  readonly roundTripMs: Quantity
  /** How late the requests of one planned moment leave. */
  readonly latenessMs: Quantity
  /** Milliseconds since 1970 when it begins. */
  readonly startedAtWallMs: number
}

/** How late requests leave where a machine has nothing else to do: timers of a process count whole milliseconds. */
export const TIMER_LATENESS: Quantity = Array.from({ length: 10 }, (_, tenth) => [(tenth + 1) / 10, 1] as const)

/** The world of the server that comes with this package, as it is when it has just been started; what is given goes before. */
export function usualWorld(given: Partial<World> & Pick<World, 'seed'>): World {
  const data = join(packageRoot(import.meta.url), 'data')
  return {
    settings: {},
    scenarios: given.scenarios ?? readScenarios(join(data, 'scenarios')),
    codes: given.codes === undefined ? readSeed(join(data, 'products.json')).map(({ code }) => code) : given.codes,
    roundTripMs: QUANTITIES.roundTripMs.standard,
    latenessMs: 0,
    startedAtWallMs: 0,
    ...given,
  }
}

/**
 * The world of a server that was fired at, as it was when the run began; null where what it says is not understood.
 * @param scenario the document of the one that is played; null where none is
 */
export function worldOfServer(
  settings: unknown,
  scenario: unknown,
  rest: Pick<World, 'roundTripMs' | 'latenessMs' | 'startedAtWallMs'>,
): World | null {
  const { data } = settingsSchema.safeParse(settings)
  if (!data) return null
  try {
    const scenarios = scenario === null ? [] : [parseScenario(scenario)]
    return { ...rest, seed: data.seed, settings: data, scenarios, codes: null }
  } catch (error) {
    if (error instanceof SettingsError) return null
    throw error
  }
}

/** The settings of the server, whole. */
export function settingsOf({ seed, settings }: World): Settings {
  return { ...defaultSettings(seed), ...settings }
}

/** The middle of a quantity, and what 99 in 100 are not above. */
export function typicalMs(quantity: Quantity): { p50: number; p99: number } {
  if (typeof quantity === 'number') return { p50: quantity, p99: quantity }
  const total = quantity.reduce((sum, [, count]) => sum + count, 0)
  const at = (share: number) => {
    let left = share * total
    for (const [upToMs, count] of quantity) {
      left -= count
      if (left <= 0) return upToMs
    }
    return 0
  }
  return { p50: at(0.5), p99: at(0.99) }
}

/** All of a batch has left before the first answer comes: no answer takes no time. */
const MIN_ROUND_TRIP_MS = 0.001

/** Draws round trips, the same in every arm. */
export function roundTrips({ roundTripMs, seed }: World): () => number {
  if (typeof roundTripMs === 'number') {
    const fixed = Math.max(MIN_ROUND_TRIP_MS, roundTripMs)
    return () => fixed
  }
  const draw = drawing(roundTripMs, `${seed}/round-trips`)
  return () => Math.max(MIN_ROUND_TRIP_MS, draw())
}

/** Draws how late requests leave. */
export function latenesses({ latenessMs, seed }: World): () => number {
  return typeof latenessMs === 'number' ? () => latenessMs : drawing(latenessMs, `${seed}/lateness`)
}

/** Draws from a histogram, one number after the other. */
function drawing(histogram: Exclude<Quantity, number>, seed: string): () => number {
  const stream = streamSeed(seed, 'latency')
  const upTo = histogram.map(([upToMs]) => upToMs)
  let sum = 0
  const bounds = histogram.map(([, count]) => {
    sum += count
    return sum
  })
  let drawn = 0
  return () => {
    const wanted = drawNumber(stream, drawn++, 0) * sum
    let [low, high] = [0, bounds.length - 1]
    while (low < high) {
      const middle = (low + high) >> 1
      if ((bounds[middle] ?? 0) > wanted) high = middle
      else low = middle + 1
    }
    return upTo[low] ?? 0
  }
}
