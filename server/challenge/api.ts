/** The operations on challenges: start one, look at its state and report, list the results, hide, end and remove. */

import { z } from 'zod'
import { type Operation, ok, operation } from '../chaos/api/operation.ts'
import { type Api, apiOf } from '../chaos/api/routes.ts'
import type { ChaosControl } from '../chaos/control.ts'
import { displayName } from '../chaos/session/display-name.ts'
import { Problem, quote } from '../http/problem.ts'
import { LANGUAGES, type Language } from '../wording/wording.ts'
import type { AnyChallenge, Challenges } from './challenges.ts'
import { EXAMS } from './exams.ts'
import { GRADED, GRADES, type Grades } from './grade.ts'
import { referenceExams } from './reference.ts'
import { calmFigures, LINES, report, wordsIn } from './report.ts'
import { LOOPS, TASK } from './task.ts'

const newChallenge = z.strictObject({
  exam: z.enum(EXAMS).optional().describe('one alone; all of them, one after the other, where it is not given'),
  loop: z.enum(LOOPS).default('open').describe('how the client sends: of a closed loop less is graded'),
  name: displayName
    .optional()
    .describe('what stands beside the result; the name of the session, or its id, where it is not given'),
})

const gradeOrNone = z.enum(GRADES).nullable()
const gradesSchema = z.record(z.enum([...GRADED, 'overall']), gradeOrNone)

const summarySchema = z.object({
  id: z.string(),
  session: z.string(),
  name: z.string(),
  loop: z.enum(LOOPS),
  phase: z.enum(['waiting', 'playing', 'done', 'stopped']),
  exam: z.enum(EXAMS).nullable().describe('the exam that is being played'),
  startedAt: z.string(),
  endedAt: z.string().nullable(),
  hidden: z.boolean(),
  grades: gradesSchema.describe('null where nothing is graded: the report says why'),
})

const lineSchema = z.object({
  name: z.enum(LINES),
  title: z.string(),
  grade: gradeOrNone,
  exam: z.enum(EXAMS).nullable(),
  atMs: z.number().nullable().describe('the moment in the exam'),
  says: z.string().describe('what happened'),
  reference: z.string().describe('what the breaker of this product reached in the same exam, or empty'),
  change: z.string().describe('what to change, or empty'),
})

const challengeSchema = summarySchema
  .extend({
    says: z.string().describe('its state in words'),
    asks: z.string().describe('the task in words'),
    calm: z
      .object({ pace: z.number(), failed: z.number(), outOfTurn: z.number(), steady: z.boolean() })
      .nullable()
      .describe('what the client does while it is waited for'),
    progress: z.object({ atMs: z.number(), lengthMs: z.number() }).nullable().describe('of the exam, or of the wait'),
    exams: z.array(z.enum(EXAMS)),
    played: z.array(z.enum(EXAMS)),
    task: z.object({ codes: z.array(z.string()), perSecond: z.number(), maxInFlight: z.number() }),
    measures: z.record(z.string(), z.unknown()).describe('of each exam that was played, or what spoilt it'),
    report: z.array(lineSchema).describe('empty before the end'),
  })
  .meta({ id: 'Challenge' })

const query = z.strictObject({ lang: z.enum(LANGUAGES).default('en').describe('the language of what is said') })
const listQuery = z.strictObject({
  hidden: z.enum(['0', '1']).default('0').describe('1: those that were hidden too'),
})

const whole = { description: 'The challenge', schema: challengeSchema }

/** The challenges over HTTP. */
export function challengeApi(control: ChaosControl, challenges: Challenges): Api {
  return apiOf(control, challengeOperations(challenges))
}

