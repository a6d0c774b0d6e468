/** The innermost Send: carries requests to the upstream over HTTP and classifies every way in which that fails. */

import type { Clock } from '../../server/lib/clock.ts'
import type { Send } from '../policy/send.ts'
import { Call, type CallContext, type Meter } from './call.ts'
import { type AnswerHead, isSoundBody } from './classify.ts'
import type { Connector } from './connect.ts'
import { Connections } from './connections.ts'
import type { Target } from './target.ts'

export interface ClientOptions {
  readonly target: Target
  /** The session of the flaky catalog that the calls belong to (`X-Chaos-Session`). */
  readonly session?: string | undefined
  /** Most connections open at once, 1 or more. */
  readonly connections: number
  /** A new connection for each call instead of keeping them. */
  readonly fresh?: boolean
  /** Milliseconds to wait for the head of an answer, and between two pieces of its body; 0 leaves it to the policies. */
  readonly headersTimeoutMs?: number
  readonly bodyTimeoutMs?: number
  /** Hands bodies on in the answers, for the policies that keep them. */
  readonly keepsBodies: boolean
  readonly meter: Meter
  readonly clock: Clock
  /** Milliseconds since 1970. */
  readonly wallMs: () => number
  /** Makes the connections; over the network where it is not given. */
  readonly connector?: Connector
}

export interface LoadClient {
  readonly send: Send
  /** Opens so many connections before they are needed. @returns how many this machine gave, where these are less; else null */
  open(connections: number): Promise<number | null>
  /** Allows so many connections from here on. */
  limitTo(connections: number): void
  /** From here on calls belong to this session. */
  enter(session: string | undefined): void
  /** Closes the connections; calls that are still in flight fail as aborted. */
  close(): Promise<void>
}

/** Opens no connection yet: each is opened by the first call that finds all others busy, unless `open` came first. */
export function openClient(options: ClientOptions): LoadClient {
  const { target, keepsBodies, meter, clock, wallMs, headersTimeoutMs = 0, bodyTimeoutMs = 0 } = options
  const content = target.body === null ? EMPTY : Buffer.from(target.body)
  const body = content.length > MAX_COPIED_BYTES ? content : null
  const host = hostIn(target.headers)
  const connections = new Connections({
    origin: target.origin,
    limit: options.connections,
    answersHead: target.method === 'HEAD',
    clock,
    body,
    limited: (lacking, open) => meter.limited?.(lacking, open),
    ...(options.fresh === undefined ? {} : { fresh: options.fresh }),
    ...(options.connector === undefined ? {} : { connector: options.connector }),
    ...(target.address === undefined ? {} : { address: target.address }),
    ...(host === undefined ? {} : { host }),
  })
  const bytesIn = (session: string | undefined) => requestBytes(target, session, options.fresh === true, content)
  let bytesOf = bytesIn(options.session)
  const context: CallContext = {
    bytesOf: request => bytesOf(request),
    bodyIsSound: bodyCheck(target),
    allowsRedirects: target.allowsRedirects,
    ...{ keepsBodies, meter, clock, wallMs, headersTimeoutMs, bodyTimeoutMs },
  }
  return {
    send(request, done) {
      const call = new Call(context, request, done)
      connections.submit(call)
      call.wait()
      return () => call.cancel()
    },
    open: count => connections.open(count),
    limitTo: count => connections.limitTo(count),
    enter(session) {
      bytesOf = bytesIn(session)
    },
    close: async () => connections.close(),
  }
}

/**
 * Writes requests, of which only path, key and attempt differ. The first try is known by the absence of `X-Chaos-Attempt`:
 * one header less to check in nearly every request. A small body comes along as it is, a byte by character.
 */
function requestBytes(
  { method, origin, headers, path }: Target,
  session: string | undefined,
  fresh: boolean,
  body: Buffer,
): CallContext['bytesOf'] {
  const lines: string[] = headers.flatMap((name, index) =>
    index % 2 === 0 ? `${name}: ${headers[index + 1]}\r\n` : [],
  )
  if (hostIn(headers) === undefined) lines.unshift(`host: ${new URL(origin).host}\r\n`)
  if (session !== undefined) lines.push(`x-chaos-session: ${session}\r\n`)
  if (body.length > 0 || !WITHOUT_BODY.includes(method)) lines.push(`content-length: ${body.length}\r\n`)
  const beforePath = `${method} `
  const afterPath = ` HTTP/1.1\r\n${lines.join('')}connection: ${fresh ? 'close' : 'keep-alive'}\r\nx-chaos-key: `
  const end = `\r\n\r\n${body.length > MAX_COPIED_BYTES ? '' : body.toString('latin1')}`
  return ({ key, attempt, code }) => {
    const again = attempt === 0 ? '' : `\r\nx-chaos-attempt: ${attempt}`
    return beforePath + path(code) + afterPath + key + again + end
  }
}

/** A body of so many bytes at the most is copied for each request; one that is larger is written from where it lies. */
const MAX_COPIED_BYTES = 16_384
const EMPTY = Buffer.alloc(0)

/** The host that the headers name, if they do. */
function hostIn(headers: readonly string[]): string | undefined {
  return headers.find((_, index) => index % 2 === 1 && headers[index - 1]?.toLowerCase() === 'host')
}

/** Methods that say nothing of a body where there is none (RFC 9110, 8.6). */
const WITHOUT_BODY = ['GET', 'HEAD', 'OPTIONS', 'TRACE', 'CONNECT']

/** The last sound body of each code is kept, because an answer equal to it need not be parsed again. */
function bodyCheck(target: Target): CallContext['bodyIsSound'] {
  const known = new Map<string, AnswerHead & { readonly body: Buffer }>()
  return (code, head, body) => {
    const last = known.get(code)
    if (last && isSame(last, head) && last.body.equals(body)) return true
    if (!isSoundBody(head, body, target)) return false
    const { status, contentType, encoded } = head
    if (last || known.size < MAX_KNOWN_BODIES) {
      known.set(code, { status, contentType, encoded, body: Buffer.from(body) })
    }
    return true
  }
}

function isSame(a: AnswerHead, b: AnswerHead): boolean {
  return a.contentType === b.contentType && a.status === b.status && a.encoded === b.encoded
}

const MAX_KNOWN_BODIES = 1_000
