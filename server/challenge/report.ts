/** The report of a challenge: twelve lines, each with its moment, what happened, what the reference did, and what to change. Pure. */

import { join } from 'node:path'
import { durations, type Figures, type Language, readWords, seconds, type Words } from '../wording/wording.ts'
import { type ExamName, examOf } from './exams.ts'
import {
  type ExamResults,
  type Grade,
  type Graded,
  type Grades,
  hasStopped,
  type Judgement,
  judgeable,
  largestRush,
  MAX_REQUESTS,
  meanNewConnections,
  type Reason,
} from './grade.ts'
import type { Measures } from './measure.ts'
import { TASK } from './task.ts'

/** The lines, in their order. */
export const LINES = [
  'task',
  'hang',
  'outage',
  'probes',
  'return',
  'rush',
  'amplification',
  'early',
  'storm',
  'flips',
  'connections',
  'overall',
] as const
export type LineName = (typeof LINES)[number]

export interface ReportLine {
  readonly name: LineName
  readonly title: string
  /** Null where nothing is graded, or cannot be. */
  readonly grade: Grade | null
  /** The exam, and the moment in it in milliseconds; null for what belongs to none. */
  readonly exam: ExamName | null
  readonly atMs: number | null
  readonly says: string
  /** What the breaker of this product reached in the same exam; empty where nothing can be compared. */
  readonly reference: string
  /** What to change; empty where nothing can be said. */
  readonly change: string
}

/** What a line is made from, where its exam can be judged. */
interface Content {
  readonly says: readonly [code: string, figures: Figures]
  /** A code below `change.`, for what is not well; null where nothing can be said. */
  readonly change: string | null
}

interface Line {
  readonly exam: ExamName
  readonly edge: 'fromMs' | 'toMs'
  /** What stands beside it of the reference; null for what did not happen. */
  readonly figure: (measures: Measures, exams: ExamResults) => number | null
  readonly content: (measures: Measures, exams: ExamResults) => Content
}

const CONTENTS: Readonly<Record<Exclude<LineName, 'task' | 'connections' | 'overall'>, Line>> = {
  hang: {
    exam: 'hang',
    edge: 'fromMs',
    figure: ({ gaveUpMs }) => rounded(gaveUpMs),
    content: ({ held, gaveUpMs, gaveUp }) => ({
      says: held > 0 ? ['hang.held', { n: held }] : ['hang.gave-up', { ms: gaveUpMs ?? 0, n: gaveUp }],
      change: 'hang',
    }),
  },
  outage: {
    exam: 'outage',
    edge: 'fromMs',
    figure: ({ calls }) => calls,
    content: measures => {
      const { stopMs, callsToStop, calls } = measures
      if (stopMs === null || !hasStopped(measures)) {
        return { says: ['outage.never', { n: calls, ms: lengthOf('outage') }], change: 'outage.never' }
      }
      return { says: ['outage.stopped', { ms: stopMs, lost: callsToStop ?? 0, n: calls }], change: 'outage.late' }
    },
  },
  probes: {
    exam: 'outage',
    edge: 'fromMs',
    figure: ({ probes }) => probes.count,
    content: measures => {
      const { count, largest, gapsMs } = measures.probes
      if (!hasStopped(measures)) return { says: ['probes.never-stopped', {}], change: null }
      if (count === 0) return { says: ['probes.none', {}], change: 'probes.none' }
      const gaps = gapsMs.slice(0, MAX_GAPS).map(ms => Math.round(ms / 100) * 100)
      return {
        says: ['probes.several', { n: count, largest, gaps }],
        change: largest > MAX_PROBES ? 'probes.many' : null,
      }
    },
  },
  return: {
    exam: 'outage',
    edge: 'toMs',
    figure: ({ backMs }) => rounded(backMs),
    content: measures => {
      const { backMs } = measures
      const { toMs, endMs } = examOf('outage').trouble
      if (backMs === null) return { says: ['return.never', { ms: endMs - toMs }], change: 'return.never' }
      if (!hasStopped(measures)) return { says: ['return.never-left', {}], change: null }
      return { says: ['return.after', { ms: backMs }], change: 'return.late' }
    },
  },
  rush: {
    exam: 'outage',
    edge: 'toMs',
    figure: (_, exams) => largestRush(exams),
    content: (_, exams) => ({ says: ['rush.most', { n: largestRush(exams) ?? 0 }], change: 'rush' }),
  },
  amplification: {
    exam: 'outage',
    edge: 'fromMs',
    figure: ({ amplification }) => hundredths(amplification),
    content: ({ amplification }) => ({
      says: ['amplification.calls', { ratio: hundredths(amplification) }],
      change: 'amplification',
    }),
  },
  early: {
    exam: 'limit',
    edge: 'fromMs',
    figure: ({ early, asked }) => (early === null ? null : Math.round(early * asked)),
    content: ({ early, asked }) => ({
      says: ['early.calls', { n: Math.round((early ?? 0) * asked), asked }],
      change: 'early',
    }),
  },
  storm: {
    exam: 'storm',
    edge: 'toMs',
    figure: ({ answeredAfter }) => percent(answeredAfter),
    content: ({ answeredAfter }) => ({
      says: ['storm.answered', { share: percent(answeredAfter) }],
      change: answeredAfter < MIN_RECOVERED ? 'storm.never' : 'storm.late',
    }),
  },
  flips: {
    exam: 'flips',
    edge: 'fromMs',
    figure: ({ answeredDuring }) => percent(answeredDuring),
    content: ({ answeredDuring }) => ({
      says: ['flips.answered', { share: percent(answeredDuring) }],
      change: answeredDuring < UNTOUCHED ? 'flips.tripped' : 'flips.retry',
    }),
  },
}

