/** What a run fires at: a catalog, or any other URL. */

import { lookup } from 'node:dns/promises'
import { connect } from 'node:net'

export interface Target {
  /** What was typed, for titles and results. */
  readonly url: string
  readonly origin: string
  /** An address that answered, used for every connection; undefined where the name itself is one. */
  readonly address?: string | undefined
  readonly method: string
  /** Names and values in turns. */
  readonly headers: readonly string[]
  readonly body: string | Buffer | null
  /** An answer that is not JSON is broken. */
  readonly expectsJson: boolean
  /** The path of a request for `code`. */
  path(code: string): string
}

/** The catalog below `base`, such as `http://127.0.0.1:8000`: a code is asked for at `/catalogs/{code}`. */
export function catalogTarget(base: URL): Target {
  const prefix = base.pathname.replace(/\/+$/, '')
  return {
    url: base.href.replace(/\/$/, ''),
    origin: base.origin,
    method: 'GET',
    headers: [],
    body: null,
    expectsJson: true,
    path: code => `${prefix}/catalogs/${encodeURIComponent(code)}`,
  }
}

/** Whether `hostname` can only be this machine. */
export function isLoopback(hostname: string): boolean {
  const name = hostname.replace(/^\[|\]$/g, '').toLowerCase()
  return name === 'localhost' || name.endsWith('.localhost') || name === '::1' || /^127\.\d+\.\d+\.\d+$/.test(name)
}

/**
 * The first address of `url` that takes a connection. A name such as `localhost` can stand for ::1 and 127.0.0.1
 * while the server listens on one of them; found once, the thousands of connections of a run need not try both.
 * @throws the error of the lookup or of the last connection
 */
export async function reachableAddress(url: URL): Promise<string> {
  const hostname = url.hostname.replace(/^\[|\]$/g, '')
  const port = Number(url.port) || (url.protocol === 'https:' ? 443 : 80)
  let last: unknown
  for (const { address } of await lookup(hostname, { all: true })) {
    try {
      await knock(address, port)
      return address
    } catch (error) {
      last = error
    }
  }
  throw last
}

const KNOCK_MS = 5_000

function knock(host: string, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host, port, timeout: KNOCK_MS })
    socket.once('connect', () => {
      socket.destroy()
      resolve()
    })
    socket.once('timeout', () => socket.destroy(Object.assign(new Error('no answer'), { code: 'ETIMEDOUT' })))
    socket.once('error', reject)
  })
}
