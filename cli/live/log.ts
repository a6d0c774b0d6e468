/** The log of changes: who did what, with what goes on and on kept to one line. */

import type { State } from '../breaker/circuit.ts'
import type { LogEntry, Model } from './model.ts'

const MOST_LOG = 100
/** Changes of the rate by the same hand within this time are one line, in milliseconds. */
const SAME_HAND_MS = 2_000
const CIRCUIT = 'breaker'

/** Adds a line: who did what. */
export function log(model: Model, who: string, text: string): Model {
  return append(model, 0, { at: model.now, who, text, rateFrom: null, opened: 0 })
}

/** A rate that is being dragged is one line that goes on, not a line for each step. */
export function logRate(model: Model, who: string, from: number | null, to: number): Model {
  const last = model.log.at(-1)
  const goesOn = last?.rateFrom != null && last.who === who && model.now - last.at < SAME_HAND_MS
  const rateFrom = goesOn ? last.rateFrom : from
  const text = rateFrom === null ? `fail rate ${to} %` : `fail rate ${rateFrom} % to ${to} %`
  return append(model, goesOn ? 1 : 0, { at: model.now, who, text, rateFrom, opened: 0 })
}

/** What a circuit does in a row is one line: people's changes must stay in sight. Half-open is what the strip is for. */
export function logCircuit(model: Model, state: State, why: string): Model {
  if (state === 'half-open') return model
  const last = model.log.at(-1)
  const goesOn = last?.who === CIRCUIT
  const opened = (goesOn ? last.opened : 0) + (state === 'open' ? 1 : 0)
  const word = opened > 1 ? `${state}, opened ${opened} x` : state
  const text = why === '' ? word : `${word}: ${why}`
  return append(model, goesOn ? 1 : 0, { at: model.now, who: CIRCUIT, text, rateFrom: null, opened })
}

/** Adds an entry in the place of the last `replaced` ones. */
function append(model: Model, replaced: 0 | 1, entry: LogEntry): Model {
  return { ...model, log: [...model.log.slice(0, model.log.length - replaced), entry].slice(-MOST_LOG) }
}
