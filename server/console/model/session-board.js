/** The board: every session's useful share over the last seconds, what it is doing, in order, and how large all of it can be written. */

/** @import { BoardCounts, BoardEntry, BoardRow, Circuit, Model, Run } from './types.js' */

/** How many seconds an entry remembers. */
const REMEMBERED = 30
/** A share is that of so many seconds with traffic. */
const SHARE_SECONDS = 10
/** The pace is that of so many seconds; who sent nothing in them and something before has stopped. */
const PACE_SECONDS = 3
/** From so many sessions on nobody can read a course of half a minute. */
const MAX_COURSES = 60

/** A row of the board, in heights of its letters. */
const ROW_WIDTH = 13.5
const ROW_HEIGHT = 3
/** Letters on the board, in pixels: the largest, and the smallest, which grows with the screen. */
const MAX_LETTERS = 72
const MIN_LETTERS = 16
const MIN_LETTERS_OF_HEIGHT = 1 / 45
/** Fewer columns are read more easily, and so may be written this much smaller. */
const FEWER_COLUMNS = 0.88

/** @typedef {'useful' | 'grade'} BoardOrder */

/**
 * The entries after the server sent its counts once more.
 * @param {BoardEntry[]} before
 * @param {BoardCounts[]} counts counts since the session began
 * @returns {BoardEntry[]}
 */
export function updatedBoard(before, counts) {
  const known = new Map(before.map(entry => [entry.id, entry]))
  return counts.map(entry => {
    const old = known.get(entry.id)
    const requests = old?.isCurrent ? entry.requests - old.requests : 0
    const success = old?.isCurrent ? entry.success - old.success : 0
    // Counts that were set to zero say nothing of the second before.
    const second = requests < 0 || success < 0 ? { requests: 0, success: 0 } : { requests, success }
    return { ...entry, isCurrent: true, seconds: [...(old?.seconds ?? []), second].slice(-REMEMBERED) }
  })
}

/** The entries where counts may have been missed: the next are a beginning and no second. @param {BoardEntry[]} entries */
export function interruptedBoard(entries) {
  return entries.map(entry => ({ ...entry, isCurrent: false }))
}

/**
 * Percent of the requests of the last ten seconds with traffic, or null for a session that is idle.
 * @param {BoardEntry} entry
 */
export function recentShare({ seconds }) {
  const recent = seconds.slice(-SHARE_SECONDS)
  const requests = recent.reduce((sum, second) => sum + second.requests, 0)
  return requests === 0 ? null : (100 * recent.reduce((sum, second) => sum + second.success, 0)) / requests
}

/**
 * The rows of the board in order: most useful first, or best grade first; who sends nothing comes last.
 * @param {Pick<Model, 'board' | 'runs'>} model
 * @param {BoardOrder} order
 * @param {(session: string) => string | null} gradeOf
 * @returns {BoardRow[]}
 */
export function boardRows({ board, runs }, order, gradeOf) {
  const lent = lentSessions(runs)
  const entries = board.filter(({ id }) => !lent.has(id))
  const rows = entries.map(entry => {
    const share = recentShare(entry)
    return {
      ...{
        id: entry.id,
        name: entry.name ?? entry.id,
        share,
        rounded: share === null ? -1 : Math.round(share),
        grade: gradeOf(entry.id),
      },
      ...{ outage: entry.outage, failRate: entry.failRate, slow: entry.slow ?? 1 },
      ...{ circuit: circuitIn(entry.id, runs), inFlight: entry.inFlight, ...trafficOf(entry) },
      course: entries.length > MAX_COURSES ? '' : courseOf(entry),
    }
  })
  /** @param {BoardRow} row */
  const byGrade = ({ grade }) => (grade === null ? 'Z' : grade)
  return rows.sort((a, b) => {
    const graded = order === 'grade' ? byGrade(a).localeCompare(byGrade(b)) : 0
    return graded || b.rounded - a.rounded || ORDER.compare(a.name, b.name) || ORDER.compare(a.id, b.id)
  })
}

const ORDER = new Intl.Collator('en', { numeric: true })

/**
 * In how many columns `count` rows fill a place of a size in pixels, with letters as large as they can be. Where they would be too
 * small to read, the board scrolls.
 * @param {number} count
 * @param {number} width
 * @param {number} height
 */
export function boardLayout(count, width, height) {
  const smallest = Math.max(MIN_LETTERS, Math.floor(height * MIN_LETTERS_OF_HEIGHT))
  const fitting = Array.from({ length: Math.max(1, count) }, (_, index) => {
    const columns = index + 1
    const rows = Math.max(1, Math.ceil(count / columns))
    return { columns, rows, letters: Math.min(width / columns / ROW_WIDTH, height / rows / ROW_HEIGHT, MAX_LETTERS) }
  })
  const largest = Math.max(...fitting.map(({ letters }) => letters))
  if (largest < smallest) {
    const columns = Math.max(1, Math.floor(width / (smallest * ROW_WIDTH)))
    return { columns, rows: Math.ceil(count / columns), letters: smallest, scrolls: true }
  }
  const least = Math.max(smallest, largest * FEWER_COLUMNS)
  const chosen = fitting.find(({ letters }) => letters >= least) ?? { columns: 1, rows: count, letters: largest }
  return { ...chosen, letters: Math.floor(chosen.letters * 10) / 10, scrolls: false }
}

/** Sessions that were made for the arms of a run, which are nobody's. @param {Run[]} runs */
function lentSessions(runs) {
  const lent = runs.flatMap(({ sessions, session }) => {
    const isShared = sessions.length > 1 && sessions.every(id => id === sessions[0])
    return isShared ? [] : sessions.filter(id => id !== session && id !== 'default')
  })
  return new Set(lent)
}

/** The circuit of what is fired in a session from a command line; null where none is told. @param {string} id @param {Run[]} runs @returns {Circuit | null} */
function circuitIn(id, runs) {
  const run = runs.findLast(({ sessions, status }) => status === 'running' && sessions.includes(id))
  return run?.names.map(name => run.edges[name]?.at(-1)?.state ?? null).find(state => state !== null) ?? null
}

/** @param {BoardEntry} entry @returns {Pick<BoardRow, 'traffic' | 'perSecond'>} */
function trafficOf({ seconds, inFlight }) {
  const requests = seconds.slice(-PACE_SECONDS).reduce((sum, second) => sum + second.requests, 0)
  if (requests > 0) return { traffic: 'sending', perSecond: Math.max(1, Math.round(requests / PACE_SECONDS)) }
  if (inFlight > 0) return { traffic: 'waiting', perSecond: 0 }
  return { traffic: seconds.some(second => second.requests > 0) ? 'stopped' : 'idle', perSecond: 0 }
}

/** The shares of the last half minute as a path of bars, one unit wide and 100 high; empty where there was no traffic. @param {BoardEntry} entry */
function courseOf({ seconds }) {
  const from = REMEMBERED - seconds.length
  return seconds
    .map(({ requests, success }, index) =>
      requests === 0 ? '' : `M${from + index} 100v${-Math.max(4, Math.round((100 * success) / requests))}h.8V100z`,
    )
    .join('')
}
