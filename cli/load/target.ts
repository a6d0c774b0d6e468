/** What a run fires at: a catalog, or any other URL. */

import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'
import { withoutBrackets } from '../../server/lib/hostname.ts'
import type { Result } from '../report/result.ts'

export interface Target {
  /** What was typed, for titles and results. */
  readonly url: string
  readonly origin: string
  /** An address that answered, used for every connection; undefined where the name is to be asked for each time. */
  readonly address?: string | undefined
  readonly method: string
  /** Names and values in turns. */
  readonly headers: readonly string[]
  readonly body: string | Buffer | null
  /** An answer that is not JSON is broken. */
  readonly expectsJson: boolean
  /** A redirect is an answer like another; else it is a failure. */
  readonly allowsRedirects: boolean
  /** The path of a request for `code`. */
  path(code: string): string
  /** The request in words of the result document. */
  describe(codes: readonly string[]): NonNullable<Result['request']>
}

/** What a request carries beside its URL. */
export interface RequestParts {
  readonly method?: string
  /** Names and values in turns. */
  readonly headers?: readonly string[]
  readonly body?: string | Buffer | null
  readonly allowsRedirects?: boolean
}

/** The catalog below `base`, such as `http://127.0.0.1:8000`: a code is asked for at `/catalogs/{code}`. */
export function catalogTarget(base: URL, parts: RequestParts = {}): Target {
  return target(base.href.replace(/\/+$/, ''), '/catalogs/{code}', parts, true)
}

/** One URL, exactly as it is; `{code}` in its path stands for the next of the codes. */
export function urlTarget(url: URL, parts: RequestParts = {}): Target {
  const below = `${url.pathname}${url.search}`.replaceAll('%7Bcode%7D', '{code}')
  const all = { ...parts, headers: [...credentials(url, parts.headers ?? []), ...(parts.headers ?? [])] }
  return below.includes('{code}') ? target(url.origin, below, all, false) : target(url.origin + below, '', all, false)
}

/** The name and the password of a URL as a header (RFC 7617), unless there is such a header already. */
function credentials({ username, password }: URL, headers: readonly string[]): readonly string[] {
  if (username === '' && password === '') return []
  if (headers.some((name, index) => index % 2 === 0 && name.toLowerCase() === 'authorization')) return []
  const pair = `${decoded(username)}:${decoded(password)}`
  return ['authorization', `Basic ${Buffer.from(pair).toString('base64')}`]
}

/** A percent sign that encodes nothing stands for itself. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text)
  } catch {
    return text
  }
}

/** `below` is what comes after `url` in the URL of a request. */
function target(url: string, below: string, parts: RequestParts, expectsJson: boolean): Target {
  const { method = 'GET', headers = [], body = null, allowsRedirects = false } = parts
  const { origin, pathname, search } = new URL(url)
  const before = below === '' ? `${pathname}${search}` : pathname.replace(/\/+$/, '')
  const known = new Map<string, string>()
  return {
    url,
    origin,
    method,
    headers,
    body,
    expectsJson,
    allowsRedirects,
    path(code) {
      let path = known.get(code)
      if (path === undefined) {
        path = before + below.replaceAll('{code}', encodeURIComponent(code))
        if (known.size < MAX_KNOWN_PATHS) known.set(code, path)
      }
      return path
    },
    describe: codes => ({
      method,
      path: below,
      codes: [...codes],
      headers: Object.fromEntries(pairs(headers)),
      body: body === null ? null : body.toString(),
      expectsJson,
    }),
  }
}

const MAX_KNOWN_PATHS = 1_000

function pairs(headers: readonly string[]): [string, string][] {
  return headers.flatMap((name, index) =>
    index % 2 === 0 ? [[name, headers[index + 1] ?? ''] as [string, string]] : [],
  )
}

/**
 * The addresses of `url`. A name such as `localhost` can stand for ::1 and 127.0.0.1.
 * @throws the error of the lookup
 */
export async function addressesOf(url: URL): Promise<string[]> {
  const found = await lookup(withoutBrackets(url.hostname), { all: true })
  return found.map(({ address }) => address)
}

/**
 * The first of the addresses that takes a connection at the port of `url`: found once, the thousands of connections of a
 * run need not try the others.
 * @throws the error of the last connection
 */
export async function reachableAddress(url: URL, addresses: readonly string[]): Promise<string> {
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  let last: unknown = new Error(`${url.hostname} has no address`)
  for (const address of addresses) {
    try {
      await tryConnection(address, port)
      return address
    } catch (error) {
      last = error
    }
  }
  throw last
}

const CONNECT_TIMEOUT_MS = 5_000

function tryConnection(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: CONNECT_TIMEOUT_MS })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
    socket.once('error', reject)
  })
}
