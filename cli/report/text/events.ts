/** What happened to the server during a run, in words: a line an event, for every report. */

import type { Unjudged } from '../result.ts'
import { describeEvent, english, unplannedEvents, type Words } from '../verdict/words.ts'

/** More are only counted. */
const MAX_LINES = 12

/** The first events that the plan does not say, and how many more there were. */
export function eventLines(result: Pick<Unjudged, 'events' | 'conditions'>, words: Words = english): string[] {
  const events = unplannedEvents(result)
  const shown = events.slice(0, MAX_LINES).map(event => describeEvent(event, words))
  return events.length > MAX_LINES ? [...shown, words('event.more', { more: events.length - MAX_LINES })] : shown
}
