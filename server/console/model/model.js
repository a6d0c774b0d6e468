/** The whole page as a value: reduce(model, event) takes it from one moment to the next, without DOM or clock. */

/** @import { Entry, Model, Point, Run, Sample } from './types.js' */

import { advance, runFrom } from './run.js'
import { interruptedBoard, updatedBoard } from './session-board.js'

/** How much history the charts show, in seconds. */
export const SPAN_S = 120
const MAX_ENTRIES = 200
const MAX_RUNS = 6

/** @param {string} session @returns {Model} */
export function emptyModel(session = 'default') {
  return {
    link: 'connecting',
    locked: false,
    retryAtMs: 0,
    boot: '',
    epoch: 0,
    session,
    chaos: null,
    points: [],
    outage: { on: false, untilMs: null, source: '' },
    scenario: null,
    runs: [],
    pinned: null,
    log: [],
    board: [],
    challenges: 0,
    sessionChanges: 0,
    poll: null,
    entries: 0,
    volume: 0,
  }
}

/**
 * The model after an event: one of the server's (`hello`, `sample`, `settings`, `outage`, `scenario`, `run`, `board`, `challenge`, `poll`, `session`)
 * or one of the page's own (`link`, `locked`, `opened`, `pin`).
 * @param {Model} model
 * @param {{ type: string, data: any }} event
 * @returns {Model}
 */
export function reduce(model, event) {
  const step = steps[event.type]
  return step ? step(model, event.data) : model
}

/** @type {Record<string, (model: Model, event: any) => Model>} */
const steps = {
  hello(model, event) {
    const restarted = model.boot !== '' && model.boot !== event.boot
    const epoch = event.wallMs - event.atMs
    const base = { ...model, boot: event.boot, epoch }
    /** @type {Point[]} */
    let points = model.points
    for (const sample of event.history ?? []) points = withPoint(base, points, sample)
    const known = new Map(restarted ? [] : model.runs.map(other => [other.id, other]))
    for (const other of event.runs ?? []) known.set(other.id, runFrom(other))
    const next = {
      ...base,
      link: /** @type {const} */ ('live'),
      retryAtMs: 0,
      chaos: event.state,
      points,
      runs: [...known.values()].slice(-MAX_RUNS),
      outage: event.outage ?? { on: false, untilMs: null, source: '' },
      scenario: event.scenario ?? null,
    }
    const fresh = restarted ? logged(next, event.wallMs / 1000, 'link', { what: 'restarted' }) : next
    return withChanges(fresh, event.changes ?? [])
  },
  sample: (model, sample) => ({
    ...model,
    points: withPoint(model, model.points, sample),
    ...outageOf(model, sample),
  }),
  settings(model, event) {
    const chaos = { ...model.chaos, settings: event.settings, provenance: event.provenance ?? model.chaos?.provenance }
    const from = model.chaos?.settings ?? {}
    const changed = event.changed ?? []
    const data = {
      changed,
      origin: event.origin ?? { source: 'api' },
      from: Object.fromEntries(changed.map((/** @type {string} */ name) => [name, from[name]])),
      to: Object.fromEntries(changed.map((/** @type {string} */ name) => [name, event.settings?.[name]])),
    }
    return merged(logged({ ...model, chaos }, secondsOf(model, event), 'settings', data))
  },
  outage(model, event) {
    const now = { on: event.on, untilMs: event.untilMs ?? null, source: event.source ?? '' }
    return logged({ ...model, outage: now }, secondsOf(model, event), 'outage', event)
  },
  scenario(model, event) {
    const running = event.status === 'started' || event.status === 'mark'
    const now = running
      ? {
          name: event.name,
          id: event.id,
          startedAtMs: event.startedAtMs ?? model.scenario?.startedAtMs ?? 0,
          lengthMs: event.lengthMs ?? model.scenario?.lengthMs ?? 0,
          mark: event.mark ?? '',
        }
      : null
    return logged({ ...model, scenario: now }, secondsOf(model, event), 'scenario', event)
  },
  run(model, event) {
    const id = event.type === 'start' ? event.run.id : event.id
    const others = model.runs.filter(other => other.id !== id)
    const one = model.runs.find(other => other.id === id)
    if (event.type === 'start') {
      const next = { ...model, runs: [...others, runFrom(event.run)].slice(-MAX_RUNS) }
      return logged(next, (model.epoch + (event.run.startedAtMs ?? 0)) / 1000, 'run', {
        what: 'start',
        title: event.run.title,
      })
    }
    if (!one) return model
    if (event.type === 'progress') return replaced(model, advance(one, event))
    /** @type {Run} */
    const ended = {
      ...one,
      status: event.type === 'lost' ? 'lost' : 'ended',
      verdict: event.result?.verdict ?? null,
      coded: event.result?.coded ?? null,
      kept: event.result?.run ?? null,
      changes: event.changes ?? one.changes,
    }
    const at = (model.epoch + one.startedAtMs + one.lastMs) / 1000
    return logged(replaced(model, ended), at, 'run', { what: event.type, title: one.title })
  },
  board: (model, entries) => ({ ...model, board: updatedBoard(model.board, entries) }),
  challenge: model => ({ ...model, challenges: model.challenges + 1 }),
  poll(model, poll) {
    const isOlder = model.poll !== null && poll.id !== model.poll.id && poll.askedAt < model.poll.askedAt
    return isOlder ? model : { ...model, poll: poll.removed ? null : poll }
  },
  /** Its name was changed or hidden, or it began anew. */
  session: (model, event) =>
    event.session === model.session ? { ...model, sessionChanges: model.sessionChanges + 1 } : model,
  link(model, event) {
    const board = interruptedBoard(model.board)
    const next = { ...model, board, link: event.to, retryAtMs: event.retryAtMs ?? 0 }
    if (event.to !== 'lost' || model.link !== 'live') return next
    return logged(next, event.t ?? 0, 'link', { what: 'lost' })
  },
  locked: (model, locked) => ({ ...model, locked }),
  /** Keeps a run where it is shown, or lets it go. */
  pin: (model, id) => ({ ...model, pinned: model.pinned === id ? null : id }),
  opened: (model, id) => ({ ...emptyModel(id), runs: model.runs, boot: model.boot, epoch: model.epoch }),
}

