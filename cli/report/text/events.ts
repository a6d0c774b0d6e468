/** What happened to the server during a run, in words: a line an event, for every report. */

import type { RunEvent, Unjudged } from '../result.ts'
import { english, type Words } from '../verdict/words.ts'

/** More are only counted. */
const MAX_LINES = 12

/** An event in words, with its moment and who did it. */
export function describeEvent({ atMs, what, source = '', arm, figures }: RunEvent, words: Words = english): string {
  const known = words.has(`event.${what}`) ? `event.${what}` : 'event.other'
  const text = words(known, { untilMs: null, ...figures, what })
  const who = words.has(`by.${source}`) ? words(`by.${source}`) : words('by.other', { source })
  const whose = arm === undefined ? '' : words('event.arm', { arm })
  return words('event.at', { atMs, text: `${text}${source === '' ? '' : who}${whose}` })
}

/** What the trouble of the run's own plan does not say already. */
export function unplannedEvents({ events = [], conditions }: Pick<Unjudged, 'events' | 'conditions'>): RunEvent[] {
  return events.filter(({ source, what }) => {
    if (source !== 'scenario') return true
    return what.startsWith('scenario-') && conditions?.scenario !== undefined
  })
}

/** The first of them, and how many more there were. */
export function eventLines(result: Pick<Unjudged, 'events' | 'conditions'>, words: Words = english): string[] {
  const events = unplannedEvents(result)
  const shown = events.slice(0, MAX_LINES).map(event => describeEvent(event, words))
  return events.length > MAX_LINES ? [...shown, words('event.more', { more: events.length - MAX_LINES })] : shown
}
