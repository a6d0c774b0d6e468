/** The options of a circuit: what each means, its unit, range and default, and the check that names every bad value. */

/** What a circuit can be told. Durations are milliseconds, shares are percent; `null` switches a rule off. */
export interface CircuitOptions {
  failurePercentage?: number | null | undefined
  minimumCalls?: number | undefined
  maxFailures?: number | null | undefined
  consecutiveFailures?: number | null | undefined
  slowCallPercentage?: number | null | undefined
  slowCallMs?: number | undefined
  windowCalls?: number | undefined
  windowMs?: number | undefined
  windowBuckets?: number | undefined
  openForMs?: number | undefined
  openFactor?: number | undefined
  openMaxMs?: number | undefined
  jitter?: number | undefined
  stableForMs?: number | undefined
  retryAfterMaxMs?: number | undefined
  probes?: number | undefined
  probeLeaseMs?: number | undefined
}

/** Checked options with every blank filled in. A rule that is off is null; of the two windows the other one is 0. */
export type CircuitSettings = {
  readonly [Name in keyof CircuitOptions]-?: Exclude<CircuitOptions[Name], undefined>
}

/** One option as data, for the check, for help texts and for the documentation. */
export interface OptionRule {
  readonly what: string
  readonly unit: '%' | 'calls' | 'ms' | 'factor' | 'share' | 'buckets' | 'probes'
  /** The smallest value, or, where `above` is set, the value that it must exceed. */
  readonly min: number
  readonly above?: true
  readonly max: number
  readonly integer?: true
  /** The default in words, and in `fallback` the number where it is always the same. */
  readonly standard: string
  readonly fallback?: number
}

const HOUR = 3_600_000
const calls = { unit: 'calls', min: 1, max: 1_000_000, integer: true } as const
const ms = { unit: 'ms', min: 0, above: true, max: 24 * HOUR } as const
const percent = { unit: '%', min: 0, above: true, max: 100 } as const

/** Every option, in the order in which people meet them. */
export const OPTION_RULES: { readonly [Name in keyof CircuitOptions]-?: OptionRule } = {
  failurePercentage: {
    ...percent,
    what: 'opens when at least this share of the window failed',
    standard: '50, or off where another rule is given',
  },
  minimumCalls: {
    ...calls,
    what: 'how many calls the window must hold before a percentage means anything',
    standard: '10, or the whole window where that is smaller',
  },
  maxFailures: { ...calls, what: 'opens at this many failures in the window', standard: 'off' },
  consecutiveFailures: { ...calls, what: 'opens at this many failures in a row', standard: 'off' },
  slowCallPercentage: { ...percent, what: 'opens when at least this share of the window was slow', standard: 'off' },
  slowCallMs: { ...ms, what: 'a call that takes this long or longer is slow', standard: '1000', fallback: 1_000 },
  windowCalls: { ...calls, what: 'the window holds the last so many calls', standard: '20', fallback: 20 },
  windowMs: { ...ms, what: 'instead: the window holds the calls of the last so many milliseconds', standard: 'off' },
  windowBuckets: {
    unit: 'buckets',
    min: 1,
    max: 10_000,
    integer: true,
    what: 'how finely a window of time forgets',
    standard: '10',
    fallback: 10,
  },
  openForMs: { ...ms, what: 'how long the circuit stays open at first', standard: '1000', fallback: 1_000 },
  openFactor: {
    unit: 'factor',
    min: 1,
    max: 10,
    what: 'each reopening stays open so many times longer than the one before',
    standard: '1',
    fallback: 1,
  },
  openMaxMs: { ...ms, what: 'the longest that growth may reach', standard: '30000, or openForMs where that is longer' },
  jitter: {
    unit: 'share',
    min: 0,
    max: 1,
    what: 'lengthens each opening by a random part of up to this share of it',
    standard: '0',
    fallback: 0,
  },
  stableForMs: {
    ...ms,
    max: 10 * ms.max,
    what: 'each such spell without opening takes back one step of growth',
    standard: '10 times openForMs',
  },
  retryAfterMaxMs: {
    unit: 'ms',
    min: 0,
    max: ms.max,
    what: 'the longest Retry-After that is believed',
    standard: '3600000',
    fallback: HOUR,
  },
  probes: {
    unit: 'probes',
    min: 1,
    max: 1_000,
    integer: true,
    what: 'how many calls a half-open circuit lets through to decide',
    standard: '3',
    fallback: 3,
  },
  probeLeaseMs: { ...ms, what: 'a probe that takes this long counts as failed', standard: '10000', fallback: 10_000 },
}

const RULES = ['failurePercentage', 'maxFailures', 'consecutiveFailures', 'slowCallPercentage'] as const

