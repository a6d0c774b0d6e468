/** Writes numbers with their units, the same way on the page and in every report. */

/** What stands where nothing was measured. */
export const NOTHING = '-'

/** A whole number with thousands separated: `12,345`. @param {number} value */
export function formatCount(value) {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/**
 * A share from 0 to 1 in percent: `69.0 %`; `-` for null. Only what is exactly everything is written `100.0 %`.
 * @param {number | null} share
 */
export function formatShare(share) {
  return share === null ? NOTHING : `${tenths(share * 100, share < 1 ? 99.9 : 100, share > 0 ? 0.1 : 0)} %`
}

/** The same of a share that is given in percent. @param {number | null} percent */
export function formatPercent(percent) {
  return formatShare(percent === null ? null : percent / 100)
}

/**
 * Milliseconds, two or three digits of them: `0.24 ms`, `3.2 ms`, `145 ms`, `1.24 s`; `-` for null.
 * @param {number | null} ms
 */
export function formatMs(ms) {
  if (ms === null) return NOTHING
  if (ms >= 99_950) return `${Math.round(ms / 1_000)} s`
  if (ms >= 9_995) return `${(ms / 1_000).toFixed(1)} s`
  if (ms >= 999.5) return `${(ms / 1_000).toFixed(2)} s`
  if (ms >= 9.95) return `${Math.round(ms)} ms`
  if (ms >= 0.995 || ms === 0) return `${ms.toFixed(1)} ms`
  return `${ms.toFixed(2)} ms`
}

/** A number with its sign written out, and one decimal: `+3.2`, `-35.7`, `0.0`. @param {number} value */
export function formatSigned(value, decimals = 1) {
  const text = Math.abs(value).toFixed(decimals)
  if (Number(text) === 0) return text
  const [whole = '', rest] = text.split('.')
  return `${value > 0 ? '+' : '-'}${formatCount(Number(whole))}${rest === undefined ? '' : `.${rest}`}`
}

/** `1 request`, `2 requests`. @param {number} value @param {string} noun */
export function plural(value, noun) {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`
}

/** A text of a stranger in one line: every run of white space is a blank. @param {string} text */
export function oneLine(text) {
  return text.replace(/\s+/g, ' ')
}

/** @param {number} value @param {number} most @param {number} least */
function tenths(value, most, least) {
  return Math.max(least, Math.min(most, value)).toFixed(1)
}
