/** One line in the log for each setting that changes: what, from what to what, and from where. */

import type { Chaos } from './chaos/chaos.ts'
import type { Logger } from './log.ts'

/** @param file what the file of variables is called. */
export function logChanges(chaos: Chaos, file: string, log: Logger): void {
  chaos.listen(event => {
    if (event.type !== 'settings') return
    const { source, session, before, settings } = event
    const from = source === 'file' ? file : source
    for (const member of event.changed) {
      const words = `${member} ${JSON.stringify(before[member])} -> ${JSON.stringify(settings[member])}, from ${from}`
      log.info(session === 'default' ? words : `${words}, in session ${session}`)
    }
  })
}
