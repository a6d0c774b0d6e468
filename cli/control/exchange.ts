/** One request to a control plane and its answer, which commands no terminal and is no larger than any of a flaky catalog's. */

import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import { ownLimit } from '../../server/lib/own-limit.ts'
import { UserError } from '../../server/lib/user-error.ts'
import { EXIT } from '../io.ts'
import { sanitized } from './sanitize.ts'

export interface ControlRequest {
  /** The base URL of the server. */
  readonly url: URL
  readonly method: string
  readonly path: string
  readonly session?: string | undefined
  readonly token?: string | undefined
  /** Sent as JSON. */
  readonly body?: unknown
  /** Gives up a GET. */
  readonly signal?: AbortSignal | undefined
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

const PATIENCE_MS = 5_000
/** A hundred kept runs with the longest names in short. */
const MAX_BYTES = 8_000_000

/** @throws {UserError} with code 3 where nothing answers, or more than can be meant */
export function exchange({ url, method, path, session, token, body, signal }: ControlRequest): Promise<Reply> {
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
    const fail = (error: Error) => reject(unreachable(url, error))
    const givenUp = method === 'GET' && signal ? { signal } : {}
    const call = open(target, { method, headers, agent: false, timeout: PATIENCE_MS, ...givenUp }, answer => {
      const chunks: Buffer[] = []
      let bytes = 0
      answer.on('data', (chunk: Buffer) => {
        bytes += chunk.length
        if (bytes > MAX_BYTES) answer.destroy(new Error('it answers without an end'))
        else chunks.push(chunk)
      })
      answer.on('error', fail)
      answer.on('end', () => {
        resolve({
          status: answer.statusCode ?? 0,
          type: answer.headers['content-type'] ?? '',
          challenge: answer.headers['www-authenticate'] ?? '',
          body: parsed(Buffer.concat(chunks).toString('utf8')),
        })
      })
    })
    call.on('error', fail)
    call.on('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)))
    call.end(payload)
  })
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
  return String(detail ?? title ?? `status ${status}`)
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** A document that nests too deep to be walked is no document of a flaky catalog either. */
function parsed(text: string): unknown {
  try {
    return sanitized(JSON.parse(text))
  } catch {
    return null
  }
}