function challengeOperations(challenges: Challenges): Operation[] {
  const existing = (id = ''): AnyChallenge => {
    const challenge = challenges.get(id)
    if (!challenge) throw new Problem(404, `There is no challenge ${quote(id)}: GET /challenges lists them`)
    return challenge
  }
  return [
    operation({
      method: 'post',
      path: '/challenges',
      summary: 'Judge the client in the session: wait until it is steady, then play the exams',
      query,
      body: newChallenge,
      bodyOptional: true,
      answers: { 201: { ...whole, description: 'It waits for a steady client' } },
      run({ session, body, query: { lang } }) {
        const { exam, loop } = body
        const exams = exam === undefined ? EXAMS : [exam]
        const challenge = challenges.start(session, { name: body.name ?? null, exams, loop })
        const headers = { Location: `/challenges/${challenge.id}` }
        return { status: 201, body: describe(challenge, lang), headers }
      },
    }),
    operation({
      method: 'get',
      path: '/challenges',
      summary: 'List the challenges and their results, the best first',
      query: listQuery,
      answers: {
        200: { description: 'The challenges', schema: z.object({ challenges: z.array(summarySchema) }) },
      },
      run({ query: { hidden } }) {
        const shown = challenges.list().filter(each => hidden === '1' || !each.hidden)
        return ok({ challenges: shown.map(summary) })
      },
    }),
    operation({
      method: 'get',
      path: '/challenges/{id}',
      summary: 'Look at a challenge: its state, and in the end its report',
      query,
      answers: { 200: whole },
      run: ({ params, query: { lang } }) => ok(describe(existing(params.id), lang)),
    }),
    operation({
      method: 'patch',
      path: '/challenges/{id}',
      summary: 'Hide a result from the leaderboard or show it again, and take back the name beside it',
      query,
      body: z.strictObject({
        hidden: z.boolean().optional(),
        name: z.null().optional().describe('null: the id of the session stands there'),
      }),
      answers: { 200: whole },
      run({ params, body, query: { lang } }) {
        const challenge = existing(params.id)
        challenges.change(challenge, body)
        return ok(describe(challenge, lang))
      },
    }),
    operation({
      method: 'delete',
      path: '/challenges/{id}',
      summary: 'End a challenge that is on and take back what it set, or remove a result',
      answers: { 204: { description: 'Ended or removed' } },
      run({ params }) {
        challenges.remove(existing(params.id).id)
        return { status: 204 }
      },
    }),
  ]
}

function summary(challenge: AnyChallenge): z.output<typeof summarySchema> {
  const { id, session, name, loop, phase, exam, startedAt, endedAt, hidden, grades } = challenge
  return { id, session, name, loop, phase, exam, startedAt, endedAt, hidden, grades: lettersOf(grades) }
}

function describe(challenge: AnyChallenge, language: Language): z.output<typeof challengeSchema> {
  const { calm, progress, exams, results, grades, isOver } = challenge
  const played = exams.filter(name => results[name] !== undefined)
  return {
    ...summary(challenge),
    says: stateOf(challenge, language),
    asks: wordsIn(language)('task.asks', {
      ...TASK,
      session: challenge.session,
      codes: TASK.codes.join(' '),
      n: TASK.codes.length,
    }),
    calm: calm && { pace: calm.pace, failed: calm.failed, outOfTurn: calm.outOfTurn, steady: calm.unsteady === null },
    progress,
    exams: [...exams],
    played,
    task: { ...TASK, codes: [...TASK.codes] },
    measures: results,
    report: isOver && played.length > 0 ? [...report(results, grades, language, referenceExams())] : [],
  }
}

function lettersOf(grades: Grades): z.output<typeof gradesSchema> {
  const letters = Object.entries(grades).map(([name, { grade }]) => [name, grade])
  return Object.fromEntries(letters) as z.output<typeof gradesSchema>
}

/** The state of a challenge in words. */
function stateOf({ phase, calm, exam, progress, stopped }: AnyChallenge, language: Language): string {
  const words = wordsIn(language)
  if (calm) {
    const code = calm.unsteady === null ? 'steady' : calm.unsteady
    return words(`state.${code}`, calmFigures(calm))
  }
  if (phase === 'playing') {
    const left = progress ? Math.max(0, progress.lengthMs - progress.atMs) : 0
    return words('state.playing', { exam: exam ?? '', left: Math.ceil(left / 1_000) * 1_000 })
  }
  return stopped === null ? words('state.done') : words('state.stopped', { why: stopped })
}
