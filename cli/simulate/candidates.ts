/** The arms that `chaos tune` tries: one expression, with the parameters of its policies that nobody wrote drawn again and again. */

import { drawNumber, streamSeed } from '../../server/chaos/decision/draw.ts'
import { formatDuration } from '../../server/lib/units.ts'
import { type CircuitOptions, circuitSettings } from '../breaker/options.ts'
import { circuitOptions } from '../policy/circuit-parameters.ts'
import { type ParsedArm, parseArm } from '../policy/parse.ts'
import type { PolicyName } from '../policy/policies.ts'

/** The policies whose parameters are looked for. */
export const TUNED = ['breaker', 'retry', 'budget', 'timeout'] as const satisfies readonly PolicyName[]
type Tuned = (typeof TUNED)[number]

/** Written parameters by their names; what is not there is at its default. */
type Written = Readonly<Record<string, string>>

/** Draws that follow from a seed. */
interface Draws {
  /** One of several, all alike. */
  one<T>(of: readonly T[]): T
  /** True in so many of a hundred draws. */
  chance(percent: number): boolean
}

const durations = (...values: readonly number[]): string[] => values.map(formatDuration)

const OPEN_FOR = durations(50, 100, 150, 200, 250, 350, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000, 8_000)
const WINDOWS = ['5', '10', '20', '30', '50', '100', ...durations(500, 1_000, 2_000, 5_000, 10_000)]
const TIMEOUTS = [25, 50, 100, 150, 200, 300, 400, 500, 750, 1_000, 1_500, 2_000, 3_000, 5_000] as const

/** What may be written into each policy. Half of what matters least stays as it is where nobody writes it. */
const SPACES: Readonly<Record<Tuned, (draws: Draws, timeoutMs: number) => Written>> = {
  breaker: draws => ({ ...opensAt(draws), ...closesAfter(draws) }),
  retry: ({ one, chance }) => ({
    retries: one(['0', '1', '2', '3', '4', '5', '6', '8']),
    base: one(durations(10, 25, 50, 100, 200, 500, 1_000)),
    ...(chance(50) ? { cap: one(durations(500, 1_000, 5_000, 10_000)) } : {}),
  }),
  budget: ({ one }) => ({
    share: one(['2%', '5%', '10%', '20%', '30%', '50%', '100%']),
    reserve: one(['1', '3', '10', '30', '100']),
  }),
  timeout: ({ one }, timeoutMs) => ({ after: one(durations(...TIMEOUTS.filter(ms => ms <= timeoutMs), timeoutMs)) }),
}

/** When a circuit opens: by a share of failures, by failures in a row, or by slow calls beside one of these. */
function opensAt({ one, chance }: Draws): Written {
  const slow = chance(15)
    ? { 'slow-share': one(['30', '50', '70', '90']), 'slow-after': one(durations(50, 100, 200, 400, 800, 1_500)) }
    : {}
  if (chance(25)) return { consecutive: one(['2', '3', '4', '5', '7', '10', '15', '20']), ...slow }
  return {
    threshold: one(['10', '15', '20', '25', '30', '40', '50', '60', '70', '80', '90', '100']),
    'min-calls': one(['2', '3', '5', '10', '20', '50']),
    window: one(WINDOWS),
    ...slow,
  }
}

/** How long it stays open, and what closes it. */
function closesAfter({ one, chance }: Draws): Written {
  return {
    'open-for': one(OPEN_FOR),
    ...(chance(60) ? { probes: one(['1', '2', '5', '10']) } : {}),
    ...(chance(30) ? { factor: one(['1.5', '2', '4']) } : {}),
    ...(chance(20) ? { jitter: one(['0.1', '0.5', '1']) } : {}),
  }
}

/** The rules by which a circuit opens, and what belongs to them: who writes one of them has said when it opens. */
const RULES = ['threshold', 'consecutive', 'max-failures', 'slow-share']
const ABOUT_RULES = [...RULES, 'slow-after', 'min-calls', 'window']

/** Draws for one candidate in a row of which most are not new. */
const MAX_REPEATED = 200

