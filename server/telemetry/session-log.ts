/** Where the visits of one session are written down: its counts and its journal. */

import type { SessionLog } from '../chaos/visit.ts'
import { Journal } from './journal.ts'
import { Stats } from './stats.ts'

/** Makes the log of a session. */
export function sessionLog(session: string): SessionLog {
  const stats = new Stats(session)
  const journal = new Journal()
  return {
    started(visit) {
      stats.started()
      journal.add(visit)
    },
    ended: visit => stats.ended(visit),
    stats: nowMs => stats.read(nowMs),
    visits: query => journal.find(query),
    clear() {
      stats.clear()
      journal.clear()
    },
  }
}
