/** Expectations of grades, such as "overall>=B": how they are read, and which hold. */

import { InvalidArgumentError } from 'commander'
import { GRADED, GRADES } from '../../server/challenge/grade.ts'

const NAMES: readonly string[] = ['overall', ...GRADED]
const LETTERS: readonly string[] = GRADES

interface GradeRule {
  readonly text: string
  readonly name: string
  readonly operator: string
  readonly letter: string
}

export interface JudgedGrade {
  readonly text: string
  readonly passed: boolean
  /** The grade, or `none`. */
  readonly measured: string
}

/** Reads one more expectation, as commander hands it over. */
export function gradeRule(text: string, before: readonly GradeRule[] = []): GradeRule[] {
  const [, name = '', operator = '', letter = ''] = /^\s*([a-z]+)\s*(>=|<=|==|>|<)\s*([A-Z])\s*$/i.exec(text) ?? []
  if (!NAMES.includes(name) || !LETTERS.includes(letter)) {
    throw new InvalidArgumentError(
      `It is such as "overall>=B": one of ${NAMES.join(', ')}, then >=, ==, >, <= or <, then ${LETTERS.join(', ')}.`,
    )
  }
  return [...before, { text, name, operator, letter }]
}

/** Holds expectations against grades; what has no grade meets none. */
export function checkGrades(
  rules: readonly GradeRule[],
  grades: Readonly<Record<string, string | null>>,
): readonly JudgedGrade[] {
  return rules.map(({ text, name, operator, letter }) => {
    const grade = grades[name] ?? null
    return { text, passed: grade !== null && holds(grade, operator, letter), measured: grade ?? 'none' }
  })
}

/** A better grade is a greater one. */
function holds(grade: string, operator: string, letter: string): boolean {
  const by = LETTERS.indexOf(letter) - LETTERS.indexOf(grade)
  if (operator === '>=') return by >= 0
  if (operator === '<=') return by <= 0
  if (operator === '>') return by > 0
  return operator === '<' ? by < 0 : by === 0
}
