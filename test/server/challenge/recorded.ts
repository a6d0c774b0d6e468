/** Recorded traffic of fifteen real clients, for tests of the judge: which client did what to which exam. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { gunzipSync } from 'node:zlib'
import { EXAMS, type ExamName, examOf } from '../../../server/challenge/exams.ts'
import type { ExamResults } from '../../../server/challenge/grade.ts'
import { measure } from '../../../server/challenge/measure.ts'
import type { JudgedRequest } from '../../../server/challenge/requests.ts'
import { type Loop, TASK, type Task } from '../../../server/challenge/task.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'

export interface Recording {
  readonly client: string
  readonly loop: Loop
  /** `calm` is an exam without any trouble. */
  readonly exam: ExamName | 'calm'
  readonly requests: readonly JudgedRequest[]
}

/** What the recorded clients were asked to do: fetch five codes. */
export const RECORDED_TASK: Task = { ...TASK, codes: TASK.codes.slice(0, 5) }

/** Tenths of milliseconds since the arrival before and to the end, the number of the code, whether it opened a connection, how it ended. */
type Row = readonly [sinceLast: number, took: number, code: number, opens: 0 | 1, end: number, retryAfterMs?: number]

const ENDS = ['ok', 'left', 'held', 'failed'] as const

const file = join(packageRoot(import.meta.url), 'test/fixtures/challenge-traffic.jsonl.gz')

export const RECORDINGS: readonly Recording[] = gunzipSync(readFileSync(file))
  .toString()
  .trim()
  .split('\n')
  .map(line => {
    const { requests, ...rest } = JSON.parse(line) as Omit<Recording, 'requests'> & { requests: readonly Row[] }
    let at = 0
    return {
      ...rest,
      requests: requests.map(([sinceLast, took, code, opens, end, retryAfterMs]): JudgedRequest => {
        at += sinceLast
        return {
          atMs: at / 10,
          endMs: (at + took) / 10,
          code: RECORDED_TASK.codes[code] ?? '',
          opensConnection: opens === 1,
          end: ENDS[end] ?? 'failed',
          retryAfterMs: retryAfterMs ?? null,
        }
      }),
    }
  })

export const recordingOf = (client: string, exam: Recording['exam'], loop: Loop = 'open'): Recording => {
  const found = RECORDINGS.find(each => each.client === client && each.exam === exam && each.loop === loop)
  if (!found) throw new RangeError(`no recording of ${client} in ${exam}`)
  return found
}

/** Measures all exams of a client, each of whose requests a transform may have changed. */
export function resultsOf(
  client: string,
  loop: Loop = 'open',
  transform: (requests: readonly JudgedRequest[]) => readonly JudgedRequest[] = requests => requests,
): ExamResults {
  return Object.fromEntries(
    EXAMS.map(exam => {
      const { requests } = recordingOf(client, exam, loop)
      return [exam, measure(transform(requests), examOf(exam).trouble, RECORDED_TASK)]
    }),
  )
}
