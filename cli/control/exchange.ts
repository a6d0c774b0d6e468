/** One request to a control plane and its answer, which commands no terminal and is no larger than any of a flaky catalog's. */

import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { type Clock, systemClock } from '../../server/lib/clock.ts'
import { ownLimit } from '../../server/lib/own-limit.ts'
import { UserError } from '../../server/lib/user-error.ts'
import { EXIT } from '../io.ts'
import { sanitized } from './sanitize.ts'
import { isRecord } from './shapes.ts'

export interface ControlRequest {
  /** The base URL of the server. */
  readonly url: URL
  readonly method: string
  readonly path: string
  readonly session?: string | undefined
  readonly token?: string | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Gives up a GET at once, and a change soon: it may be what puts things back. */
  readonly signal?: AbortSignal | undefined
  readonly clock?: Clock | undefined
}

export interface Reply {
  readonly status: number
  /** The media type; empty where none is named. */
  readonly type: string
  /** How the server wants to be told who asks; empty where it does not say. */
  readonly challenge: string
  /** Null for what is no JSON. */
  readonly body: unknown
}

/** How long a server may be silent. */
const PATIENCE_MS = 5_000
/** How long an exchange may take as a whole, however busy the server makes itself with it. */
export const EXCHANGE_MS = 10_000
/** How long a change may still take when its user wants to stop. */
export const STOPPING_MS = 2_000
/** Characters of what a server says of an error. */
const MAX_SENTENCE = 1_000
/** A hundred kept runs with the longest names in short. */
const MAX_BYTES = 8_000_000

/** @throws {UserError} with code 3 where nothing answers, not in time, or more than can be meant */
export function exchange(asked: ControlRequest): Promise<Reply> {
  const { url, method, path, session, token, body, signal, clock = systemClock } = asked
  const target = new URL(path, url.origin)
  if (session !== undefined) target.searchParams.set('session', session)
  const payload = body === undefined ? undefined : JSON.stringify(body)
  const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
  const headers = {
    accept: 'application/json',
    'x-chaos-origin': 'cli',
    ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    ...(payload === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
  }
  const open = target.protocol === 'https:' ? requestHttps : requestHttp
  return new Promise((resolve, reject) => {
    let over = () => {}
    const fail = (error: Error) => {
      over()
      reject(unreachable(url, error))
    }
    const call = open(target, { method, headers, agent: false, timeout: PATIENCE_MS }, answer => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) answer.destroy(new Error('it answers without an end'))
        else chunks.push(chunk)
      })
      answer.on('error', fail)
      answer.on('end', () => {
        over()
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          challenge: answer.headers['www-authenticate'] ?? '',
          body: parsed(Buffer.concat(chunks).toString('utf8')),
        })
      })
    })
    // The look-up of a name goes on after this, and nobody waits for it.
    const giveUp = (why: string) => {
      const error = new Error(why)
      fail(error)
      call.destroy(error)
    }
    over = boundTime(clock, signal, method === 'GET' ? 0 : STOPPING_MS, giveUp)
    call.on('error', fail)
    call.on('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)))
    call.end(payload)
  })
}

/** Calls `giveUp` when the time of an exchange has run out, or `stoppingMs` after its user wants to stop; returns what ends that. */
function boundTime(clock: Clock, signal: AbortSignal | undefined, stoppingMs: number, giveUp: (why: string) => void) {
  let cancelStop = () => {}
  const cancelEnd = clock.after(EXCHANGE_MS, () => giveUp(`no whole answer within ${EXCHANGE_MS / 1_000} s`))
  const stop = () => {
    cancelStop = clock.after(stoppingMs, () => giveUp('stopped'))
  }
  if (signal?.aborted) stop()
  else signal?.addEventListener('abort', stop, { once: true })
  return () => {
    cancelEnd()
    cancelStop()
    signal?.removeEventListener('abort', stop)
  }
}

/** What to do where this machine has too few of something. */
const RAISE: Readonly<Record<string, string>> = {
  'open-files': 'raise the limit of open files, see ulimit -n',
  ports: 'its ports are in use, and free again in a minute',
  permission: 'a rule of this machine forbids it',
}

/** The sentence for a server that does not answer. */
export function unreachable(url: URL, error: unknown): UserError {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const lacking = error instanceof Error ? ownLimit(error) : null
  if (lacking !== null) {
    return new UserError(
      `this machine gives no further connection to ${url.origin} (${String(code)}): ${RAISE[lacking] ?? 'free some of them'}`,
      EXIT.unreachable,
    )
  }
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : sanitized(String(message || code || error))
  return new UserError(
    `cannot reach ${url.origin} (${why}): start the server with npx chaos serve, or name another with --url`,
    EXIT.unreachable,
  )
}

/** Whether a server asks for a token as a flaky catalog does. */
export function isChallenge({ status, type, challenge }: Reply): boolean {
  return status === 401 && /^bearer\b/i.test(challenge) && type.startsWith('application/problem+json')
}

/** What the server says of a status of 400 and above. */
export function sentence({ status, body }: Reply): string {
  const { detail, title } = isRecord(body) ? body : {}
  const said = [detail, title].find(text => typeof text === 'string' && text !== '')
  return said === undefined ? `status ${status}` : String(said).slice(0, MAX_SENTENCE)
}

/** A document that nests too deep to be walked is no document of a flaky catalog either. */
function parsed(text: string): unknown {
  try {
    return sanitized(JSON.parse(text))
  } catch {
    return null
  }
}
