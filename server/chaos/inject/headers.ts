/** The request headers that speak to the failure model, found without parsing the others. */

export interface ChaosHeaders {
  /** `X-Chaos-Session`, or an empty string. */
  session: string
  /** `X-Chaos-Key`, cut to 128 characters, or null. */
  key: string | null
  /** `X-Chaos-Attempt`, 0 where it is not a whole number. */
  attempt: number
  /** Whether there is an `X-Chaos-Force` or `x-envoy-fault-*` header. */
  forces: boolean
}

const MAX_KEY_LENGTH = 128
const MAX_ATTEMPT = 1_000_000

/** Fills `headers` from the flat list of names and values that Node has read. */
export function readChaosHeaders(rawHeaders: readonly string[], headers: ChaosHeaders): void {
  headers.session = ''
  headers.key = null
  headers.attempt = 0
  headers.forces = false
  for (let i = 0; i + 1 < rawHeaders.length; i += 2) {
    const name = rawHeaders[i] ?? ''
    // Nearly every header is passed over here: names that matter begin with "x-" and have at least 11 letters.
    if (name.length < 11 || name.charCodeAt(1) !== 45 || (name.charCodeAt(0) | 32) !== 120) continue
    readHeader(name.toLowerCase(), rawHeaders[i + 1] ?? '', headers)
  }
}

function readHeader(name: string, value: string, headers: ChaosHeaders): void {
  if (name === 'x-chaos-session') headers.session = value
  else if (name === 'x-chaos-key') headers.key = keyOf(value)
  else if (name === 'x-chaos-attempt') headers.attempt = attempt(value)
  else if (name === 'x-chaos-force' || name.startsWith('x-envoy-fault-')) headers.forces = true
}

function keyOf(value: string): string | null {
  if (value === '') return null
  return value.length > MAX_KEY_LENGTH ? copyOf(value.slice(0, MAX_KEY_LENGTH)) : value
}

/** The same text without the longer one that it may be a part of, which the engine would keep in memory with it. */
export function copyOf(text: string): string {
  return Buffer.from(text, 'utf16le').toString('utf16le')
}

function attempt(value: string): number {
  const number = Number(value)
  return Number.isInteger(number) && number >= 0 && number <= MAX_ATTEMPT ? number : 0
}
