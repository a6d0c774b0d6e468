/** The outages that the settings describe: windows at known times, and a two-state process. */

import { type Fault, faultSchema } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import type { Settings } from '../settings/schema.ts'
import { streamSeed } from './draw.ts'
import { type Mix, mixOf } from './fault-picker.ts'
import { type Period, TwoState } from './random-outages.ts'
import type { Memory } from './rule-state.ts'

/** How requests fail during an outage where nobody said. */
export const OUTAGE_FAULTS: readonly Fault[] = [faultSchema.parse({ kind: 'status', status: 503 })]

/** The outages of one settings snapshot. */
export interface Outage {
  readonly mix: Mix
  /** The outage at a moment of the session's clock, or null. */
  downAt(atMs: number): Period | null
}

/** Compiles the outages of a document; null where it has none. */
export function outageOf({ outage, seed }: Settings, memory: Memory): Outage | null {
  if (!outage) return null
  const { availability, meanLength } = outage
  const windows = (outage.windows ?? []).map(({ from, to, for: length }): Period => {
    const fromMs = ms(from)
    return { fromMs, toMs: to === undefined ? fromMs + ms(length ?? '0ms') : ms(to) }
  })
  const process =
    availability === undefined || meanLength === undefined
      ? null
      : memory.weather(
          `${seed}/${availability}/${meanLength}`,
          () => new TwoState(streamSeed(seed, 'outage'), availability, ms(meanLength)),
        )
  return {
    mix: mixOf(outage.faults ?? OUTAGE_FAULTS, 'outage', memory),
    downAt: atMs => windows.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs) ?? process?.downAt(atMs) ?? null,
  }
}
