/**
 * Recovery: how long after the end of the trouble the requests that are sent do as well again as before it. It goes by the
 * moment of sending, because an answer that comes late says nothing of the service as it is when it comes.
 */

import type { ArmResult, Recovery, RunEvent, Sent, Trouble, Unjudged } from '../result.ts'
import type { Interval } from './statistics.ts'

/** Width of one element of a series, in milliseconds. */
export const QUARTER_MS = 250

/** The steps in which recovery is measured, in milliseconds; a whole part of a quarter second. */
export const SENT_STEP_MS = 50

/** The name of this measure in a result; one without it counted answers by their end, against 95 % whatever was before. */
export const RECOVERY_MEASURE = 'sent'

/** The part of the level before the trouble that counts as well as all of it. */
const NEARLY = 0.95
/** So many standard deviations below it a share may lie by chance (one-sided 95 %). */
const CHANCE = 1.645
/** How long it has to go well to count, in milliseconds. */
export const PROOF_MS = 1_000
/** Requests before the trouble that it takes to know what is usual. */
const MIN_BEFORE = 50

/** What is known of a run beside its requests. */
export interface Surroundings {
  readonly trouble: Readonly<Trouble>
  /** The useful share that the settings alone promise, 0 to 1; null where nobody knows. */
  readonly promised: number | null
  /** Whether things are still worse than before the trouble when it is said to be over, because a change was never taken back. */
  readonly stays?: (spell: { readonly fromMs: number; readonly toMs: number }) => boolean
}

/** Outages that nobody asked of a run, those of the settings and those that somebody declared meanwhile, from what was seen of them. */
export function observedOutages(events: readonly RunEvent[], durationMs: number): Trouble {
  const outages: Trouble = []
  let begun: RunEvent | null = null
  for (const event of events) {
    if (event.what === 'outage-began' && event.source !== 'scenario') begun ??= event
    if (event.what !== 'outage-ended' || !begun) continue
    outages.push({ fromMs: begun.atMs, toMs: event.atMs, what: 'outage' })
    begun = null
  }
  const until = begun?.figures.untilMs
  if (begun) outages.push({ fromMs: begun.atMs, toMs: typeof until === 'number' ? until : durationMs, what: 'outage' })
  return outages
}

/** All spells of trouble that a result knows of: those of its plan, and those that were seen. */
export function knownTrouble({ trouble, events = [], load }: Pick<Unjudged, 'trouble' | 'events' | 'load'>): Trouble {
  return [...trouble, ...observedOutages(events, load.durationMs)]
}

/** The spells of trouble in the order of time; those that overlap or touch are one. */
export function spellsOf(trouble: Readonly<Trouble>): { fromMs: number; toMs: number }[] {
  const spells: { fromMs: number; toMs: number }[] = []
  for (const { fromMs, toMs } of trouble.toSorted((a, b) => a.fromMs - b.fromMs)) {
    const last = spells.at(-1)
    if (last && fromMs <= last.toMs) last.toMs = Math.max(last.toMs, toMs)
    else spells.push({ fromMs, toMs })
  }
  return spells
}

/**
 * One element a spell of trouble. `sent` is in steps of SENT_STEP_MS. Recovered is from the first step after the spell at
 * which the requests of the next quarter second, those of the next second, and all of those up to the next spell or the end are
 * useful as often as those before the first spell, less 5 % of that or what chance may do. Where too few were sent before, the settings say how often. False
 * where it never came to that; null where less than a second is left, or nobody knows what is usual.
 */
