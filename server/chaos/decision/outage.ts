/** The outages that the settings describe: windows at known times, and random ones. */

import { type Fault, faultSchema } from '../settings/faults.ts'
import { ms } from '../settings/quantity.ts'
import type { Settings } from '../settings/schema.ts'
import { drawNumber, streamSeed } from './draw.ts'
import { type FaultPicker, faultPicker } from './fault-picker.ts'
import { type Period, RandomOutages } from './random-outages.ts'
import type { RuleState } from './rule-state.ts'

/** How requests fail during an outage where nobody said. */
export const OUTAGE_FAULTS: readonly Fault[] = [faultSchema.parse({ kind: 'status', status: 503 })]

/** An outage that is active: what it is called and how requests fail meanwhile. */
export interface ActiveOutage {
  readonly name: string
  readonly pickFault: FaultPicker
}

/** The outages of one settings snapshot. */
export interface SettingsOutages {
  readonly pickFault: FaultPicker
  /** The outage at a moment of the session's clock, or null. */
  at(atMs: number): Period | null
}

/** Compiles the outages of a document; null where it has none. */
export function compileOutages({ outage, seed }: Settings, ruleState: RuleState): SettingsOutages | null {
  if (!outage) return null
  const { availability, meanLength } = outage
  const windows = windowsOf(outage)
  const random =
    availability === undefined || meanLength === undefined
      ? null
      : ruleState.randomOutages(`${seed}/${availability}/${meanLength}`, () => {
          const stream = streamSeed(seed, 'outage')
          return new RandomOutages((index, block) => drawNumber(stream, index, block), availability, ms(meanLength))
        })
  return {
    pickFault: faultPicker(outage.faults ?? OUTAGE_FAULTS),
    at: atMs => windows.find(({ fromMs, toMs }) => atMs >= fromMs && atMs < toMs) ?? random?.at(atMs) ?? null,
  }
}

const windowsRead = new WeakMap<NonNullable<Settings['outage']>, readonly Period[]>()

/** The windows; read once for all sessions that inherit them. */
function windowsOf(outage: NonNullable<Settings['outage']>): readonly Period[] {
  let windows = windowsRead.get(outage)
  if (!windows) {
    windows = (outage.windows ?? []).map(({ from, to, for: length }) => {
      const fromMs = ms(from)
      return { fromMs, toMs: to === undefined ? fromMs + ms(length ?? '0ms') : ms(to) }
    })
    windowsRead.set(outage, windows)
  }
  return windows
}
