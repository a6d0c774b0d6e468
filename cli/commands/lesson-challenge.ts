/** The step of a lesson in which the client of the user is judged; where nobody was judged, what it would have shown. */

import { EXAMS, type ExamName } from '../../server/challenge/exams.ts'
import { grade } from '../../server/challenge/grade.ts'
import { referenceExams } from '../../server/challenge/reference.ts'
import { report } from '../../server/challenge/report.ts'
import { TASK } from '../../server/challenge/task.ts'
import type { Control } from '../control/control.ts'
import type { Io } from '../io.ts'
import type { LineReader } from '../line-reader.ts'
import type { TargetOptions } from '../options/common.ts'
import { lookOf, type OutputOptions } from '../output.ts'
import { renderChallenge } from '../report/text/challenge.ts'
import { renderSentence } from '../report/text/lesson.ts'
import { type GivesUp, judgeClient, printChallenge } from './play-challenge.ts'

/** Where nothing arrives for so long the lesson goes on: time enough to start a client, not to write one. */
export const MAX_SILENCE_MS = 180_000

interface JudgedStep {
  /** One alone; all where it is not given. */
  readonly exam: ExamName | undefined
  /** What does the same by itself. */
  readonly command: string | undefined
  readonly session: string
}

/**
 * Waits for a steady client in the session, has it judged, and prints the report. A client that was not judged is no error.
 * @param lines null where the user cannot type
 */
export async function judgeInLesson(
  io: Io,
  server: Control,
  { exam, command, session }: JudgedStep,
  options: TargetOptions & OutputOptions,
  lines: LineReader | null,
): Promise<void> {
  const look = lookOf(io, options)
  const { words } = look
  const say = (text: string) => io.stdout.write(`${renderSentence(text, undefined, look)}\n`)
  const base = options.url.href.replace(/\/$/, '')
  const figures = {
    example: `${base}/catalogs/${TASK.codes[0]}`,
    page: `${base}/?session=${session}`,
    minutes: MAX_SILENCE_MS / 60_000,
  }
  say(words('lesson.sends', figures))
  say(words(lines ? 'lesson.waits-or-enter' : 'lesson.waits', figures))
  const patience = createPatience(io, session, lines)
  const judged = await judgeClient(io, server, exam, { ...options, session }, patience.givesUp)
  if (patience.reason() === null || io.interrupted.aborted) {
    io.stdout.write('\n')
    printChallenge(io, options, judged)
  }
  if (io.interrupted.aborted || (judged.phase === 'done' && judged.played?.length !== 0)) return
  if (patience.reason() === 'silence')
    io.stdout.write(`\n${renderSentence(words('lesson.silence', figures), undefined, look)}`)
  showReference(io, { exam, command }, options)
}

/** Says that nobody was judged, what to type to have it done, and what the judge says of the breaker of this product. */
export function showReference(
  io: Io,
  { exam, command }: Pick<JudgedStep, 'exam' | 'command'>,
  options: OutputOptions,
): void {
  const look = lookOf(io, options)
  const known = referenceExams()
  const exams = Object.fromEntries((exam ? [exam] : EXAMS).map(name => [name, known[name]]))
  const lines = report(exams, grade(exams), options.lang ?? 'en').filter(line => line.exam && line.exam in exams)
  const typed = command === undefined ? '' : `    ${command}\n`
  io.stdout.write(`\n${renderSentence(look.words('lesson.not-judged'), undefined, look)}${typed}\n`)
  io.stdout.write(`${renderSentence(look.words('lesson.reference'), undefined, look)}\n${renderChallenge(lines, look)}`)
}

/** Gives up when the user presses Enter, or where nothing arrives in the session for too long. */
function createPatience(
  { clock }: Io,
  session: string,
  lines: LineReader | null,
): { givesUp: GivesUp; reason(): 'enter' | 'silence' | null } {
  let reason: 'enter' | 'silence' | null = null
  let entered = false
  lines?.next().then(line => {
    entered = line !== null
  })
  let arrivals: number | null = null
  let heardAt = clock.now()
  return {
    async givesUp(control) {
      const known = (await control.session(session))?.arrivals ?? arrivals
      if (arrivals !== null && known !== arrivals) heardAt = clock.now()
      arrivals = known
      if (entered) reason = 'enter'
      else if (clock.now() - heardAt >= MAX_SILENCE_MS) reason = 'silence'
      return reason !== null
    },
    reason: () => reason,
  }
}