/** Silences before probes that are told. */
const MAX_GAPS = 4
/** A breaker needs no more than so many calls to see. */
const MAX_PROBES = 5
/** Whoever answers less after the overload has not recovered. */
const MIN_RECOVERED = 0.1
/** Of coin flips at 30 % so much is answered where nothing is done about them, with some luck missing. */
const UNTOUCHED = 0.65

/**
 * The twelve lines of a report.
 * @param reference the exams of the breaker of this product
 */
export function report(
  exams: ExamResults,
  grades: Grades,
  language: Language,
  reference: ExamResults = {},
): readonly ReportLine[] {
  const words = wordsIn(language)
  return LINES.map((name): ReportLine => {
    const title = words(`title.${name}`)
    const nowhere = { name, title, exam: null, atMs: null, reference: '', change: '' }
    if (name === 'task') return { ...nowhere, grade: null, says: task(exams, words) }
    const judged = name === 'probes' ? null : grades[name]
    const grade = judged?.grade ?? null
    if (name === 'overall') {
      const says = grade === null ? reasonOf(judged, undefined, words) : words('overall.grade', { grade })
      return { ...nowhere, grade, says }
    }
    if (name === 'connections') {
      const share = meanNewConnections(exams)
      if (share === null) return { ...nowhere, grade, says: reasonOf(judged, undefined, words) }
      return {
        ...nowhere,
        grade,
        says: words('connections.share', { share: percent(share) }),
        reference: referenceOf(name, percentOrNull(meanNewConnections(reference)), words),
        change: changeOf(grade === 'A', name, words),
      }
    }
    const line = CONTENTS[name]
    const place = { exam: line.exam, atMs: examOf(line.exam).trouble[line.edge] }
    const exam = exams[line.exam]
    const measured = judgeable(exam)
    if ('reason' in measured || isWithout(judged)) {
      const reason = 'reason' in measured ? { grade: null, reason: measured.reason } : judged
      return { ...nowhere, ...place, grade: null, says: reasonOf(reason, exam, words) }
    }
    const { says, change } = line.content(measured.measures, exams)
    const other = judgeable(reference[line.exam])
    return {
      ...nowhere,
      ...place,
      grade,
      says: words(...says),
      reference: referenceOf(name, 'measures' in other ? line.figure(other.measures, reference) : null, words),
      change: changeOf(name !== 'probes' && (grade === null || grade === 'A'), change, words),
    }
  })
}

/** The words of the judge in a language. */
export function wordsIn(language: Language): Words {
  const known = WORDS.get(language) ?? readWords(join('challenge', `${language}.json`), { seconds, durations })
  WORDS.set(language, known)
  return known
}

const WORDS = new Map<Language, Words>()

function task(exams: ExamResults, words: Words): string {
  const paces = Object.values(exams).flatMap(exam => {
    const judged = judgeable(exam)
    return 'measures' in judged ? [judged.measures.pace] : []
  })
  if (paces.length === 0) return words('task.none')
  const pace = tenths(paces.reduce((sum, each) => sum + each, 0) / paces.length)
  return words('task.done', { pace, asked: TASK.perSecond })
}

/** What has no grade because nothing of it was seen; a line without one for another reason says what it saw. */
function isWithout(judged: Judgement | null): judged is { grade: null; reason: Reason } {
  return judged !== null && judged.grade === null && judged.reason !== 'never-stopped'
}

function reasonOf(judged: Judgement | null, exam: ExamResults[ExamName], words: Words): string {
  if (judged === null || judged.grade !== null) return ''
  const calm = exam === undefined || 'spoilt' in exam ? { pace: 0, failed: 0, outOfTurn: 0 } : exam
  return words(`reason.${judged.reason}`, { ...calmFigures(calm), most: MAX_REQUESTS })
}

/** What is said of a client while all is well. */
export function calmFigures({ pace, failed, outOfTurn }: Pick<Measures, 'pace' | 'failed' | 'outOfTurn'>) {
  return { asked: TASK.perSecond, pace: tenths(pace), failed: percent(failed), outOfTurn: percent(outOfTurn) }
}

function changeOf(isWell: boolean, change: string | null, words: Words): string {
  if (change === null) return ''
  return words(isWell ? 'change.keep' : `change.${change}`)
}

function referenceOf(name: Graded | 'probes', value: number | null, words: Words): string {
  return value === null ? '' : words('reference', { value: words(`reference.${name}`, { value }) })
}

function lengthOf(exam: ExamName): number {
  const { fromMs, toMs } = examOf(exam).trouble
  return toMs - fromMs
}

function rounded(value: number | null): number | null {
  return value === null ? null : Math.round(value)
}

function percentOrNull(share: number | null): number | null {
  return share === null ? null : percent(share)
}

function percent(share: number): number {
  return Math.round(share * 100)
}

function tenths(value: number): number {
  return Number(value.toFixed(1))
}

function hundredths(value: number): number {
  return Number(value.toFixed(2))
}