/** Options that cannot be. `problems` holds one sentence for each bad value. */
export class CircuitOptionsError extends RangeError {
  override name = 'CircuitOptionsError'
  readonly problems: readonly string[]

  constructor(problems: readonly string[]) {
    super(problems.length === 1 ? `${problems[0]}` : `${problems.length} bad options: ${problems.join('; ')}`)
    this.problems = problems
  }
}

/**
 * Checks options and fills in what was not given.
 * @throws {CircuitOptionsError} naming every bad value with its range.
 */
export function circuitSettings(options: CircuitOptions = {}): CircuitSettings {
  const problems = [...rangeProblems(options)]
  if (problems.length > 0) throw new CircuitOptionsError(problems)

  const given = (name: keyof CircuitOptions): number | null => options[name] ?? null
  const usual = (name: keyof CircuitOptions): number => options[name] ?? OPTION_RULES[name].fallback ?? 0
  const alone = options.failurePercentage === undefined && RULES.every(name => given(name) === null)
  const windowMs = options.windowMs ?? 0
  const windowCalls = windowMs > 0 ? 0 : usual('windowCalls')
  const openForMs = usual('openForMs')
  const settings: CircuitSettings = {
    failurePercentage: alone ? 50 : given('failurePercentage'),
    minimumCalls: options.minimumCalls ?? (windowCalls > 0 ? Math.min(10, windowCalls) : 10),
    maxFailures: given('maxFailures'),
    consecutiveFailures: given('consecutiveFailures'),
    slowCallPercentage: given('slowCallPercentage'),
    slowCallMs: usual('slowCallMs'),
    windowCalls,
    windowMs,
    windowBuckets: usual('windowBuckets'),
    openForMs,
    openFactor: usual('openFactor'),
    openMaxMs: options.openMaxMs ?? Math.max(30_000, openForMs),
    jitter: usual('jitter'),
    stableForMs: options.stableForMs ?? 10 * openForMs,
    retryAfterMaxMs: usual('retryAfterMaxMs'),
    probes: usual('probes'),
    probeLeaseMs: usual('probeLeaseMs'),
  }
  problems.push(...conflicts(options, settings))
  if (problems.length > 0) throw new CircuitOptionsError(problems)
  return settings
}

/** The range of an option in words: `a number above 0 and at most 100 (%)`. */
export function rangeOf(name: keyof CircuitOptions): string {
  const { integer, above, min, max, unit } = OPTION_RULES[name]
  const kind = integer ? 'a whole number' : 'a number'
  const range = above ? `above ${min} and at most ${max}` : `from ${min} to ${max}`
  return `${kind} ${range} (${unit})${isRule(name) ? ', or null for off' : ''}`
}

function* rangeProblems(options: CircuitOptions): Iterable<string> {
  for (const [name, value] of Object.entries(options)) {
    if (!isOption(name)) {
      yield `${name} is no option of a circuit: there are ${Object.keys(OPTION_RULES).join(', ')}`
    } else if (value !== undefined && !(value === null && isRule(name)) && !inRange(OPTION_RULES[name], value)) {
      yield `${name} is ${show(value)}: it must be ${rangeOf(name)}`
    }
  }
}

function* conflicts(options: CircuitOptions, settings: CircuitSettings): Iterable<string> {
  const { windowCalls, minimumCalls, maxFailures, openMaxMs, openForMs } = settings
  if (RULES.every(name => settings[name] === null)) yield `every rule is off: set one of ${RULES.join(', ')}`
  if (options.windowMs !== undefined && options.windowCalls !== undefined) {
    yield 'windowCalls and windowMs are both set: a window counts calls or time, leave one out'
  }
  const never = `a window of ${windowCalls} calls never holds that many: set windowCalls higher, or use windowMs`
  if (windowCalls > 0 && minimumCalls > windowCalls) yield `minimumCalls is ${minimumCalls}, and ${never}`
  if (windowCalls > 0 && maxFailures !== null && maxFailures > windowCalls)
    yield `maxFailures is ${maxFailures}, and ${never}`
  if (openMaxMs < openForMs) yield `openMaxMs is ${openMaxMs}: it must be at least openForMs (${openForMs})`
}

function inRange(rule: OptionRule, value: unknown): boolean {
  if (typeof value !== 'number') return false
  if (rule.integer ? !Number.isInteger(value) : !Number.isFinite(value)) return false
  return (rule.above ? value > rule.min : value >= rule.min) && value <= rule.max
}

function isOption(name: string): name is keyof CircuitOptions {
  return Object.hasOwn(OPTION_RULES, name)
}

function isRule(name: string): boolean {
  return (RULES as readonly string[]).includes(name)
}

function show(value: unknown): string {
  return typeof value === 'string' ? JSON.stringify(value) : String(value)
}
