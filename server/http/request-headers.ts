/** The request headers that access and the failure model ask for: read from the raw list in one pass, once a request. */

export interface RequestHeaders {
  /** Every `Host`, in lower case. */
  readonly hosts: string[]
  /** `Origin`, in lower case, or null. */
  origin: string | null
  /** `Sec-Fetch-Site`, in lower case, which only a browser sends and no page can forge; or null. */
  fetchSite: string | null
  /** `Content-Type`, or null. */
  contentType: string | null
  /** There is a body, of a length above zero or in chunks. */
  hasBody: boolean
  /** There is an `Access-Control-Request-Method`: a browser asks before it sends a request. */
  preflight: boolean
  /** `X-Chaos-Session`, or an empty string. */
  session: string
  /** `X-Chaos-Key`, cut to 128 characters, or null. */
  key: string | null
  /** `X-Chaos-Attempt`, 0 where it is not a whole number up to a million. */
  attempt: number
  /** Whether there is an `X-Chaos-Force` or `x-envoy-fault-*` header. */
  forces: boolean
}

/** A request that its headers are remembered by. */
interface HasRawHeaders {
  readonly rawHeaders: readonly string[]
  readHeaders?: RequestHeaders | null
}

/** Headers of a request at the most; 431 beyond. */
export const MAX_HEADERS = 1_000

const MAX_KEY_LENGTH = 128
const MAX_ATTEMPT = 1_000_000

/** What the headers of a request say; they are read when somebody asks the first time. */
export function headersOf(req: HasRawHeaders): RequestHeaders {
  req.readHeaders ??= readHeaders(req.rawHeaders)
  return req.readHeaders
}

/** Reads the flat list of names and values that Node has parsed. Where a name stands more than once, the last one counts. */
export function readHeaders(rawHeaders: readonly string[]): RequestHeaders {
  const headers: RequestHeaders = {
    hosts: [],
    origin: null,
    fetchSite: null,
    contentType: null,
    hasBody: false,
    preflight: false,
    session: '',
    key: null,
    attempt: 0,
    forces: false,
  }
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const value = rawHeaders[at + 1] ?? ''
    // Nearly every header is passed over by its first letter and its length, before the case of its letters is asked.
    switch (name.charCodeAt(0) | 32) {
      case A:
        if (is(name, 'access-control-request-method')) headers.preflight = true
        break
      case C:
        if (is(name, 'content-type')) headers.contentType = value
        else if (is(name, 'content-length') && Number(value) > 0) headers.hasBody = true
        break
      case H:
        if (is(name, 'host')) headers.hosts.push(value.toLowerCase())
        break
      case O:
        if (is(name, 'origin')) headers.origin = value.toLowerCase()
        break
      case S:
        if (is(name, 'sec-fetch-site')) headers.fetchSite = value.toLowerCase()
        break
      case T:
        if (is(name, 'transfer-encoding')) headers.hasBody = true
        break
      case X:
        if (name.length >= SHORTEST_CHAOS_NAME) readChaosHeader(headers, name.toLowerCase(), value)
        break
    }
  }
  return headers
}

const [A, C, H, O, S, T, X] = Array.from('achostx', letter => letter.charCodeAt(0))
const SHORTEST_CHAOS_NAME = 'x-chaos-key'.length

/** Whether a name is `wanted`, which is in small letters. */
function is(name: string, wanted: string): boolean {
  return name.length === wanted.length && (name === wanted || name.toLowerCase() === wanted)
}

function readChaosHeader(headers: RequestHeaders, name: string, value: string): void {
  if (name === 'x-chaos-session') headers.session = value
  else if (name === 'x-chaos-key') headers.key = keyOf(value)
  else if (name === 'x-chaos-attempt') headers.attempt = attemptOf(value)
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

function attemptOf(value: string): number {
  const number = Number(value)
  return Number.isInteger(number) && number >= 0 && number <= MAX_ATTEMPT ? number : 0
}
