/** Grades of a challenge: one table of thresholds over the measures of its exams. Pure. */

import type { ExamName } from './exams.ts'
import type { Measures } from './measure.ts'
import { type Loop, TASK, type Unsteady, unsteadiness } from './task.ts'

/** From best to worst. */
export const GRADES = ['A', 'B', 'C', 'D', 'F'] as const
export type Grade = (typeof GRADES)[number]

/** What is graded: the first six make the overall grade, the last three only limit it. */
export const GRADED = [
  'hang',
  'outage',
  'return',
  'early',
  'storm',
  'flips',
  'rush',
  'amplification',
  'connections',
] as const
export type Graded = (typeof GRADED)[number]

/** Why something has no grade. */
export type Reason =
  | Unsteady
  | 'not-played'
  | 'disturbed'
  | 'truncated'
  | 'closed-loop'
  | 'never-stopped'
  | 'nothing-met'
  | 'partial'

/** What makes an exam useless. */
export const SPOILT = ['disturbed', 'truncated'] as const
export type Spoilt = (typeof SPOILT)[number]

/** A grade, or the reason why there is none. */
export type Judgement = { readonly grade: Grade } | { readonly grade: null; readonly reason: Reason }

export type Grades = Readonly<Record<Graded | 'overall', Judgement>>

/** Requests of one exam that are remembered; with more it cannot be judged. */
export const MAX_REQUESTS = 20_000

/** What became of an exam: its measures, or why it has none. */
export type ExamResult = Measures | { readonly spoilt: Spoilt }
export type ExamResults = Readonly<Partial<Record<ExamName, ExamResult>>>

/** The most for an A, B, C and D; beyond is an F. Shares that are better the more there is are held against what is missing. */
export const THRESHOLDS: Readonly<Record<Graded, readonly [a: number, b: number, c: number, d: number]>> = {
  /** Milliseconds until a hanging request was given up. */
  hang: [1_500, 3_000, 5_000, 10_000],
  /** Calls during the outage as a share of what was asked. A breaker that recorded 0.20 has 0.204 on another day. */
  outage: [0.21, 0.4, 0.75, 1.15],
  /** Milliseconds from the end of the outage to full pace. */
  return: [2_500, 5_000, 10_000, 16_000],
  /** Calls before the time that Retry-After told, as a share of what was asked. */
  early: [0.12, 0.4, 0.7, 0.9],
  /** Share of the requests after the overload that were not answered. */
  storm: [0.2, 0.3, 0.45, 0.8],
  /** Share of the requests during the coin flips that were not answered. */
  flips: [0.05, 0.2, 0.32, 0.5],
  /** Calls within 100 ms after the outage or the hang. */
  rush: [6, 12, 40, 80],
  /** Calls for each request of the outage. */
  amplification: [1.15, 1.5, 2, 3],
  /** New connections for each request while all was well. */
  connections: [0.1, 0.3, 0.6, 0.9],
}

/** A client has stopped where silences fill so much of the outage, and none was broken by more requests than a breaker lets through. */
const MIN_SILENT = 0.3
const MAX_PROBE = 25

const POINTS: Readonly<Record<Grade, number>> = { A: 4, B: 3, C: 2, D: 1, F: 0 }
/** The mean for an A, B, C and D. */
const OVERALL = [3.5, 2.75, 1.75, 0.9] as const
const COUNTED: readonly Graded[] = ['hang', 'outage', 'return', 'early', 'storm', 'flips']
/** One F of these limits the whole to a C, two to a D. */
const FATAL: readonly Graded[] = ['hang', 'return', 'storm', 'rush', 'amplification', 'connections']

/** Whether a client stopped calling during an outage, rather than stall or go on. */
export function hasStopped({ silent, probes }: Measures): boolean {
  return silent >= MIN_SILENT && probes.largest <= MAX_PROBE
}

