/** What a reader must know to trust the figures of a run: who was late, who was gone, what was not found or not seen. */

import { ARM_OUTCOMES } from '../../../server/runs/counters.ts'
import type { ArmResult, Figures, Message, Unjudged } from '../result.ts'
import { foundNothing, notFound, openedAt, total } from '../stats/figures.ts'
import { PROOF_MS, QUARTER_MS } from '../stats/recovery.ts'
import { connectionNotes, redirectNote } from './connection-notes.ts'
import { predictionNotes } from './prediction.ts'
import { english, type Words } from './words.ts'

type Load = Unjudged['load']

/** The share of the last failures that must be refused connections before a server counts as gone. */
const NEARLY_ALL = 0.8

/** How long the generator must have stood still to be the one to blame, in milliseconds. */
const STILL_MS = 10

/** How long after the trouble a run has to last for its return to be seen, in milliseconds. */
const AFTERWARDS_MS = 2_000

/** More requests than this are no advice: a shorter outage is. */
export const MAX_ADVISED_REQUESTS = 20_000

/** All notes on a result, a sentence or two each. */
export function notes(result: Unjudged, words: Words = english): string[] {
  const { load, arms } = result
  const all = [
    load.late > 0 ? lateNote(load) : null,
    load.schedule?.kind === 'closed' && arms.length > 1 ? { code: 'note.closed-loop', figures: {} } : null,
    commonNote(result),
    ...connectionNotes(result),
    redirectNote(result),
    pairingNote(result),
    rateLimitNote(result),
    windowNote(result),
    notFoundNote(result),
    goneNote(result),
    unfinishedNote(result),
    ...spreadNotes(result),
    ...otherDaysNotes(result),
    ...predictionNotes(result),
  ]
  return all.flatMap(note => (note ? words(note.code, note.figures) : []))
}

function lateNote({ late, lagMs, eventLoopMs }: Load): Message {
  const stillMs = eventLoopMs?.max ?? 0
  return stillMs < STILL_MS
    ? { code: 'note.late', figures: { late, worstMs: lagMs.max } }
    : { code: 'note.late-and-still', figures: { late, worstMs: lagMs.max, stillMs } }
}

/** Which arms have latency differences over fewer requests than their columns show. */
function commonNote({ arms, differences = [] }: Unjudged): Message | null {
  const [first] = arms
  const fewer = differences.filter(({ compared = {}, latencyMs }, index) =>
    ARM_OUTCOMES.some(outcome => {
      const most = Math.max(first?.outcomes[outcome] ?? 0, arms[index + 1]?.outcomes[outcome] ?? 0)
      return latencyMs[outcome] !== undefined && (compared[outcome] ?? most) < most
    }),
  )
  return fewer.length === 0 ? null : { code: 'note.latency-common', figures: { arms: fewer.map(({ arm }) => arm) } }
}

/** Why the arms are not compared request by request, for all reasons that no other note gives and that have words. */
function pairingNote({ pairing }: Unjudged): Message | null {
  const because = (pairing?.because ?? []).filter(code => english.has(`unpaired.${code}`))
  return because.length === 0 ? null : { code: 'note.unpaired', figures: { because } }
}

/** That a token bucket decides by what was sent before, and so not alike for all arms, where the settings do not say so. */
function rateLimitNote({ arms, pairing }: Unjudged): Message | null {
  if (pairing?.because.includes('rate-limit')) return null
  const turned = arms.reduce((sum, { statuses }) => sum + (statuses?.['429'] ?? 0), 0)
  return arms.length > 1 && turned > 0 ? { code: 'note.rate-limited', figures: { turned } } : null
}

/** Engines that know windows of time only, beside circuits that go by calls. */
function windowNote({ conditions }: Unjudged): Message | null {
  const circuits = conditions?.circuits ?? []
  const byCalls = circuits.filter(({ options }) => options.windowMs === 0)
  const timed = byCalls.filter(({ engine }) => engine === 'opossum')
  if (timed.length === 0 || timed.length === byCalls.length) return null
  return { code: 'note.other-window', figures: { arms: timed.map(({ arm }) => arm) } }
}

