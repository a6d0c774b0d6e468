/** The results of challenges in SQLite: what a room reached is there after a restart, and the oldest makes room for the newest. */

import type { Database } from 'better-sqlite3'
import { z } from 'zod'
import { MAX_CHALLENGE_RESULTS } from '../config/limits.ts'
import { EXAMS, type ExamName } from './exams.ts'
import { type ExamResults, type Grades, grade, SPOILT } from './grade.ts'
import { LOOPS, type Loop } from './task.ts'

/** What is kept of a challenge that is over. */
export interface ChallengeRecord {
  readonly id: string
  readonly session: string
  readonly name: string
  readonly loop: Loop
  readonly exams: readonly ExamName[]
  readonly phase: 'done' | 'stopped'
  readonly stopped: 'request' | 'interrupted' | 'unsteady' | null
  readonly startedAt: string
  readonly endedAt: string | null
  readonly hidden: boolean
  readonly results: ExamResults
}

const number = z.number()
const orNull = number.nullable()
const probes = z.object({ count: number, largest: number, gapsMs: z.array(number), growth: orNull })
/** What an exam came to, as `measure` made it. */
const measures = z.object({
  ...{ pace: number, failed: number, outOfTurn: number, newConnections: number, calls: number, asked: number },
  ...{ amplification: number, answeredDuring: number, answeredAfter: number, stopMs: orNull, callsToStop: orNull },
  ...{ silent: number, probes, backMs: orNull, rush: number, early: orNull, gaveUpMs: orNull },
  ...{ gaveUp: number, held: number },
})
const examResult = z.union([z.strictObject({ spoilt: z.enum(SPOILT) }), measures])

/** Rows that another program wrote, or a later version, are left alone and not shown. */
const recordSchema = z.object({
  id: z.string(),
  session: z.string(),
  name: z.string(),
  loop: z.enum(LOOPS),
  exams: z.array(z.enum(EXAMS)),
  phase: z.enum(['done', 'stopped']),
  stopped: z.enum(['request', 'interrupted', 'unsteady']).nullable(),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  hidden: z.boolean(),
  results: z.partialRecord(z.enum(EXAMS), examResult).transform(results => results as ExamResults),
})

export class ChallengeTable {
  readonly #put
  readonly #list
  readonly #remove

  /** @param max results that are kept */
  constructor(database: Database, max = MAX_CHALLENGE_RESULTS) {
    const insert = database.prepare(
      'INSERT INTO challenges (id, result) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET result = excluded.result',
    )
    const trim = database.prepare(
      'DELETE FROM challenges WHERE number <= (SELECT number FROM challenges ORDER BY number DESC LIMIT 1 OFFSET ?)',
    )
    this.#put = database.transaction((id: string, json: string) => {
      insert.run(id, json)
      trim.run(max)
    })
    this.#list = database.prepare<[], string>('SELECT result FROM challenges ORDER BY number').pluck()
    this.#remove = database.prepare('DELETE FROM challenges WHERE id = ?')
  }

  /** Keeps a result, or what has become of it. */
  put(record: ChallengeRecord): void {
    this.#put.immediate(record.id, JSON.stringify(record))
  }

  /** All of them, the oldest first. */
  list(): PastChallenge[] {
    return this.#list.all().flatMap(json => {
      const { data } = recordSchema.safeParse(JSON.parse(json))
      return data ? [pastChallenge(data)] : []
    })
  }

  remove(id: string): void {
    this.#remove.run(id)
  }
}

/** A challenge of an earlier life of the server: its result is all that there is of it. */
export interface PastChallenge extends ChallengeRecord {
  hidden: boolean
  name: string
  readonly grades: Grades
  /** Keys of sessions do not outlive the server: what is left belongs to the host. */
  readonly owner: null
  readonly isOver: true
  readonly exam: null
  readonly progress: null
  readonly calm: null
  /** Takes back what stands beside the result: the id of the session stands there. */
  forgetName(): void
}

function pastChallenge(record: ChallengeRecord): PastChallenge {
  return {
    ...record,
    grades: grade(record.results, record.loop),
    ...{ owner: null, isOver: true, exam: null, progress: null, calm: null },
    forgetName() {
      this.name = this.session
    },
  }
}
