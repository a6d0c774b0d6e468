/** What the thread of simulations does: one order after the other, each given up when a newer one is wanted. */

import type { SimulationOrder } from '../../server/experiments/port.ts'
import { PRESET_SEED, PRESETS } from '../../server/experiments/presets.ts'
import { experimentSchema } from '../../server/experiments/spec.ts'
import type { Result } from '../report/result.ts'
import { MIN_DAYS, otherDays } from '../report/stats/other-days.ts'
import { judged } from '../report/verdict/verdict.ts'
import { EDGE_MS, METHOD, replicates, varied } from '../simulate/replicates.ts'
import { simulate } from '../simulate/simulate.ts'
import { usualWorld } from '../simulate/world.ts'
import type { Channel } from './thread.ts'

/** An order with its number; numbers rise. */
export interface NumberedOrder {
  readonly number: number
  readonly order: SimulationOrder
}

/** What became of an order. */
export type SimulationSaid =
  | { readonly number: number; readonly result: Result }
  | { readonly number: number; readonly problem: string }

/** What the thread is given. */
export interface SimulatorData {
  /** The number of the newest order that is not wanted any more, read while one is worked on; shared with who gives the orders. */
  readonly unwanted: Int32Array
}

/** No further day begins after so many milliseconds: the answer is for somebody who waits. */
const MAX_DAYS_MS = 3_000

/** Answers orders until the channel is closed. */
export async function attendSimulations(channel: Channel, { unwanted }: SimulatorData): Promise<void> {
  const closed = new Promise<void>(resolve => channel.on('close', () => resolve()))
  await warmUp()
  channel.on('message', ({ number, order }: NumberedOrder) => {
    const stopped = new AbortController()
    const look = () => {
      if ((unwanted[0] ?? 0) >= number) stopped.abort()
    }
    look()
    outcomeOf(order, stopped.signal, look).then(
      result => channel.postMessage({ number, result } satisfies SimulationSaid),
      (error: unknown) => channel.postMessage({ number, problem: messageOf(error) } satisfies SimulationSaid),
    )
  })
  await closed
}

async function outcomeOf(order: SimulationOrder, signal: AbortSignal, look: () => void): Promise<Result> {
  const { settings, scenarios, startedAtWallMs, days } = order
  const { session: _, ...spec } = order.spec
  const { seed } = settings
  const world = usualWorld({ seed, settings, scenarios, codes: null, startedAtWallMs })
  const result = await simulate(spec, world, { signal, onProgress: look })
  if (days === undefined || signal.aborted) return result
  const distribution = { world, edgeMs: EDGE_MS }
  const limits = { budgetMs: MAX_DAYS_MS, signal, onDay: look }
  const all = await replicates(spec, distribution, days, `${result.seed}-days`, limits)
  const origin = { basis: 'simulated' as const, varied: varied(distribution), method: METHOD }
  const names = result.arms.map(({ name }) => name)
  const { verdict: _verdict, ...measured } = result
  const enough = all.length >= MIN_DAYS ? origin : { ...origin, because: 'too-slow' }
  return judged({ ...measured, otherDays: otherDays(names, all, enough) })
}

/** What is simulated for the first time takes several times as long: somebody would wait for it. */
async function warmUp(): Promise<void> {
  const world = usualWorld({ seed: PRESET_SEED })
  for (const { spec } of PRESETS) await simulate(experimentSchema.parse(spec), world)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
