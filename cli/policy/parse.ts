/** Reads arms as people type them, such as `retry+breaker(threshold=40,open-for=2s)`. */

import type { Parameter, Parameters, Values } from './parameters.ts'
import { POLICIES, POLICY_NAMES, type PolicyName } from './policies.ts'

/** Says what was wrong with an arm and what to type instead. */
export class ArmError extends Error {
  override name = 'ArmError'
}

/** An arm's expression, taken apart: each policy once, with the parameters that were written and no others. */
export interface ParsedArm {
  /** What results call it: the expression as it was typed, without spaces. */
  readonly name: string
  /** What stands for it when it is read again. */
  readonly expression: string
  readonly policies: ReadonlyMap<PolicyName, Readonly<Record<string, unknown>>>
}

/** The policies that put a circuit into an arm. */
export const CIRCUITS = ['breaker', 'opossum', 'cockatiel'] as const satisfies readonly PolicyName[]
const ABOUT_CIRCUITS: readonly PolicyName[] = [...CIRCUITS, 'notify', 'reschedule']

const NEEDS: readonly (readonly [policy: string, why: string, needed: readonly string[]])[] = [
  ['budget', 'budget limits retries: write retry+budget', ['retry']],
  ['notify', 'notify tells of a circuit that opens: write notify(url)+breaker', CIRCUITS],
  ['reschedule', 'reschedule waits for a circuit to close: write reschedule+breaker', CIRCUITS],
]

/**
 * Reads a list of arms, separated by commas: `none,retry+breaker(threshold=40,open-for=2s)`.
 * @throws {ArmError} for an empty list, an arm that stands there twice, and whatever `parseArm` refuses.
 */
export function parseArms(text: string): ParsedArm[] {
  const arms = split(text, ',').map(parseArm)
  const names = arms.map(arm => arm.name)
  const twice = names.find((name, position) => names.indexOf(name) !== position)
  if (twice !== undefined) throw new ArmError(`the arm "${twice}" stands there twice: each arm has a name of its own`)
  return arms
}

/**
 * Reads one arm: policies joined by `+`, each with its parameters in parentheses. Their order does not matter, the nesting is fixed.
 * @throws {ArmError} for unknown policies and parameters (with the known ones and the nearest), values out of range, and policies
 * that stand there twice or do not go together.
 */
export function parseArm(text: string): ParsedArm {
  const policies = new Map<PolicyName, Readonly<Record<string, unknown>>>()
  const parts = split(text, '+')
  for (const part of parts) {
    const match = /^([A-Za-z-]*)\s*(?:\(([\s\S]*)\))?$/.exec(part)
    const typed = match?.[1] ?? part
    const policy = POLICY_NAMES.find(name => name === typed)
    if (policy === undefined || !match) throw unknown(typed, 'word', 'words', POLICY_NAMES)
    if (policies.has(policy)) throw new ArmError(`"${policy}" stands twice in "${text.trim()}": write it once`)
    policies.set(policy, parameters(policy, match[2] ?? ''))
  }
  check(policies, text.trim())
  const expression = parts.join('+').replace(/\s+/g, '')
  return { name: expression, expression, policies }
}

/** The settings of a policy in an arm: what was written, over the defaults. Null where the arm is without the policy. */
export function settingsOf<P extends PolicyName>(arm: ParsedArm, policy: P): Values<(typeof POLICIES)[P]> | null {
  const written = arm.policies.get(policy)
  if (!written) return null
  const known: Parameters = POLICIES[policy]
  const standard = Object.fromEntries(Object.entries(known).map(([name, { fallback }]) => [name, fallback]))
  return { ...standard, ...written } as Values<(typeof POLICIES)[P]>
}

function parameters(policy: PolicyName, text: string): Record<string, unknown> {
  const known: Parameters = POLICIES[policy]
  const names = Object.keys(known)
  const values: Record<string, unknown> = {}
  const parts = text.trim() === '' ? [] : split(text, ',')
  parts.forEach((part, position) => {
    const match = /^([A-Za-z-]+)\s*=\s*([\s\S]*)$/.exec(part)
    const name = match?.[1] ?? (position === 0 ? names[0] : undefined)
    if (name === undefined) throw new ArmError(positional(policy, part, names))
    const parameter = Object.hasOwn(known, name) ? known[name] : undefined
    if (!parameter) throw unknown(name, `parameter of ${policy}`, 'parameters', names)
    if (Object.hasOwn(values, name)) throw new ArmError(`${policy} has "${name}" twice: write it once`)
    values[name] = read(policy, name, parameter, match?.[2] ?? part)
  })
  for (const [name, { fallback, accepts }] of Object.entries(known)) {
    if (fallback === null && !Object.hasOwn(values, name))
      throw new ArmError(`${policy} needs ${name}, ${accepts}: write ${policy}(${name}=…)`)
  }
  return values
}

