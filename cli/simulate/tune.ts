/**
 * Looks for the settings of an arm that are best on other days, by successive halving: all candidates are tried on a few days,
 * the better half on twice as many, and so on (Jamieson and Talwalkar, Non-stochastic Best Arm Identification, AISTATS 2016).
 * All candidates meet the same days, so that it is their differences that are measured. The few that come through are
 * measured on days of their own, which nobody was chosen by. What a trial is, the caller says.
 */

import type { CircuitOptions } from '../breaker/options.ts'
import { CIRCUITS, type ParsedArm, parseArm, withoutCircuit } from '../policy/parse.ts'
import { type ArmDay, predictionInterval } from '../report/stats/other-days.ts'
import {
  type Figure,
  type Gain,
  isClear,
  meanGain,
  type Objectives,
  paretoFront,
  type Trial,
  type Tuning,
} from '../report/stats/tune-result.ts'
import { candidatesOf, shorterArms } from './candidates.ts'

/** What is looked for. */
export interface Question {
  /** What it has written stays; the rest of its settings are looked for. */
  readonly arm: ParsedArm
  /** The expression of what they are compared with, beside none: the arm as it is. */
  readonly given: string
  /** Options of the circuits, where the arm says nothing. */
  readonly circuit: CircuitOptions
  readonly candidates: number
  /** So many come through. */
  readonly finalists: number
  /** On which these are measured. */
  readonly days: number
  /** So many wasted calls weigh as much as one useful answer. */
  readonly worth: number
  /** How long a call may take anyway. */
  readonly timeoutMs: number
  readonly seed: string
}

/** Days, by their numbers: those of the search, or those of the end. */
export interface Span {
  readonly of: 'search' | 'end'
  readonly from: number
  /** Not among them. */
  readonly to: number
}

/** What each arm comes to on each of the days, in order; null for an arm that the user stopped. */
export type Measure = (arms: readonly string[], span: Span) => Promise<(readonly ArmDay[] | null)[]>

/** What the work comes to, but for what the caller knows better. */
export type Answer = Pick<Tuning, 'interrupted' | 'candidates' | 'rounds' | 'days' | 'references' | 'trials'> & {
  readonly recommendation: Omit<NonNullable<Tuning['recommendation']>, 'live'> | null
}

export const FINALISTS = 16

/** Days of the first round; twice as many in each further one, up to the most. */
const FIRST_DAYS = 4
const MAX_SEARCH_DAYS = 64

/** How many candidates are tried on how many days each, round by round. */
export function roundsOf(candidates: number, finalists: number): Tuning['rounds'] {
  const rounds: Tuning['rounds'] = []
  let days = FIRST_DAYS
  for (let left = candidates; left > finalists; left = Math.max(finalists, Math.ceil(left / 2))) {
    rounds.push({ candidates: left, days })
    days = Math.min(MAX_SEARCH_DAYS, days * 2)
  }
  return rounds
}

/** Trials of one arm on one day that the whole work takes, for a progress bar. */
export function trialsOf({ candidates, finalists, days }: Pick<Question, 'candidates' | 'finalists' | 'days'>): number {
  let before = 0
  let trials = days * (Math.min(candidates, finalists) + MAX_REFERENCES + 1)
  for (const round of roundsOf(candidates, finalists)) {
    trials += (round.days - before) * (round.candidates + MAX_REFERENCES)
    before = round.days
  }
  return trials
}

const MAX_REFERENCES = 3

/** An arm and what it came to. */
interface Measured {
  readonly arm: string
  readonly days: readonly ArmDay[]
}

/** @throws what `measure` throws */
export async function tune(question: Question, measure: Measure): Promise<Answer> {
  const { arm, given, finalists, days, worth } = question
  const references = [...new Set(['none', withoutCircuit(arm).expression, given])]
  const candidates = candidatesOf(question)
  const search = await searchFor(references, candidates, question, measure)
  const answer = (known: readonly Measured[], kept: readonly Measured[], interrupted: boolean, best?: Measured) =>
    answerOf(question, { known, kept, interrupted, best }, { rounds: search.rounds, candidates: candidates.length })
  if (search.interrupted) return answer(search.references, search.kept.slice(0, finalists), true)

  const atEnd = async (arms: readonly string[]) => {
    const found = await measure(arms, { of: 'end', from: 0, to: days })
    return arms.flatMap((text, index): Measured[] => (found[index] ? [{ arm: text, days: found[index] }] : []))
  }
  const names = search.kept.map(each => each.arm)
  const all = [...new Set([...references, ...names])]
  const measured = await atEnd(all)
  if (measured.length < all.length) return answer(search.references, search.kept, true)
  const kept = measured.filter(each => names.includes(each.arm))
  const [best] = byScore(kept, worth)
  const plain = best && (await simplified(best, question, atEnd))
  if (!plain) return answer(measured, kept, false)
  const without = withoutBreaker(plain.arm)
  const isKnown = without === null || measured.some(each => each.arm === without)
  const more = isKnown ? [] : await atEnd([without])
  const trials = [plain, ...kept.filter(each => each.arm !== plain.arm)]
  return answer([...measured, ...more], trials, !isKnown && more.length === 0, plain)
}

