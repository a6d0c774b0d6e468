/** Reads what the door asks of a request from its raw headers: a catalog that answers 20,000 a second parses none twice. */

import type { IncomingMessage } from 'node:http'

/** What stands in the headers. */
export interface Said {
  /** Every Host header, in lower case. */
  readonly hosts: string[]
  origin: string | null
  site: string | null
  type: string | null
  body: boolean
  /** `Access-Control-Request-Method`: the question of a browser before a request. */
  asks: boolean
}

/** One pass over the raw headers; names are told apart by their length first. */
export function read(rawHeaders: readonly string[]): Said {
  const said: Said = { hosts: [], origin: null, site: null, type: null, body: false, asks: false }
  for (let at = 0; at + 1 < rawHeaders.length; at += 2) {
    const name = rawHeaders[at] ?? ''
    const take = TAKE[name.length]
    if (take) take(said, name.toLowerCase(), rawHeaders[at + 1] ?? '')
  }
  return said
}

type Take = (said: Said, name: string, value: string) => void

const TAKE: Readonly<Record<number, Take>> = {
  4: (said, name, value) => {
    if (name === 'host') said.hosts.push(value.toLowerCase())
  },
  6: (said, name, value) => {
    if (name === 'origin') said.origin = value.toLowerCase()
  },
  12: (said, name, value) => {
    if (name === 'content-type') said.type = value
  },
  14: (said, name, value) => {
    if (name === 'sec-fetch-site') said.site = value.toLowerCase()
    else if (name === 'content-length' && Number(value) > 0) said.body = true
  },
  17: (said, name) => {
    if (name === 'transfer-encoding') said.body = true
  },
  29: (said, name) => {
    if (name === 'access-control-request-method') said.asks = true
  },
}

/** Whether a path belongs to the control plane: what the catalog, the page and the probes do not. */
export function isControl(path: string): boolean {
  return path.startsWith('/chaos') || path.startsWith('/runs')
}

/** Where a request goes: the path as it was sent, and what follows the question mark. */
export function targetOf({ url = '' }: IncomingMessage): { path: string; query: string } {
  const mark = url.indexOf('?')
  return mark < 0 ? { path: url, query: '' } : { path: url.slice(0, mark), query: url.slice(mark + 1) }
}