/**
 * Writes the log anew from what the server remembers of this life; what the page saw of others stays.
 * @param {Model} model
 * @param {any[]} changes oldest first
 * @returns {Model}
 */
function withChanges(model, changes) {
  const others = model.log.filter(entry => entry.boot !== model.boot || entry.kind === 'link')
  const own = changes.map(({ type, atMs, ...data }) => ({
    t: (model.epoch + atMs) / 1000,
    boot: model.boot,
    kind: type,
    data,
  }))
  const all = [...others, ...own]
    .sort((a, b) => a.t - b.t)
    .reduce((before, entry) => withDrag(before, entry), /** @type {Omit<Entry, 'key'>[]} */ ([]))
    .slice(-MAX_ENTRIES)
  const log = all.map((entry, index) => ({ ...entry, key: model.entries + 1 + index })).reverse()
  return { ...model, log, entries: model.entries + log.length, volume: model.volume + 1 }
}

/**
 * Adds a sample where it belongs in time; one that is known already changes nothing.
 * @param {Model} model
 * @param {Point[]} points
 * @param {Sample} sample
 */
function withPoint(model, points, sample) {
  const point = { ...sample, boot: model.boot, t: (model.epoch + sample.atMs) / 1000 }
  const last = points.at(-1)
  if (last && last.boot === point.boot && last.atMs >= point.atMs) return points
  // A clock that was set back while the server restarted must not fold the time axis.
  if (last && last.t >= point.t) point.t = last.t + 0.25
  const first = point.t - SPAN_S - 5
  const kept = points.length > 0 && (points[0]?.t ?? 0) < first ? points.filter(other => other.t >= first) : points
  return [...kept, point]
}

/** @param {Model} model @param {Sample} sample */
function outageOf(model, sample) {
  return sample.outage === model.outage.on ? {} : { outage: { ...model.outage, on: sample.outage } }
}

/** @param {Model} model @param {Run} run @returns {Model} */
function replaced(model, run) {
  return { ...model, runs: model.runs.map(other => (other.id === run.id ? run : other)) }
}

/**
 * @param {Model} model
 * @param {number} t
 * @param {Entry['kind']} kind
 * @param {Record<string, any>} data
 * @returns {Model}
 */
function logged(model, t, kind, data) {
  const entry = { key: model.entries + 1, t, boot: model.boot, kind, data }
  return { ...model, entries: entry.key, log: [entry, ...model.log].slice(0, MAX_ENTRIES) }
}

/** Changes of the fail rate by the same hand that follow each other as fast as this, in seconds, are one drag of the slider. */
const DRAG_S = 1.1

/** The log with its two newest lines as one, where they are one drag. @param {Model} model @returns {Model} */
function merged(model) {
  const [newest, before, ...rest] = model.log
  if (!newest || !before) return model
  const [joined, ...more] = withDrag([before], newest)
  if (!joined || more.length > 0) return model
  // Written anew: the line that grew is not a new one below the old.
  return { ...model, log: [{ ...joined, key: newest.key }, ...rest], volume: model.volume + 1 }
}

/**
 * @param {Omit<Entry, 'key'>[]} before the oldest first
 * @param {Omit<Entry, 'key'>} entry
 */
function withDrag(before, entry) {
  const last = before.at(-1)
  const isRate = (/** @type {Omit<Entry, 'key'>} */ one) =>
    one.kind === 'settings' && String(one.data.changed) === 'failRate'
  const drags =
    last !== undefined &&
    isRate(last) &&
    isRate(entry) &&
    entry.t - (last.data.untilT ?? last.t) <= DRAG_S &&
    entry.data.origin?.source === last.data.origin?.source &&
    last.boot === entry.boot
  if (!drags) return [...before, entry]
  return [...before.slice(0, -1), { ...last, data: { ...entry.data, from: last.data.from, untilT: entry.t } }]
}

/** @param {Model} model @param {{ atMs?: number }} event */
function secondsOf(model, event) {
  return (model.epoch + (event.atMs ?? 0)) / 1000
}
