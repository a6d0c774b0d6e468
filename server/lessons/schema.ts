/** A lesson: sentences, questions and experiments that answer them. What the files in data/lessons must look like. */

import { z } from 'zod'
import { EXAMS } from '../challenge/exams.ts'
import { experimentSchema } from '../experiments/spec.ts'
import { LANGUAGES } from '../wording/wording.ts'

const MAX = { title: 80, says: 900, choice: 160, command: 300, steps: 12, choices: 5, rules: 4, rule: 200 } as const

/** The same text in every language. */
const text = (max: number) => z.record(z.enum(LANGUAGES), z.string().min(1).max(max))

const choiceSchema = z.strictObject({
  says: text(MAX.choice),
  holds: z
    .array(z.string().min(1).max(MAX.rule))
    .min(1)
    .max(MAX.rules)
    .describe('expectations such as "breaker.wasted<none.wasted": it is the answer where the result meets them all'),
})

const questionSchema = z.strictObject({
  asks: text(MAX.says),
  choices: z.array(choiceSchema).min(2).max(MAX.choices),
})

const { title: _title, request: _request, session: _session, ...members } = experimentSchema.shape

const stepSchema = z
  .strictObject({
    says: text(MAX.says).describe('what it is about'),
    command: z.string().startsWith('npx chaos ').max(MAX.command).optional().describe('what to type oneself'),
    question: questionSchema.optional().describe('asked before the experiment, answered by its result'),
    experiment: z
      .strictObject(members)
      .optional()
      .describe('settings, scenario or outages, arms and load; what it expects must come true'),
    shared: z
      .literal(true)
      .optional()
      .describe('its circuit lives in Redis where the command line reaches one; where none is, in this process'),
    challenge: z
      .strictObject({ exam: z.enum(EXAMS).optional().describe('one alone; all where it is not given') })
      .optional()
      .describe('the client in the session of the page, or of the terminal, is judged'),
    explains: text(MAX.says).optional().describe('what the result shows'),
  })
  .refine(it => it.experiment || (!it.question && !it.explains && !it.shared), {
    path: ['experiment'],
    message: 'must be there where something is asked, shared or explained',
  })
  .refine(it => !it.experiment || !it.challenge, {
    path: ['challenge'],
    message: 'must not be there beside an experiment: give it a step of its own',
  })

export const lessonSchema = z.strictObject({
  $schema: z.string().optional(),
  number: z.int().min(1).max(99).describe('its place among the lessons'),
  name: z.string().regex(/^[a-z0-9-]{1,64}$/, 'must be 1 to 64 small letters, digits or dashes'),
  title: text(MAX.title),
  steps: z.array(stepSchema).min(1).max(MAX.steps),
})

export type Lesson = z.infer<typeof lessonSchema>
export type LessonStep = Lesson['steps'][number]
export type LessonQuestion = z.infer<typeof questionSchema>
