/** The request headers that speak to the failure model, found without parsing the others. */

export interface Signals {
  /** `X-Chaos-Session`, or an empty string. */
  session: string
  /** `X-Chaos-Key`, cut to 128 characters, or null. */
  key: string | null
  /** `X-Chaos-Attempt`, 0 where it is not a whole number. */
  attempt: number
  /** There is an `X-Chaos-Force` or `x-envoy-fault-*` header. */
  forced: boolean
}

const LONGEST_KEY = 128
const MOST_ATTEMPTS = 1_000_000

/** Fills `signals` from the flat list of names and values that Node has read. */
export function readSignals(rawHeaders: readonly string[], signals: Signals): void {
  signals.session = ''
  signals.key = null
  signals.attempt = 0
  signals.forced = false
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    // Nearly every header is passed over here: names that matter begin with "x-" and have at least 11 letters.
    if (name.length < 11 || name.charCodeAt(1) !== 45 || (name.charCodeAt(0) | 32) !== 120) continue
    readSignal(name.toLowerCase(), rawHeaders[i + 1] ?? '', signals)
  }
}

function readSignal(name: string, value: string, signals: Signals): void {
  if (name === 'x-chaos-session') signals.session = value
  else if (name === 'x-chaos-key') signals.key = keyOf(value)
  else if (name === 'x-chaos-attempt') signals.attempt = attempt(value)
  else if (name === 'x-chaos-force' || name.startsWith('x-envoy-fault-')) signals.forced = true
}

function keyOf(value: string): string | null {
  if (value === '') return null
  return value.length > LONGEST_KEY ? copyOf(value.slice(0, LONGEST_KEY)) : value
}

/** The same text without the longer one that it may be a part of, which the engine would keep in memory with it. */
export function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

function attempt(value: string): number {
  const number = Number(value)
  return Number.isInteger(number) && number >= 0 && number <= MOST_ATTEMPTS ? number : 0
}