export function recoveries(sent: Sent, { trouble, promised, stays = () => false }: Surroundings): Recovery[] {
  const spells = spellsOf(trouble)
  const [first] = spells
  const lastMs = sent.length * SENT_STEP_MS
  if (!first || lastMs === 0) return []
  const countWithin = counter(sent)
  const before = countWithin(0, first.fromMs)
  const known = before.requests >= MIN_BEFORE
  const level = known ? before.useful / before.requests : promised
  const chance = known ? 1 / before.requests : 0
  return spells.map(({ fromMs, toMs }, index): Recovery => {
    const unclear = { fromMs, toMs, recovered: null, ms: null, level }
    const untilMs = Math.min(lastMs, spells[index + 1]?.fromMs ?? lastMs)
    const begin = Math.ceil(Math.max(0, toMs) / SENT_STEP_MS) * SENT_STEP_MS
    if (level === null || begin + PROOF_MS > untilMs || stays({ fromMs, toMs })) return unclear
    const isAsGood = (from: number, to: number) => {
      const { requests, useful } = countWithin(from, to)
      const margin = CHANCE * Math.sqrt(level * (1 - level) * (1 / Math.max(1, requests) + chance))
      return requests > 0 && useful >= Math.min(NEARLY * level, level - margin) * requests - 1e-9
    }
    for (let at = begin; at + PROOF_MS <= untilMs; at += SENT_STEP_MS) {
      // An empty step proves nothing: recovery begins with a request.
      if (!sent[at / SENT_STEP_MS]?.requests) continue
      if (![at + QUARTER_MS, at + PROOF_MS, untilMs].every(to => isAsGood(at, to))) continue
      const waited = countWithin(begin, at).requests > 0
      return { fromMs, toMs, recovered: true, ms: waited ? at - toMs : 0, level }
    }
    const { requests } = countWithin(begin, untilMs)
    // What does well at the very end may be back, and nobody can prove it.
    const well = isAsGood(untilMs - QUARTER_MS, untilMs)
    return requests === 0 || well ? unclear : { ...unclear, recovered: false }
  })
}

/** What a result says of all spells together: the longest recovery; false where one never came, null where none is known. */
export function recovery(all: readonly Recovery[]): Pick<ArmResult, 'recoveryMs' | 'recovered'> {
  if (all.some(({ recovered }) => recovered === false)) return { recoveryMs: null, recovered: false }
  const known = all.flatMap(({ ms }) => ms ?? [])
  return known.length === 0
    ? { recoveryMs: null, recovered: null }
    : { recoveryMs: Math.max(...known), recovered: true }
}

/**
 * When the circuit first opened once there was trouble, in milliseconds from the beginning of the spell that it opened in
 * (of the run where no trouble is known); 0 where it was open already, null where it never opened. That it opens again after
 * a probe is no opening of its own.
 */
export function timeToOpen(states: ArmResult['states'], trouble: Readonly<Trouble>): number | null {
  const [first, ...others] = spellsOf(trouble)
  if (!first) return states.find(({ state }) => state === 'open')?.atMs ?? null
  const meanwhile = states.findLast(({ atMs }) => atMs < first.fromMs)?.state
  if (meanwhile === 'open' || meanwhile === 'half-open') return 0
  const opening = states.find(
    ({ state, atMs }, index) => state === 'open' && atMs >= first.fromMs && states[index - 1]?.state !== 'half-open',
  )
  if (!opening) return null
  return opening.atMs - ([first, ...others].findLast(({ fromMs }) => fromMs <= opening.atMs)?.fromMs ?? 0)
}

/** Counts requests and useful ones between two moments; steps that these cut are left out. */
function counter(sent: Sent): (fromMs: number, toMs: number) => { requests: number; useful: number } {
  const sums = [{ requests: 0, useful: 0 }]
  for (const { requests, useful } of sent) {
    const last = sums.at(-1) ?? { requests: 0, useful: 0 }
    sums.push({ requests: last.requests + requests, useful: last.useful + useful })
  }
  return (fromMs, toMs) => {
    const last = Math.max(0, Math.min(sent.length, Math.floor(toMs / SENT_STEP_MS)))
    const first = Math.max(0, Math.min(last, Math.ceil(fromMs / SENT_STEP_MS)))
    const [from, to] = [sums[first], sums[last]]
    return { requests: (to?.requests ?? 0) - (from?.requests ?? 0), useful: (to?.useful ?? 0) - (from?.useful ?? 0) }
  }
}

/** Whether a moment lies after a spell of trouble and before the next, for moments in milliseconds from the start. */
export function afterTrouble(trouble: Readonly<Trouble>): (ms: number) => boolean {
  const spells: Interval[] = spellsOf(trouble).map(({ fromMs, toMs }) => [fromMs, toMs])
  return ms => spells.some(([, to]) => to <= ms) && !spells.some(([from, to]) => from <= ms && ms < to)
}