/** The grades of a client whose task was done in an open or in a closed loop. */
export function grade(exams: ExamResults, loop: Loop = 'open'): Grades {
  const whole = loop === 'open'
  const of = (name: ExamName, judge: (measures: Measures) => Judgement): Judgement => {
    const judged = judgeable(exams[name])
    return 'reason' in judged ? { grade: null, reason: judged.reason } : judge(judged.measures)
  }
  const openOnly = (judge: () => Judgement): Judgement => (whole ? judge() : none('closed-loop'))
  const grades: Record<Graded, Judgement> = {
    hang: of('hang', ({ held, gaveUpMs }) => {
      if (held > 0) return { grade: 'F' }
      return gaveUpMs === null ? none('nothing-met') : within('hang', gaveUpMs)
    }),
    outage: of('outage', measures =>
      hasStopped(measures) ? within('outage', measures.amplification) : { grade: 'F' },
    ),
    return: of('outage', measures => {
      if (measures.backMs === null) return { grade: 'F' }
      return hasStopped(measures) ? within('return', measures.backMs) : none('never-stopped')
    }),
    early: of('limit', ({ early }) => (early === null ? none('nothing-met') : within('early', early))),
    storm: openOnly(() => of('storm', ({ answeredAfter }) => within('storm', 1 - answeredAfter))),
    flips: openOnly(() => of('flips', ({ answeredDuring }) => within('flips', 1 - answeredDuring))),
    rush: openOnly(() => of('outage', () => within('rush', largestRush(exams) ?? 0))),
    amplification: openOnly(() => of('outage', ({ amplification }) => within('amplification', amplification))),
    connections: connectionsOf(exams),
  }
  return { ...grades, overall: overall(grades) }
}

/** The measures of an exam that can be judged, or why it cannot. */
export function judgeable(exam: ExamResult | undefined): { readonly measures: Measures } | { readonly reason: Reason } {
  if (exam === undefined) return { reason: 'not-played' }
  if ('spoilt' in exam) return { reason: exam.spoilt }
  const reason = unsteadiness(exam, TASK)
  return reason === null ? { measures: exam } : { reason }
}

function measuresOf(exam: ExamResult | undefined): Measures | null {
  const judged = judgeable(exam)
  return 'measures' in judged ? judged.measures : null
}

/** Most arrivals in any 100 ms after the outage or the hang; null where neither can be judged. */
export function largestRush(exams: ExamResults): number | null {
  const rushes = [exams.outage, exams.hang].flatMap(exam => measuresOf(exam)?.rush ?? [])
  return rushes.length === 0 ? null : Math.max(...rushes)
}

/** By the mean of all exams that can be judged. */
function connectionsOf(exams: ExamResults): Judgement {
  const newConnections = meanNewConnections(exams)
  return newConnections === null ? none('not-played') : within('connections', newConnections)
}

/** New connections for each request while all was well, over all exams that can be judged; null without one. */
export function meanNewConnections(exams: ExamResults): number | null {
  const shares = Object.values(exams).flatMap(exam => measuresOf(exam)?.newConnections ?? [])
  return shares.length === 0 ? null : shares.reduce((sum, each) => sum + each, 0) / shares.length
}

function overall(grades: Readonly<Record<Graded, Judgement>>): Judgement {
  const missing = COUNTED.map(name => grades[name]).find(each => each.grade === null && !LEGITIMATE.has(each.reason))
  if (missing) return none('partial')
  const points = COUNTED.flatMap(name => pointsOf(grades[name]))
  if (points.length === 0) return none('partial')
  const mean = points.reduce((sum, each) => sum + each, 0) / points.length
  const fatal = FATAL.filter(name => grades[name].grade === 'F').length
  const limit = fatal >= 2 ? POINTS.D : fatal === 1 ? POINTS.C : POINTS.A
  return { grade: gradeOf(OVERALL.findIndex(least => Math.min(mean, limit) >= least)) }
}

/** What has no grade for a reason of its own, though its exam was played and could be judged. */
const LEGITIMATE: ReadonlySet<Reason> = new Set(['never-stopped', 'closed-loop', 'nothing-met'])

function pointsOf({ grade }: Judgement): number[] {
  return grade === null ? [] : [POINTS[grade]]
}

function within(name: Graded, value: number): Judgement {
  return { grade: gradeOf(THRESHOLDS[name].findIndex(most => value <= most + ROUNDING)) }
}

/** What is missing to a share is no exact number. */
const ROUNDING = 1e-9

function gradeOf(place: number): Grade {
  return GRADES[place] ?? 'F'
}

function none(reason: Reason): Judgement {
  return { grade: null, reason }
}