function spreadNotes({ repeats = [] }: Unjudged): Message[] {
  if (repeats.length < 2) return []
  const names = repeats[0]?.arms.map(arm => arm.name) ?? []
  return names.map(name => {
    const own = repeats.flatMap(run => run.arms.filter(arm => arm.name === name))
    const [useful, wasted] = [own.flatMap(arm => arm.useful ?? []), own.map(arm => arm.wasted)]
    return { code: 'note.spread', figures: { runs: repeats.length, arm: name, useful, wasted } }
  })
}

/** What other days are like, of each arm against the first, and whether this run was like them. */
function otherDaysNotes({ otherDays, differences = [] }: Unjudged): Message[] {
  if (!otherDays) return []
  const { replicates: days, arms, basis = 'simulated', because = '' } = otherDays
  if (basis === 'none') return [{ code: 'note.other-days-none', figures: { because } }]
  if (arms.some(({ useful }) => useful === null)) return [{ code: 'note.other-days-few', figures: { days } }]
  const code = `note.other-days${basis === 'blocks' ? '-of-blocks' : ''}`
  const [first] = arms
  if (arms.length === 1 && first?.useful) {
    if (first.useful.low === first.useful.high) return []
    return [{ code: `${code}-one`, figures: { days, because, arm: first.name, ...first.useful } }]
  }
  const between = otherDays.differences.flatMap(({ arm, against, usefulPoints, wastedCalls }): Message[] => {
    if (!usefulPoints || !wastedCalls) return []
    // Where nothing differs on any day there is nothing to say of days.
    if ([usefulPoints, wastedCalls].every(({ low, high }) => low === 0 && high === 0)) return []
    const { mean, low, high } = usefulPoints
    const calls = { calls: wastedCalls.mean, callsLow: wastedCalls.low, callsHigh: wastedCalls.high }
    const here = differences.find(each => each.arm === arm)?.usefulPoints?.value ?? mean
    const unusual = here < low - ROUNDING || here > high + ROUNDING
    return [
      { code, figures: { days, because, arm, against, mean, low, high, ...calls } },
      ...(unusual ? [{ code: 'note.other-days-unlike', figures: { arm, here } }] : []),
    ]
  })
  const back = arms.flatMap(({ name, recoveryMs }): Message[] =>
    recoveryMs && recoveryMs.high > 0
      ? [{ code: 'note.other-days-recovery', figures: { arm: name, ...recoveryMs } }]
      : [],
  )
  return [...between, ...back]
}

/** Two shares of the same counts may differ by this much, in points. */
const ROUNDING = 1e-9

/** Whether all that an arm was answered was a 404. */
export function onlyNotFound(arm: ArmResult): boolean {
  return foundNothing(arm) && arm.outcomes.failed === 0
}

/** How many answers were a 404, of all arms together, and what was asked for; null where none was. */
function notFoundNote({ arms, request, target }: Unjudged): Message | null {
  const missed = arms.reduce((sum, arm) => sum + notFound(arm), 0)
  if (missed === 0) return null
  const answered = arms.reduce((sum, arm) => sum + arm.outcomes.success + (arm.failures.status ?? 0), 0)
  const answers = Math.max(missed, answered)
  const inPart = missed < answered ? '-in-part' : ''
  const figures = { missed, answers, target }
  if (!request?.expectsJson) return { code: 'note.not-found', figures: { ...figures, why: `address${inPart}` } }
  const { codes: asked } = request
  const named = asked.slice(0, 3).map(code => `"${code}"`)
  const codes = `${named.join(', ')}${asked.length > 3 ? ' …' : ''}`
  const why = asked.length === 1 ? 'code' : `codes${inPart}`
  return { code: 'note.not-found', figures: { ...figures, codes, why } }
}

/**
 * Since when nothing listened at the target, where an arm's failures after its last useful answer are refused
 * connections, nearly all of them; null where that is not so, or no answer ever came.
 */
export function goneNote({ arms, target }: Unjudged): Message | null {
  const gone = arms.flatMap(arm => goneSince(arm) ?? []).toSorted((a, b) => a.atMs - b.atMs)[0]
  return gone ? { code: 'note.gone', figures: { ...gone, target } } : null
}

function goneSince({ series, failures }: ArmResult): { atMs: number; calls: number } | null {
  const calls = failures.refused ?? 0
  const last = series.findLastIndex(quarter => quarter.success > 0)
  const after = series.slice(last + 1).reduce((sum, quarter) => sum + quarter.failed, 0)
  if (calls === 0 || last < 0 || after === 0 || calls < NEARLY_ALL * after) return null
  const around = after + (series[last]?.failed ?? 0)
  return calls <= around ? { atMs: (series[last]?.atMs ?? 0) + QUARTER_MS, calls } : null
}

