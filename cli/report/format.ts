/** Writes numbers with their units, the same way in every report. */

/** What stands where nothing was measured. */
export const NOTHING = '-'

/** A whole number with thousands separated: `12,345`. */
export function formatCount(value: number): string {
  return String(Math.round(value)).replace(/\B(?=(\d{3})+$)/g, ',')
}

/** A share from 0 to 1 in percent: `69.0 %`; `-` for null. Only what is exactly everything is written `100.0 %`. */
export function formatShare(share: number | null): string {
  return share === null ? NOTHING : `${tenths(share * 100, share < 1 ? 99.9 : 100, share > 0 ? 0.1 : 0)} %`
}

/** The same of a share that is given in percent. */
export function formatPercent(percent: number | null): string {
  return formatShare(percent === null ? null : percent / 100)
}

/** Milliseconds, two or three digits of them: `0.24 ms`, `3.2 ms`, `145 ms`, `1.24 s`; `-` for null. */
export function formatMs(ms: number | null): string {
  if (ms === null) return NOTHING
  if (ms >= 99_950) return `${Math.round(ms / 1_000)} s`
  if (ms >= 9_995) return `${(ms / 1_000).toFixed(1)} s`
  if (ms >= 999.5) return `${(ms / 1_000).toFixed(2)} s`
  if (ms >= 9.95) return `${Math.round(ms)} ms`
  if (ms >= 0.995 || ms === 0) return `${ms.toFixed(1)} ms`
  return `${ms.toFixed(2)} ms`
}

/** A number with its sign written out, and one decimal: `+3.2`, `-35.7`, `0.0`. */
export function formatSigned(value: number, decimals = 1): string {
  const text = Math.abs(value).toFixed(decimals)
  if (Number(text) === 0) return text
  const [whole = '', rest] = text.split('.')
  return `${value > 0 ? '+' : '-'}${formatCount(Number(whole))}${rest === undefined ? '' : `.${rest}`}`
}

/** `1 request`, `2 requests`. */
export function plural(value: number, noun: string): string {
  return `${formatCount(value)} ${noun}${value === 1 ? '' : 's'}`
}

function tenths(value: number, most: number, least: number): string {
  return Math.max(least, Math.min(most, value)).toFixed(1)
}

/** A text of a stranger in one line: every run of white space is a blank. */
export function oneLine(text: string): string {
  return text.replace(/\s+/g, ' ')
}
