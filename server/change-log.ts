/** One line in the log for each setting that changes: what, from what to what, and from where. */

import type { Chaos } from './chaos/chaos.ts'
import type { Logger } from './lib/log.ts'

/** A value that is longer is cut in the log: a whole list of rules is no line. */
const LONGEST = 200

/** @param file what the file of variables is called. */
export function logChanges(chaos: Chaos, file: string, log: Logger): void {
  chaos.on(event => {
    if (event.type !== 'settings') return
    const { source, session, before, settings } = event
    const from = source === 'file' ? file : source
    for (const member of event.changed) {
      const words = `${member} ${inShort(before[member])} -> ${inShort(settings[member])}, from ${from}`
      log.info(session === 'default' ? words : `${words}, in session ${session}`)
    }
  })
}

/** As JSON, without the characters that change how a terminal shows the rest of the line. */
function inShort(value: unknown): string {
  const text = JSON.stringify(value).replaceAll(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�')
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}…` : text
}
