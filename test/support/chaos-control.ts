/** The failure model's control with a clock that is moved by hand, for tests without HTTP. */

import { ChaosControl } from '../../server/chaos/control.ts'
import type { Session } from '../../server/chaos/session/session.ts'
import { sessionLog } from '../../server/telemetry/session-log.ts'
import { ManualClock } from './manual-clock.ts'

export function chaosControl() {
  const clock = new ManualClock()
  const control = new ChaosControl({
    clock,
    wall: () => 0,
    version: '0',
    seed: '42',
    log: sessionLog,
    maxSessions: 200,
  })
  const make = (id: string, more: object = {}) => control.create({ id, pinned: true, ...more })
  const set = (session: Session, patch: object, ttlMs?: number) =>
    control.change(session, { patch }, { source: 'api', ttlMs })
  const isDown = (session: Session) => control.observeOutage(session, session.compiled(), clock.now()) !== null
  return { clock, control, make, set, isDown }
}