/** The same arm without what makes no clear difference to it, parameter by parameter: what is left is what matters. */
async function simplified(
  best: Measured,
  { arm, circuit, worth }: Question,
  atEnd: (arms: readonly string[]) => Promise<Measured[]>,
): Promise<Measured> {
  let plain = best
  for (;;) {
    const shorter = await atEnd(shorterArms(plain.arm, { arm, circuit }))
    const asGood = shorter.filter(each => !isClear(gainOver(best, each, worth)))
    const [next] = byScore(asGood, worth)
    if (!next) return plain
    plain = next
  }
}

interface Found {
  readonly rounds: Tuning['rounds']
  readonly references: readonly Measured[]
  readonly kept: readonly Measured[]
  readonly interrupted: boolean
}

/** Halves the candidates until so many are left as are to come through. */
async function searchFor(
  references: readonly string[],
  candidates: readonly string[],
  { finalists, worth }: Question,
  measure: Measure,
): Promise<Found> {
  let [known, kept] = [references, candidates].map(arms => arms.map((arm): Measured => ({ arm, days: [] })))
  const rounds: Tuning['rounds'] = []
  for (const round of roundsOf(candidates.length, finalists)) {
    const before = rounds.at(-1)?.days ?? 0
    const others = (kept ?? []).filter(({ arm }) => !references.includes(arm))
    const asked = [...(known ?? []), ...others]
    const days = await measure(
      asked.map(({ arm }) => arm),
      { of: 'search', from: before, to: round.days },
    )
    const grown = asked.flatMap((each, index) => {
      const more = days[index]
      return more ? [{ arm: each.arm, days: [...each.days, ...more] }] : []
    })
    const interrupted = grown.length < asked.length
    // Of the first round there is something to show even where it was stopped.
    if (interrupted && before > 0)
      return { rounds, references: known ?? [], kept: byScore(kept ?? [], worth), interrupted }
    known = grown.filter(({ arm }) => references.includes(arm))
    kept = grown.filter(({ arm }) => candidates.includes(arm) && (kept ?? []).some(each => each.arm === arm))
    if (interrupted) return { rounds, references: known, kept: byScore(kept, worth), interrupted }
    rounds.push(round)
    kept = betterHalf(kept, Math.max(finalists, Math.ceil(round.candidates / 2)), worth)
  }
  return { rounds, references: known ?? [], kept: kept ?? [], interrupted: false }
}

/**
 * `count` of them, in their order: half of the places for the highest scores, the rest for what nothing else dominates, those that lie far
 * from others first (the crowding distance of NSGA-II: Deb et al., IEEE Transactions on Evolutionary Computation 6 (2002) 182-197).
 */
export function betterHalf<T extends Measured>(measured: readonly T[], count: number, worth: number): T[] {
  const taken = new Set(byScore(measured, worth).slice(0, Math.ceil(count / 2)))
  let left = measured.filter(each => !taken.has(each))
  while (taken.size < count && left.length > 0) {
    const points = objectivesOf(left)
    const front = paretoFront(points)
    const distances = crowding(front.map(index => points[index] as Objectives))
    const ranked = [...front.keys()].sort((a, b) => (distances[b] ?? 0) - (distances[a] ?? 0) || a - b)
    for (const place of ranked) {
      const each = left[front[place] ?? -1]
      if (each && taken.size < count) taken.add(each)
    }
    left = left.filter((_, index) => !front.includes(index))
  }
  return measured.filter(each => taken.has(each))
}

/** How far the neighbours of each point lie apart, by useful answers and by wasted calls; those at the ends lie farthest. */
function crowding(points: readonly Objectives[]): number[] {
  const distances = points.map(() => 0)
  for (const name of ['useful', 'wasted'] as const) {
    const order = [...points.keys()].sort((a, b) => (points[a]?.[name] ?? 0) - (points[b]?.[name] ?? 0) || a - b)
    const at = (place: number) => points[order[place] ?? -1]?.[name] ?? 0
    const width = at(order.length - 1) - at(0)
    order.forEach((index, place) => {
      const isEnd = place === 0 || place === order.length - 1
      const apart = isEnd ? Number.MAX_VALUE / 4 : width === 0 ? 0 : (at(place + 1) - at(place - 1)) / width
      distances[index] = (distances[index] ?? 0) + apart
    })
  }
  return distances
}

