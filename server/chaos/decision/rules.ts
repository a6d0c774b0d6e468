/** Rules: which requests a rate of its own applies to. */

import type { Rule, Settings } from '../settings/schema.ts'
import { type Mix, mixOf } from './fault-picker.ts'
import type { Visit } from './request-record.ts'
import type { Memory, Tally } from './rule-state.ts'

/** What a rule may look at beside the visit; an `IncomingMessage` is one. */
export interface Peer {
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly socket: { readonly remoteAddress?: string | undefined }
}

/** A rule ready to be asked. */
export interface Tier {
  readonly id: string
  readonly rate: number
  readonly mix: Mix
  matches(visit: Visit, peer: Peer): boolean
}

/** Compiles the rules of a document, in their order. */
export function tiersOf(settings: Settings, memory: Memory): readonly Tier[] {
  return settings.rules.map(rule => ({
    id: rule.id,
    rate: rule.rate,
    mix: mixOf(rule.faults ?? settings.faults, rule.id, memory),
    matches: limited(rule, memory.tally(rule), matcher(rule)),
  }))
}

type Matches = Tier['matches']

function matcher({ match }: Rule): Matches {
  const codes = match.code && new Set(match.code)
  const routes = match.route && new Set(match.route)
  const sessions = match.session && new Set(match.session)
  const headers = Object.entries(match.header ?? {}).map(([name, value]) => ({ name: name.toLowerCase(), value }))
  return (visit, peer) => {
    if (codes && !codes.has(visit.code)) return false
    if (routes && !routes.has(visit.route)) return false
    if (sessions && !sessions.has(visit.session)) return false
    return headers.every(({ name, value }) => {
      const sent = Object.hasOwn(peer.headers, name) ? peer.headers[name] : undefined
      return sent !== undefined && (value === '*' || String(sent) === value)
    })
  }
}

/** Narrows a matcher to the first n, or every nth, of what it matches. */
function limited({ limit }: Rule, tally: Tally, matches: Matches): Matches {
  if (!limit) return matches
  const takes = 'first' in limit ? () => tally.seen <= limit.first : () => tally.seen % limit.every === 0
  return (visit, peer) => {
    if (!matches(visit, peer)) return false
    tally.seen += 1
    return takes()
  }
}