function read(policy: string, name: string, parameter: Parameter<unknown>, text: string): unknown {
  try {
    return parameter.read(text.trim())
  } catch {
    throw new ArmError(`${policy}(${name}=${text}): ${name} is ${parameter.accepts}`)
  }
}

function check(policies: ReadonlyMap<string, unknown>, text: string): void {
  if (policies.has('none') && policies.size > (policies.has('timeout') ? 2 : 1))
    throw new ArmError(`"none" stands alone: leave it out of "${text}"`)
  const circuits = CIRCUITS.filter(name => policies.has(name))
  if (circuits.length > 1) throw new ArmError(`"${text}" has ${circuits.join(' and ')}: an arm has one circuit`)
  for (const [policy, why, needed] of NEEDS) {
    if (policies.has(policy) && !needed.some(name => policies.has(name))) throw new ArmError(why)
  }
}

function unknown(typed: string, kind: string, kinds: string, known: readonly string[]): ArmError {
  if (typed === '') return new ArmError(`a ${kind} is missing; the ${kinds} are ${known.join(', ')}`)
  const guess = nearest(typed, known)
  const hint = guess === null ? '' : `did you mean "${guess}"? `
  const list = known.length === 0 ? `it has no ${kinds}` : `the ${kinds} are ${known.join(', ')}`
  return new ArmError(`"${typed}" is no ${kind}: ${hint}${hint === '' ? list : capital(list)}`)
}

function positional(policy: string, part: string, names: readonly string[]): string {
  if (names.length === 0) return `${policy} takes no parameters: write ${policy}`
  return `"${part}" has no name: write name=${part}, with one of ${names.join(', ')}`
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1)
}

/** The arm with so many retries, where it retries and does not say how often. */
export function withRetries(arm: ParsedArm, retries: number | undefined): ParsedArm {
  const retry = arm.policies.get('retry')
  if (!retry || 'retries' in retry || retries === undefined) return arm
  return { ...arm, policies: new Map([...arm.policies, ['retry', { ...retry, retries }]]) }
}

/** The arm without its circuit, and without what only listens to one: `retry` of `retry+breaker`, `none` of `breaker`. */
export function withoutCircuit(arm: ParsedArm): ParsedArm {
  const left = [...arm.policies].filter(([policy]) => !ABOUT_CIRCUITS.includes(policy))
  if (left.length === 0) return parseArm('none')
  const isLeft = (part: string) => !ABOUT_CIRCUITS.some(policy => part === policy || part.startsWith(`${policy}(`))
  return {
    name: left.map(([policy]) => policy).join('+'),
    expression: split(arm.expression, '+').filter(isLeft).join('+'),
    policies: new Map(left),
  }
}

/** The parts of a text between separators that stand outside of parentheses. */
function split(text: string, separator: string): string[] {
  const parts: string[] = []
  let depth = 0
  let from = 0
  for (let at = 0; at < text.length; at++) {
    if (text[at] === '(') depth++
    else if (text[at] === ')') depth--
    else if (text[at] === separator && depth === 0) {
      parts.push(text.slice(from, at).trim())
      from = at + 1
    }
    if (depth < 0) throw new ArmError(`"${text}" closes a parenthesis that it never opened`)
  }
  if (depth > 0) throw new ArmError(`"${text}" has a parenthesis that never closes: add ")"`)
  parts.push(text.slice(from).trim())
  return parts
}

/** The known word nearest to `typed`, or null where none is near: more than a third of its letters (at least one) differ. */
export function nearest(typed: string, known: readonly string[]): string | null {
  let best: string | null = null
  let fewest = Number.POSITIVE_INFINITY
  for (const word of known) {
    const edits = distance(typed.toLowerCase(), word)
    if (edits < fewest && edits <= Math.max(1, Math.ceil(word.length / 3))) {
      best = word
      fewest = edits
    }
  }
  return best
}

/** Letters to add, drop, change or swap with a neighbour (optimal string alignment). */
function distance(a: string, b: string): number {
  let before: number[] = []
  let above = Array.from({ length: b.length + 1 }, (_, column) => column)
  for (let row = 1; row <= a.length; row++) {
    const current = [row]
    for (let column = 1; column <= b.length; column++) {
      const same = a[row - 1] === b[column - 1] ? 0 : 1
      const swapped = row > 1 && column > 1 && a[row - 1] === b[column - 2] && a[row - 2] === b[column - 1]
      const edits = Math.min(at(above, column) + 1, at(current, column - 1) + 1, at(above, column - 1) + same)
      current.push(swapped ? Math.min(edits, at(before, column - 2) + 1) : edits)
    }
    before = above
    above = current
  }
  return at(above, b.length)
}

function at(row: readonly number[], column: number): number {
  return row[column] ?? Number.POSITIVE_INFINITY
}
