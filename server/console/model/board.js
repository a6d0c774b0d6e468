/** The board of a room: every session's useful share, now and over the last half minute. */

/** @import { Seat } from './types.js' */

/** How many shares a seat remembers, one a second. */
export const REMEMBERED = 30

/**
 * The seats after the server told its counts once more.
 * @param {Seat[]} before
 * @param {Omit<Seat, 'shares'>[]} told counts since the session began
 * @returns {Seat[]}
 */
export function boardAfter(before, told) {
  const known = new Map(before.map(seat => [seat.id, seat]))
  return told.map(seat => {
    const old = known.get(seat.id)
    const share = old ? shareOf(seat.success - old.success, seat.requests - old.requests) : null
    return { ...seat, shares: [...(old?.shares ?? []), share].slice(-REMEMBERED) }
  })
}

/**
 * The share of the last ten seconds with traffic, or null for a seat that is idle.
 * @param {Seat} seat
 */
export function recentShare(seat) {
  const known = seat.shares.slice(-10).filter(share => share !== null)
  return known.length === 0 ? null : known.reduce((sum, share) => sum + share, 0) / known.length
}

/**
 * @param {number} success
 * @param {number} requests
 */
function shareOf(success, requests) {
  return requests <= 0 || success < 0 ? null : (100 * success) / requests
}
