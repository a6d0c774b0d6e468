/** A lesson as text: its sentences, its questions, and a guess beside what the result says. */

import type { Look } from '../look.ts'
import type { Answer } from '../stats/answer.ts'
import { prose } from '../wrap.ts'

/** What is asked, in the reader's language. */
export interface AskedQuestion {
  readonly asks: string
  readonly choices: readonly string[]
}

/** A sentence, and the command that does the same. */
export function renderSentence(says: string, command: string | undefined, look: Look): string {
  const { palette, words } = look
  const typed = command === undefined ? '' : `\n  ${palette.paint('quiet', words('lesson.type'))}\n    ${command}\n`
  return `${wrapped(says, look)}\n${typed}`
}

export function renderQuestion({ asks, choices }: AskedQuestion, look: Look): string {
  const lines = choices.map((choice, index) => `    ${index + 1}  ${choice}`)
  return `${look.palette.paint('strong', wrapped(asks, look))}\n${lines.join('\n')}\n`
}

/** @param guess the position of the choice, from 0; null where nobody guessed */
export function renderAnswer({ choices }: AskedQuestion, guess: number | null, answer: Answer, look: Look): string {
  const { words, palette } = look
  if (answer.index === null) {
    return `${wrapped(words('lesson.no-answer', { measured: answer.measured.join('; ') }), look)}\n`
  }
  const right = choices[answer.index] ?? ''
  if (guess === null) return `${wrapped(words('lesson.answer', { answer: right }), look)}\n`
  const code = guess === answer.index ? 'lesson.right' : 'lesson.wrong'
  const text = words(code, { guess: choices[guess] ?? '', answer: right })
  return `${palette.paint(guess === answer.index ? 'useful' : 'refused', wrapped(text, look))}\n`
}

function wrapped(text: string, { width }: Look): string {
  return prose(text, width)
}
