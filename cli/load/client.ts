/** The innermost Send: carries requests to the upstream over HTTP and classifies every way in which that fails. */

import type { Dispatcher } from 'undici'
import type { Clock } from '../../server/lib/clock.ts'
import type { Outgoing, Send } from '../policy/send.ts'
import { Call, type CallContext, type Meter } from './call.ts'
import { type AnswerHead, isSoundBody } from './classify.ts'
import { Connections, type Connector } from './connections.ts'
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
  const connections = new Connections({
    origin: target.origin,
    limit: options.connections,
    clock,
    limited: (lacking, open) => meter.limited?.(lacking, open),
    ...(options.fresh === undefined ? {} : { fresh: options.fresh }),
    ...(options.connector === undefined ? {} : { connector: options.connector }),
    ...(target.address === undefined ? {} : { address: target.address }),
  })
  const headersIn = (session: string | undefined) =>
    session === undefined ? target.headers : [...target.headers, 'x-chaos-session', session]
  let fixed = headersIn(options.session)
  const context: CallContext = {
    options: request => dispatchOptions(target, fixed, request),
    bodyIsSound: bodyCheck(target),
    textOf: steadyText(),
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
      fixed = headersIn(session)
    },
    close: () => connections.close(),
  }
}

/** The first try is known by the absence of `X-Chaos-Attempt`: one header less to check in nearly every request. */
function dispatchOptions(target: Target, fixed: readonly string[], request: Outgoing): Dispatcher.DispatchOptions {
  const { key, attempt, code } = request
  const headers =
    attempt === 0 ? [...fixed, 'x-chaos-key', key] : [...fixed, 'x-chaos-key', key, 'x-chaos-attempt', String(attempt)]
  return { path: target.path(code), method: target.method, headers, body: target.body } as Dispatcher.DispatchOptions
}

/** Reads the values of a header that hardly ever changes. */
function steadyText(): CallContext['textOf'] {
  let last = Buffer.alloc(0)
  let text = ''
  return value => {
    if (!last.equals(value)) {
      last = Buffer.from(value)
      text = value.toString('latin1')
    }
    return text
  }
}

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
