/** Rules: which requests a rate of its own applies to. */

import type { Rule, Settings } from '../settings/schema.ts'
import { bucketPicker, type FaultPicker } from './fault-picker.ts'
import type { RequestContext, RequestRecord } from './request-record.ts'
import type { MatchCount, RuleState } from './rule-state.ts'

/** A rule ready to be asked. */
export interface CompiledRule {
  readonly id: string
  readonly rate: number
  readonly pickFault: FaultPicker
  matches(record: RequestRecord, context: RequestContext): boolean
}

/** Compiles the rules of a document, in their order. */
export function compileRules(settings: Settings, ruleState: RuleState): readonly CompiledRule[] {
  return settings.rules.map(rule => ({
    id: rule.id,
    rate: rule.rate,
    pickFault: bucketPicker(rule.faults ?? settings.faults, rule.id, ruleState),
    matches: rule.limit ? limited(rule.limit, ruleState.matchCount(rule), matcherOf(rule)) : matcherOf(rule),
  }))
}

type Matches = CompiledRule['matches']

/** Sessions that inherit a rule share its matcher. */
const matchers = new WeakMap<Rule, Matches>()

function matcherOf(rule: Rule): Matches {
  let matches = matchers.get(rule)
  if (!matches) {
    matches = matcher(rule)
    matchers.set(rule, matches)
  }
  return matches
}

function matcher({ match }: Rule): Matches {
  const codes = match.code && new Set(match.code)
  const routes = match.route && new Set<string>(match.route)
  const sessions = match.session && new Set(match.session)
  const headers = Object.entries(match.header ?? {}).map(([name, value]) => ({ name: name.toLowerCase(), value }))
  return (record, context) => {
    if (codes && !codes.has(record.code)) return false
    if (routes && !routes.has(record.route)) return false
    if (sessions && !sessions.has(record.session)) return false
    return headers.every(({ name, value }) => {
      const sent = context.header(name)
      return sent !== undefined && (value === '*' || sent === value)
    })
  }
}

/** Narrows a matcher to the first n, or every nth, of what it matches. */
function limited(limit: NonNullable<Rule['limit']>, matchCount: MatchCount, matches: Matches): Matches {
  const takes = 'first' in limit ? () => matchCount.seen <= limit.first : () => matchCount.seen % limit.every === 0
  return (record, context) => {
    if (!matches(record, context)) return false
    matchCount.seen += 1
    return takes()
  }
}
