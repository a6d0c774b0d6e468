/** What the breaker of this product did in the exams: a recorded run of them, kept as data. */

import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { packageRoot } from '../lib/package-root.ts'
import type { ExamResults } from './grade.ts'

let known: ExamResults | null = null

/** Read once, when somebody asks for it. */
export function referenceExams(): ExamResults {
  known ??= JSON.parse(readFileSync(join(packageRoot(import.meta.url), 'data', 'challenge-reference.json'), 'utf8'))
  return known as ExamResults
}
