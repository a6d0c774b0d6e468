/** The board: every session's useful share, now and over the last half minute. */

/** @import { BoardEntry } from './types.js' */

/** How many shares an entry remembers, one a second. */
const REMEMBERED = 30

/**
 * The entries after the server sent its counts once more.
 * @param {BoardEntry[]} before
 * @param {Omit<BoardEntry, 'shares'>[]} counts counts since the session began
 * @returns {BoardEntry[]}
 */
export function updatedBoard(before, counts) {
  const known = new Map(before.map(entry => [entry.id, entry]))
  return counts.map(entry => {
    const old = known.get(entry.id)
    const share = old ? shareOf(entry.success - old.success, entry.requests - old.requests) : null
    return { ...entry, shares: [...(old?.shares ?? []), share].slice(-REMEMBERED) }
  })
}

/**
 * The share of the last ten seconds with traffic, or null for a session that is idle.
 * @param {BoardEntry} entry
 */
export function recentShare(entry) {
  const known = entry.shares.slice(-10).filter(share => share !== null)
  return known.length === 0 ? null : known.reduce((sum, share) => sum + share, 0) / known.length
}

/** @param {number} success @param {number} requests */
function shareOf(success, requests) {
  return requests <= 0 || success < 0 ? null : (100 * success) / requests
}
