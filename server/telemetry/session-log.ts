/** Where the visits of one session are written down: its counts and its journal. */

import type { SessionLog } from '../chaos/decision/request-record.ts'
import { JOURNAL_SIZE, Journal } from './journal.ts'
import { Stats } from './stats.ts'

/** Makes the log of a session, whose journal remembers so many visits. */
export function sessionLog(session: string, remembered = JOURNAL_SIZE): SessionLog {
  const stats = new Stats(session)
  const journal = new Journal(remembered)
  return {
    started(record) {
      stats.started()
      journal.add(record)
    },
    ended: record => stats.ended(record),
    stats: nowMs => stats.read(nowMs),
    records: query => journal.find(query),
    clear() {
      stats.clear()
      journal.clear()
    },
  }
}
