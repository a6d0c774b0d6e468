/** What others did to the server during a run, done again to a simulated one. */

import type { ChaosControl } from '../../server/chaos/control.ts'
import { faultPicker } from '../../server/chaos/decision/fault-picker.ts'
import { OUTAGE_FAULTS } from '../../server/chaos/decision/outage.ts'
import type { Session } from '../../server/chaos/session/session.ts'
import { readPatch } from '../../server/chaos/settings/patch.ts'
import type { Clock } from '../../server/lib/clock.ts'

/** A change of settings, or an outage that somebody declared; times are milliseconds from the start of the run. */
export interface Replayed {
  readonly atMs: number
  /** Members of the settings with their new values. */
  readonly values?: Readonly<Record<string, unknown>>
  readonly outageUntilMs?: number
  /** During whose run it happened, where the arms ran one after the other. */
  readonly arm?: string
}

/** @throws {SettingsError} for values that are not valid, when their time comes */
export function replay(
  changes: readonly Replayed[],
  control: ChaosControl,
  sessions: readonly Session[],
  clock: Clock,
): void {
  const startedAt = clock.now()
  for (const { atMs, values, outageUntilMs } of changes) {
    if (values) {
      clock.after(atMs, () => {
        for (const session of new Set(sessions)) {
          const patch = readPatch(values, session.layers.effective())
          control.change(session, { values: patch.values }, { source: 'api' })
        }
      })
    }
    if (outageUntilMs !== undefined) {
      const outage = { fromMs: startedAt + atMs, toMs: startedAt + outageUntilMs, run: null }
      for (const session of new Set(sessions)) {
        const id = control.nextId('outage')
        session.declaredOutages.add({ ...outage, id, pickFault: faultPicker(OUTAGE_FAULTS) }, startedAt)
      }
    }
  }
}