/** The highest score first; of equals the one that stood first. */
function byScore<T extends Measured>(measured: readonly T[], worth: number): T[] {
  const scores = new Map(measured.map(each => [each, meanOf(scoresOf(each, worth))]))
  return measured.toSorted((a, b) => (scores.get(b) ?? 0) - (scores.get(a) ?? 0))
}

/** What each day was worth, in percent of its requests. */
function scoresOf({ days }: Measured, worth: number): number[] {
  return days.map(({ requests, useful, wasted }) => (requests === 0 ? 0 : (100 * (useful - wasted / worth)) / requests))
}

function gainOver(to: Measured, from: Measured, worth: number): Gain {
  const before = scoresOf(from, worth)
  return meanGain(scoresOf(to, worth).map((score, day) => score - (before[day] ?? 0)))
}

/** A day without recovery counts as the longest recovery of all, and a little more. */
function objectivesOf(measured: readonly Measured[]): Objectives[] {
  const longest = measured.reduce(
    (most, { days }) => days.reduce((so, day) => Math.max(so, day.recoveryMs ?? -1), most),
    -1,
  )
  return measured.map(({ days }) => ({
    useful: meanOf(days.map(usefulPercent)),
    wasted: meanOf(days.map(day => day.wasted)),
    recoveryMs: longest < 0 ? 0 : meanOf(days.map(day => day.recoveryMs ?? longest + 1_000)),
  }))
}

function usefulPercent({ requests, useful }: ArmDay): number {
  return requests === 0 ? 0 : (100 * useful) / requests
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / Math.max(1, values.length)
}

/** The arm without its circuit; null where it has none. */
function withoutBreaker(text: string): string | null {
  const arm = parseArm(text)
  return CIRCUITS.some(word => arm.policies.has(word)) ? withoutCircuit(arm).expression : null
}

interface Outcome {
  /** Arms that are no candidates, among others. */
  readonly known: readonly Measured[]
  readonly kept: readonly Measured[]
  readonly interrupted: boolean
  /** The best of those that were kept, where it is not the one with the highest score. */
  readonly best?: Measured | undefined
}

function answerOf(
  question: Question,
  { known, kept, interrupted, ...chosen }: Outcome,
  counts: Pick<Answer, 'rounds' | 'candidates'>,
): Answer {
  const { given, worth } = question
  const ranked = byScore(kept, worth)
  const best = chosen.best ?? ranked[0]
  const none = known.find(each => each.arm === 'none')
  const nothing = { interrupted, ...counts, days: 0, references: [], trials: [], recommendation: null }
  if (!best || !none) return nothing
  const others = known.filter(each => !kept.includes(each) || each.arm === given)
  const front = new Set(frontOf([...ranked, ...others.filter(each => !ranked.includes(each))]))
  const trial = (each: Measured) => trialOf(each, none, worth, front.has(each))
  return {
    ...{ interrupted, ...counts, days: best.days.length },
    references: others.map(trial),
    trials: ranked.map(trial),
    recommendation: recommend(best, none, known, question),
  }
}

function frontOf(measured: readonly Measured[]): Measured[] {
  return paretoFront(objectivesOf(measured)).flatMap(index => measured[index] ?? [])
}

/** The best, unless the same arm without its breaker is as good, or none at all. */
function recommend(
  best: Measured,
  none: Measured,
  known: readonly Measured[],
  { arm, worth }: Question,
): Answer['recommendation'] {
  const found = (text: string | null) => known.find(each => each.arm === text)
  const own = found(withoutBreaker(best.arm)) ?? none
  const usual = found(withoutCircuit(arm).expression) ?? none
  const without = isClear(gainOver(own, usual, worth)) ? own : usual
  const gain = gainOver(best, without, worth)
  const pick = isClear(gain) ? best : without
  const said = { best: best.arm }
  if (pick === none || !isClear(gainOver(pick, none, worth))) {
    return { code: 'none', arm: 'none', ...said, gain: gainOver(best, none, worth), against: 'none' }
  }
  if (pick !== best) return { code: 'without-breaker', arm: pick.arm, ...said, gain, against: pick.arm }
  return { code: 'take', arm: best.arm, ...said, gain: gainOver(best, none, worth), against: 'none' }
}

function trialOf(measured: Measured, none: Measured, worth: number, unbeaten: boolean): Trial {
  const { arm, days } = measured
  const recovered = days.flatMap(day => day.recoveryMs ?? [])
  return {
    ...{ arm, days: days.length },
    useful: figureOf(days.map(usefulPercent)),
    wasted: figureOf(days.map(day => day.wasted)),
    recoveryMs: recovered.length === days.length && days.length > 0 ? figureOf(recovered) : null,
    recovered: recovered.length,
    score: meanOf(scoresOf(measured, worth)),
    gain: gainOver(measured, none, worth),
    unbeaten,
  }
}

function figureOf(values: readonly number[]): Figure {
  return predictionInterval(values, values.length) ?? { mean: meanOf(values), low: null, high: null }
}
