/** What `chaos lesson` does: plays the steps of a lesson in sessions of their own, so that nothing is left to put back. */

import { experimentSchema } from '../../server/experiments/spec.ts'
import { type Lesson, type LessonStep, readLessons } from '../../server/lessons/lessons.ts'
import type { Control } from '../control/control.ts'
import { controlFor } from '../control/control.ts'
import { openPublisher } from '../control/live-publisher.ts'
import { runExperiment } from '../experiment/experiment.ts'
import { keepResult } from '../experiment/keep.ts'
import { openSharedCircuits, reachesRedis, type SharedCircuits } from '../experiment/redis.ts'
import { EXIT, exitCode, type Io, usageError } from '../io.ts'
import { type LineReader, openLines } from '../line-reader.ts'
import { catalogTarget } from '../load/target.ts'
import type { SessionOptions, TargetOptions } from '../options/common.ts'
import { lookOf, type OutputOptions, progressBar } from '../output.ts'
import type { Look } from '../report/look.ts'
import type { Result } from '../report/result.ts'
import { type Answer, answerOf } from '../report/stats/answer.ts'
import { type AskedQuestion, renderAnswer, renderQuestion, renderSentence } from '../report/text/lesson.ts'
import { renderText } from '../report/text/text.ts'
import { simulate } from '../simulate/simulate.ts'
import { usualWorld } from '../simulate/world.ts'
import { processContext } from './command.ts'
import { judgeInLesson, showReference } from './lesson-challenge.ts'

interface LessonOptions extends TargetOptions, SessionOptions, OutputOptions {
  /** Nothing is asked. */
  readonly yes?: boolean
  /** In virtual time. */
  readonly simulate?: boolean
  /** The Redis for a shared circuit. */
  readonly store?: string
  /** False for `--no-keep`. */
  readonly keep: boolean
}

/** What became of a step that has an experiment. */
interface PlayedStep {
  readonly result: Result
  /** The positions of the choices, from 0; null where there was none. */
  readonly guess: number | null
  readonly answer: number | null
}

export function listLessons(io: Io, { json, lang = 'en' }: LessonOptions): void {
  const lessons = readLessons()
  if (json) {
    const all = lessons.map(({ number, name, title }) => ({ number, name, title: title[lang] }))
    io.stdout.write(`${JSON.stringify({ lessons: all })}\n`)
    return
  }
  const width = Math.max(0, ...lessons.map(({ name }) => name.length))
  for (const { number, name, title } of lessons) {
    io.stdout.write(`${String(number).padStart(2)}  ${name.padEnd(width)}  ${title[lang]}\n`)
  }
}

/** @throws {UserError} for a lesson that is not there, and where no server is */
export async function playLesson(io: Io, name: string, options: LessonOptions): Promise<number> {
  const lessons = readLessons()
  const lesson = lessons.find(each => each.name === name || String(each.number) === name)
  if (!lesson) {
    const names = lessons.map(each => each.name).join(', ')
    throw usageError(`there is no lesson "${name}": there are ${names}.`)
  }
  const control = options.simulate ? null : controlFor(io, options.url)
  await control?.requireCatalog()
  const lines = openLines(options.yes || options.json ? { interrupted: io.interrupted } : io)
  try {
    const played = await playSteps(io, lesson, options, control, lines)
    if (options.json) {
      io.stdout.write(`${JSON.stringify({ schema: 1, command: 'lesson', lesson: lesson.name, steps: played })}\n`)
    } else if (!io.interrupted.aborted) sayEnd(io, lesson, lessons, options)
    const code = exitCode(io.interrupted)
    const failed = played.some(({ result }) => result.expectations?.some(({ passed }) => !passed))
    return code === EXIT.ok && failed ? EXIT.expectation : code
  } finally {
    lines.close()
  }
}

async function playSteps(
  io: Io,
  lesson: Lesson,
  options: LessonOptions,
  control: Control | null,
  lines: LineReader,
): Promise<PlayedStep[]> {
  const { lang = 'en' } = options
  const look = lookOf(io, options)
  const say = (text: string) => {
    if (!options.json) io.stdout.write(text)
  }
  const prompt = async (text: string): Promise<string | null> => {
    if (options.yes || options.json || !io.tty) return null
    io.stderr.write(text)
    const line = await lines.next()
    if (line === null) io.stderr.write('\n')
    return line
  }
  const played: PlayedStep[] = []
  /** Of the client of the user. */
  let { session } = options
  for (const [index, step] of lesson.steps.entries()) {
    if (io.interrupted.aborted) break
    const title = `${lesson.number}.${index + 1} ${lesson.title[lang]}`
    say(`${index === 0 ? '' : '\n\n'}  ${look.palette.paint('strong', title)}\n\n`)
    say(`${renderSentence(step.says[lang], typed(step, session), look)}\n`)
    const question = step.question && {
      asks: step.question.asks[lang],
      choices: step.question.choices.map(({ says }) => says[lang]),
    }
    const guess = question ? await guessOf(question, say, prompt, look) : null
    if (io.interrupted.aborted) break
    if (step.experiment) {
      const store = step.shared && control ? await sharedCircuits(io, options, text => say(`\n${text}`), look) : null
      const result = await runStep(io, step.experiment, title, options, control, store).finally(() => store?.close())
      const answer = step.question ? answerOf(step.question.choices, result) : null
      played.push({ result, guess, answer: answer?.index ?? null })
      say(renderText(result, look))
      if (result.interrupted) break
      const isTrue = result.expectations?.every(({ passed }) => passed) ?? true
      const explains = isTrue ? step.explains?.[lang] : look.words('lesson.differs')
      say(`\n${afterwards(explains, question, guess, answer, look)}`)
    }
    if (step.challenge && !options.json) {
      const { exam } = step.challenge
      if (control && !options.yes) {
        session ??= `lesson-${io.draw()}`
        const judged = { exam, command: typed(step, session), session }
        await judgeInLesson(io, control, judged, options, io.tty ? lines : null)
        if (io.interrupted.aborted) break
      } else showReference(io, { exam, command: typed(step, session) }, options)
    }
    if (index < lesson.steps.length - 1) await prompt(`\n${look.words('lesson.next')} `)
  }
  return played
}

