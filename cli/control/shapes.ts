/** What the documents of a control plane must hold for the command line to read them: a server may be anybody's, or another version. */

/** Kinds of members; a question mark lets one be left out or null. */
type Kind = 'text' | 'number' | 'record' | 'list' | 'texts' | 'counts'
/** Members with their kinds, those of members in turn, or the shape of each element of a list. */
export type Shape = { readonly [member: string]: Kind | `${Kind}?` | Shape | readonly [Shape] }

const SCENARIO_LOAD = { timeout: 'text', retries: 'number', arms: 'texts', codes: 'texts?', rate: 'number?' } as const
const SCENARIO_TIMES = {
  requests: 'number?',
  concurrency: 'number?',
  every: 'text?',
  duration: 'text?',
} as const
const LOAD: Shape = { ...SCENARIO_LOAD, ...SCENARIO_TIMES }
const TROUBLE: readonly [Shape] = [{ fromMs: 'number', toMs: 'number', what: 'text' }]
const SCENARIO: Shape = { name: 'text', title: 'text', about: 'text', load: LOAD }

export const HELLO: Shape = {
  name: 'text',
  version: 'text',
  session: 'text',
  clockMs: 'number',
  settings: 'record',
  provenance: 'record',
}
export const STATS: Shape = { requests: 'number', inFlight: 'number', outcomes: 'counts' }
export const SESSION_MADE: Shape = { id: 'text', name: 'text?', clockMs: 'number', instance: 'text?', key: 'text?' }
export const SESSIONS: Shape = {
  sessions: [
    { id: 'text', clockMs: 'number', arrivals: 'number', inFlight: 'number', scenario: 'text?', instance: 'text?' },
  ],
}
export const SCENARIOS: Shape = { scenarios: [{ ...SCENARIO, lastsMs: 'number' }] }
export const SCENARIO_WHOLE: Shape = {
  scenario: { ...SCENARIO, timeline: [{}], expect: 'texts' },
  lastsMs: 'number',
  trouble: TROUBLE,
}
export const SCENARIO_RUN: Shape = {
  id: 'text',
  scenario: 'text',
  session: 'text',
  atMs: 'number',
  lastsMs: 'number',
  trouble: TROUBLE,
}
export const SCENARIO_RUNS: Shape = { runs: [SCENARIO_RUN] }

export const CHALLENGE: Shape = {
  ...{ id: 'text', session: 'text', phase: 'text', exam: 'text?', says: 'text', asks: 'text', grades: 'record' },
  report: [{ title: 'text', grade: 'text?', atMs: 'number?', says: 'text', reference: 'text', change: 'text' }],
}

export const CHALLENGES: Shape = {
  challenges: [{ id: 'text', session: 'text', name: 'text', phase: 'text', endedAt: 'text?', grades: 'record' }],
}

/** Where a document is not of a shape, as a JSON pointer; null where it is. */
export function flawOf(document: unknown, shape: Shape, at = ''): string | null {
  if (!isRecord(document)) return at || '/'
  for (const [member, kind] of Object.entries(shape)) {
    const flaw = memberFlaw(document[member], kind, `${at}/${member}`)
    if (flaw !== null) return flaw
  }
  return null
}

function memberFlaw(value: unknown, kind: Shape[string], at: string): string | null {
  if (typeof kind === 'string') return isOf(value, kind) ? null : at
  if (!isList(kind)) return flawOf(value, kind, at)
  if (!Array.isArray(value)) return at
  for (const [index, element] of value.entries()) {
    const flaw = flawOf(element, kind[0], `${at}/${index}`)
    if (flaw !== null) return flaw
  }
  return null
}

function isList(kind: Shape | readonly [Shape]): kind is readonly [Shape] {
  return Array.isArray(kind)
}

function isOf(value: unknown, kind: Kind | `${Kind}?`): boolean {
  if (kind.endsWith('?') && (value === undefined || value === null)) return true
  switch (kind.replace('?', '')) {
    case 'text':
      return typeof value === 'string'
    case 'number':
      return typeof value === 'number'
    case 'list':
      return Array.isArray(value)
    case 'texts':
      return Array.isArray(value) && value.every(each => typeof each === 'string')
    case 'counts':
      return isRecord(value) && Object.values(value).every(each => typeof each === 'number')
    default:
      return isRecord(value)
  }
}

export function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
