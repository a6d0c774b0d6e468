/** The lessons of a folder, each checked whole before it is offered, and each experiment in a world of its own. */

import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { z } from 'zod'
import { CLEAN_SETTINGS, PRESET_SEED } from '../experiments/presets.ts'
import { packageRoot } from '../lib/package-root.ts'
import { type Lesson, type LessonStep, lessonSchema } from './schema.ts'

export type { Lesson, LessonQuestion, LessonStep } from './schema.ts'

/** A file that is no lesson; the message says which, where in it and why. */
export class LessonError extends Error {
  override name = 'LessonError'
}

/**
 * The lessons of the `*.json` files in `folder`, in the order of their numbers; none where there is no such folder.
 * @throws {LessonError} for a file that is no lesson
 */
export function readLessons(folder: string = join(packageRoot(import.meta.url), 'data', 'lessons')): Lesson[] {
  if (!existsSync(folder)) return []
  const files = readdirSync(folder).filter(name => name.endsWith('.json'))
  return files.map(file => readLesson(join(folder, file))).sort((a, b) => a.number - b.number)
}

function readLesson(path: string): Lesson {
  try {
    return parseLesson(JSON.parse(readFileSync(path, 'utf8')))
  } catch (error) {
    if (error instanceof z.ZodError) throw new LessonError(`${path} is not a lesson:\n${z.prettifyError(error)}`)
    if (error instanceof SyntaxError) throw new LessonError(`${path} is not a lesson: ${error.message}`)
    throw error
  }
}

/** A lesson from JSON. @throws {z.ZodError} */
export function parseLesson(document: unknown): Lesson {
  const lesson = lessonSchema.parse(document)
  return { ...lesson, steps: lesson.steps.map(inOwnWorld) }
}

/** Whatever the server is set to, a lesson shows what it says: its experiments bring their settings and their seed. */
function inOwnWorld(step: LessonStep): LessonStep {
  const { experiment } = step
  if (!experiment) return step
  const conditions = {
    failRate: experiment.conditions.scenario === undefined ? 0 : undefined,
    ...experiment.conditions,
    settings: { ...CLEAN_SETTINGS, ...experiment.conditions.settings },
  }
  return { ...step, experiment: { ...experiment, seed: experiment.seed ?? PRESET_SEED, conditions } }
}