/** What to type for a step oneself, with the session of the user in it where it is known. */
function typed({ command }: LessonStep, session: string | undefined): string | undefined {
  return session === undefined ? command : command?.replace('--session ana', `--session ${session}`)
}

/** The Redis of a machine where nobody says another. */
const USUAL_REDIS = 'redis://127.0.0.1:6379'

/** The circuits of a step in Redis, by names of their own; null, and said, where none is reached. */
async function sharedCircuits(
  io: Io,
  { store }: LessonOptions,
  say: (text: string) => void,
  look: Look,
): Promise<SharedCircuits | null> {
  const url = store ?? (io.env.REDIS_URL?.trim() || USUAL_REDIS)
  const shown = URL.canParse(url) ? new URL(url).host : url
  const isThere = URL.canParse(url) && (await reachesRedis(url))
  say(`${renderSentence(look.words(isThere ? 'lesson.redis' : 'lesson.no-redis', { at: shown }), undefined, look)}\n`)
  return isThere ? openSharedCircuits(io, url, `flaky-catalog-lesson-${io.draw()}`) : null
}

/** The position of the choice that was typed, from 0; null where nothing was. */
async function guessOf(
  question: AskedQuestion,
  say: (text: string) => void,
  prompt: (text: string) => Promise<string | null>,
  look: Look,
): Promise<number | null> {
  const { words } = look
  const n = question.choices.length
  say(`${renderQuestion(question, look)}\n`)
  for (;;) {
    const line = (await prompt(`${words('lesson.guess', { n })}: `))?.trim() ?? ''
    if (line === '') return null
    const number = /^\d{1,3}$/.test(line) ? Number(line) : 0
    if (number >= 1 && number <= n) return number - 1
    say(`${words('lesson.guess-again', { n })}\n`)
  }
}

/** What is said when the result is there: the guess beside the answer, and why. */
function afterwards(
  explains: string | undefined,
  question: AskedQuestion | undefined,
  guess: number | null,
  answer: Answer | null,
  look: Look,
): string {
  const judged = question && answer ? renderAnswer(question, guess, answer, look) : ''
  return judged + (explains === undefined ? '' : renderSentence(explains, undefined, look))
}

async function runStep(
  io: Io,
  experiment: NonNullable<LessonStep['experiment']>,
  title: string,
  options: LessonOptions,
  control: Control | null,
  store: SharedCircuits | null,
): Promise<Result> {
  const spec = experimentSchema.parse({ ...experiment, title })
  const bar = progressBar(io, 'lesson', options.ascii === true)
  const target = catalogTarget(options.url)
  if (!control) {
    const world = usualWorld({ seed: spec.seed ?? io.draw(), startedAtWallMs: io.wallMs() })
    return simulate(spec, world, { signal: io.interrupted, onProgress: bar.show }).finally(bar.end)
  }
  const { words } = lookOf(io, options)
  const url = new URL(target.origin)
  return runExperiment(spec, {
    ...{ command: 'compare', target, control, readsFailRate: true, sessionPrefix: `lesson-${io.draw()}` },
    ...processContext(io),
    ...(store === null ? {} : { openCircuit: store.openCircuit }),
    onProgress: bar.show,
    publish: () => ({
      id: `run-${io.draw()}`,
      title,
      publisher: openPublisher({ url, token: control.token, clock: io.clock }),
    }),
    ...(options.keep
      ? {
          async keep(result: Result) {
            const kept = await keepResult(io, result, { origin: target.origin, control }, words)
            return kept && kept.origin !== null ? kept.id : null
          },
        }
      : {}),
  }).finally(bar.end)
}

/** What comes next. */
function sayEnd(io: Io, lesson: Lesson, lessons: readonly Lesson[], options: LessonOptions): void {
  const { lang = 'en' } = options
  const { words } = lookOf(io, options)
  const next = lessons.find(({ number }) => number > lesson.number)
  const figures = { number: lesson.number, title: lesson.title[lang] }
  const typed = next && `\n    npx chaos lesson ${next.name}${lang === 'en' ? '' : ` --lang ${lang}`}`
  io.stdout.write(`\n  ${words(next ? 'lesson.over' : 'lesson.last', figures)}${typed ?? ''}\n`)
}