/** What candidates are drawn from. */
export interface CandidateSpace {
  /** What it has written stays. */
  readonly arm: ParsedArm
  /** Options of its circuit, where it says nothing. */
  readonly circuit: CircuitOptions
  readonly candidates: number
  /** How long a call may take anyway. */
  readonly timeoutMs: number
  readonly seed: string
}

/**
 * So many different arms, the given one the first; fewer where its policies have not so many settings. The same seed gives the
 * same candidates, and those of a smaller count are the first of a larger one.
 */
export function candidatesOf(space: CandidateSpace): string[] {
  const draws = drawsOf(space.seed)
  const found = new Set([space.arm.expression])
  let repeated = 0
  while (found.size < space.candidates && repeated < MAX_REPEATED) {
    const text = candidate(space, draws)
    repeated = text === null || found.has(text) ? repeated + 1 : 0
    if (text !== null) found.add(text)
  }
  return [...found]
}

/** Null where what was drawn does not go together. */
function candidate({ arm, circuit, timeoutMs }: CandidateSpace, draws: Draws): string | null {
  const parts = partsOf(arm.expression).map(part => {
    const [, word = '', own = ''] = /^([a-z-]+)(?:\((.*)\))?$/.exec(part) ?? []
    const policy = TUNED.find(name => name === word)
    if (policy === undefined) return part
    const typed = Object.keys(arm.policies.get(policy) ?? {})
    const drawn = Object.entries(SPACES[policy](draws, timeoutMs)).filter(([name]) => isFree(name, typed))
    const written = [...(own === '' ? [] : [own]), ...drawn.map(([name, value]) => `${name}=${value}`)]
    return written.length === 0 ? word : `${word}(${written.join(',')})`
  })
  const text = parts.join('+')
  return isValid(text, circuit) ? text : null
}

/** Parameters that mean nothing without another. */
const NEEDS: Readonly<Record<string, string>> = { 'slow-after': 'slow-share' }

/** The arms that have one parameter less, of those that `arm` has not written itself. */
export function shorterArms(text: string, { arm, circuit }: Pick<CandidateSpace, 'arm' | 'circuit'>): string[] {
  const parts = partsOf(text)
  return parts.flatMap((part, place) => {
    const [, word = '', own = ''] = /^([a-z-]+)(?:\((.*)\))?$/.exec(part) ?? []
    const policy = TUNED.find(name => name === word)
    if (policy === undefined || own === '') return []
    const written = own.split(',')
    const typed = Object.keys(arm.policies.get(policy) ?? {})
    const nameOf = (parameter: string) => parameter.split('=')[0] ?? ''
    const free = written.filter(parameter => parameter.includes('=') && !typed.includes(nameOf(parameter)))
    return free.flatMap(gone => {
      const left = written.filter(each => each !== gone && NEEDS[nameOf(each)] !== nameOf(gone))
      const shorter = left.length === 0 ? word : `${word}(${left.join(',')})`
      const whole = parts.with(place, shorter).join('+')
      return isValid(whole, circuit) ? [whole] : []
    })
  })
}

/** Whether a parameter may be drawn beside those that were typed. */
function isFree(name: string, typed: readonly string[]): boolean {
  if (typed.includes(name)) return false
  if (!ABOUT_RULES.includes(name) || !typed.some(each => RULES.includes(each))) return true
  return (name === 'min-calls' || name === 'window') && (typed.includes('threshold') || typed.includes('slow-share'))
}

function isValid(text: string, circuit: CircuitOptions): boolean {
  try {
    circuitSettings(circuitOptions(parseArm(text).policies.get('breaker') ?? {}, circuit))
    return true
  } catch {
    return false
  }
}

/** The policies of an expression; no value of a parameter has a plus sign in it. */
function partsOf(expression: string): string[] {
  return expression.split('+')
}

function drawsOf(seed: string): Draws {
  const stream = streamSeed(`${seed}/candidates`, 'deck')
  let drawn = 0
  const next = () => drawNumber(stream, drawn++, 0)
  return {
    one: of => of[Math.floor(next() * of.length)] as (typeof of)[number],
    chance: percent => next() * 100 < percent,
  }
}