/** Whether every request of the run left at the same moment. */
export function leftAtOnce({ load }: Pick<Unjudged, 'load'>): boolean {
  return (load.schedule?.kind ?? 'batches') === 'batches' && load.concurrency >= load.requests
}

/** Why a circuit that opened refused nothing; null where it never opened, or refused something. */
export function lateOpening({ load }: Pick<Unjudged, 'load'>, arm: ArmResult): Message | null {
  const atMs = openedAt(arm)
  if (atMs === null || arm.outcomes.shortCircuited > 0) return null
  const lastMs = lastStartMs(load)
  return lastMs !== null && lastMs <= atMs
    ? { code: 'circuit.opened-late', figures: { atMs, requests: total(arm.outcomes) } }
    : { code: 'circuit.met-no-call', figures: { atMs } }
}

/** The planned start of the last request, in milliseconds; null where the schedule does not say. */
function lastStartMs({ schedule, requests, concurrency, everyMs }: Load): number | null {
  if (!schedule || schedule.kind === 'batches') return (Math.ceil(requests / concurrency) - 1) * everyMs
  return schedule.kind === 'rate' ? ((requests - 1) / schedule.perSecond) * 1_000 : null
}

type Part = Pick<Unjudged, 'load' | 'trouble' | 'interrupted'>

/** Whether there was trouble and the run lasted long enough after it to see the useful answers come back. */
export function sawReturn({ arms, trouble }: Pick<Unjudged, 'arms' | 'trouble'>): boolean {
  const last = ({ recoveries, recovered }: ArmResult) => (recoveries?.length ? recoveries.at(-1)?.recovered : recovered)
  return trouble.length > 0 && arms.every(arm => last(arm) !== null)
}

/** When the last request was to leave, as far as the series tell. */
function sentUntilMs({ arms }: Pick<Unjudged, 'arms'>): number {
  return Math.min(...arms.map(({ sent = [] }) => sent.length * QUARTER_MS))
}

function unfinishedNote(result: Unjudged): Message | null {
  if (result.trouble.length === 0 || sawReturn(result)) return null
  const endsMs = Math.max(...result.trouble.map(({ toMs }) => toMs))
  if (result.recoveryMeasure !== undefined && sentUntilMs(result) >= endsMs + PROOF_MS) {
    return { code: 'note.return-unclear', figures: {} }
  }
  const enough = result.interrupted ? null : enoughRequests(result)
  return enough === null
    ? { code: 'note.unfinished', figures: unfinished(result) }
    : { code: 'note.unfinished-enough', figures: { ...unfinished(result), enough } }
}

/** When the run ended, and what that leaves unknown: the figures of `{when:unfinished}`. There must be trouble. */
export function unfinished({ load, trouble }: Part): Figures {
  const last = trouble.toSorted((a, b) => a.toMs - b.toMs).at(-1) ?? { fromMs: 0, toMs: 0, what: '' }
  const { fromMs: from, toMs: to, what } = last
  const ended = load.durationMs
  const when = ended <= from ? 'before' : ended <= to ? 'during' : 'too-soon'
  return { ended, from, to, what, kind: what === 'outage' ? 'outage' : 'other', when }
}

/** Requests an arm with which this schedule lasts long enough; null where that cannot be said, or is no advice. */
export function enoughRequests({ load, trouble }: Part): number | null {
  const untilMs = Math.max(...trouble.map(spell => spell.toMs)) + AFTERWARDS_MS
  const needed = requestsUntil(load, untilMs)
  return needed !== null && needed > load.requests && needed <= MAX_ADVISED_REQUESTS ? needed : null
}

function requestsUntil({ schedule, concurrency, everyMs }: Load, untilMs: number): number | null {
  switch (schedule?.kind ?? 'batches') {
    case 'batches':
      return everyMs > 0 ? concurrency * Math.ceil(untilMs / everyMs) : null
    case 'rate':
    case 'poisson':
      return schedule && 'perSecond' in schedule ? Math.ceil((schedule.perSecond * untilMs) / 1_000) : null
    default:
      return null
  }
}
