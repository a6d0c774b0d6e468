/** The settings of the process: environment variables, flags and the .env file, described once, checked as a whole. */

import { z } from 'zod'
import { tokenFlaw } from '../lib/bearer-token.ts'
import { formatDuration, parseDuration, parseRate, rateNote, UnitError } from '../lib/units.ts'
import { UserError } from '../lib/user-error.ts'
import type { Variables } from './dotenv.ts'
import { isTime, LIMIT_TABLE, type Limits } from './limits.ts'

const rate = z.string().transform((text, context) => {
  try {
    return parseRate(text)
  } catch (error) {
    if (!(error instanceof UnitError)) throw error
    context.issues.push({ code: 'custom', message: error.message, input: text })
    return z.NEVER
  }
})

const choice = <const T extends readonly [string, ...string[]]>(values: T) =>
  z.enum(values, { error: ({ input }) => `"${input}" is none of ${values.join(', ')}` })

const port = z
  .string()
  .refine(text => /^\d{1,5}$/.test(text) && Number(text) <= 65_535, {
    error: ({ input }) => `"${input}" is not a port: write a whole number from 0 to 65535`,
  })
  .transform(Number)

const seed = z.string().max(64, 'has more than 64 characters')
const token = z
  .string()
  .min(8, 'is shorter than 8 characters')
  .superRefine((text, context) => {
    const flaw = tokenFlaw(text)
    if (flaw !== null) context.addIssue(flaw)
  })

/** A whole number from `low` to `high`. */
const whole = (low: number, high: number) =>
  z
    .string()
    .refine(text => /^\d{1,10}$/.test(text) && Number(text) >= low && Number(text) <= high, {
      error: ({ input }) => `"${input}" is not a whole number from ${low} to ${high}`,
    })
    .transform(Number)

const HOST_NAME = /^(\[[0-9a-f:.]+\]|[a-z0-9]([a-z0-9.-]*[a-z0-9])?)(:\d{1,5})?$/i
const hosts = z
  .string()
  .transform(text => text.split(',').map(name => name.trim()))
  .refine(names => names.every(name => HOST_NAME.test(name)), {
    error: 'must be names such as demo.local or demo.local:8080, with commas between them',
  })

/** The text of a duration, so that it is shown as it is typed. */
const span = (low: number, high: number) =>
  z.string().superRefine((text, context) => {
    try {
      const ms = parseDuration(text)
      if (ms >= low && ms <= high) return
      context.addIssue(`"${text}" is not from ${formatDuration(low)} to ${formatDuration(high)}`)
    } catch (error) {
      if (!(error instanceof UnitError)) throw error
      context.addIssue(error.message)
    }
  })

/** A flag, as commander takes it, and the words of the help. */
const about = (flag: string, description: string) => ({ flag, description })

type LimitVariable = (typeof LIMIT_TABLE)[keyof typeof LIMIT_TABLE]['variable']
/** Counts are read as numbers; times are checked, and stay the text that was typed. */
type LimitShape = {
  [V in LimitVariable]: z.ZodType<V extends `${string}_TIMEOUT` ? string : number, string | undefined>
}

const limitShape = Object.fromEntries(
  Object.values(LIMIT_TABLE).map(({ variable, standard, range, meaning }) => {
    const [schema, text, value] = isTime(variable)
      ? [span(...range), formatDuration(standard), 'duration']
      : [whole(...range), String(standard), 'number']
    const flag = `--${variable.toLowerCase().replaceAll('_', '-')} <${value}>`
    return [variable, schema.prefault(text).meta(about(flag, meaning))]
  }),
) as unknown as LimitShape

/** What the server reads, each with its flag, as commander takes it. The texts are those of the help and of `.env.example`. */
export const serverSchema = z.object({
  PORT: port.prefault('8000').meta(about('-p, --port <number>', 'TCP port to listen on; 0 takes any free one')),
  HOST: z
    .string()
    .prefault('127.0.0.1')
    .meta(about('--host <address>', 'address to listen on; 0.0.0.0 lets other machines in')),
  FAIL_RATE: rate
    .prefault('0')
    .meta(about('--fail-rate <percent>', 'chance that a request fails, in percent, 0 to 100; 0.5 is half a percent')),
  FAIL_SEED: seed
    .optional()
    .meta(about('--seed <text>', 'same seed and same key, same fate; drawn and printed when not given')),
  FAIL_SAMPLER: choice(['bernoulli', 'deck'])
    .prefault('bernoulli')
    .meta(about('--sampler <name>', 'bernoulli: independent draws; deck: exact in every 100 requests')),
  CATALOG_DB: z
    .string()
    .prefault('data/catalog.sqlite')
    .meta(about('--db <file>', 'SQLite file of the catalog, made when missing; :memory: for none')),
  CHAOS_TOKEN: token
    .optional()
    .meta(
      about(
        '--token <text>',
        'secret that changes must carry; without one there is none, but one is made where HOST lets others in',
      ),
    ),
  ALLOW_HOSTS: hosts
    .optional()
    .meta(
      about(
        '--allow-host <names>',
        'names, with commas, by which the server may be called beside its addresses; others are refused',
      ),
    ),
  ROOM: choice(['0', '1'])
    .prefault('0')
    .meta(
      about(
        '--room',
        '1 is for a room of strangers: lets other machines in, opens sessions, has room for 200 people behind one router, and prints a QR code; what is said beside it holds',
      ),
    ),
  ADDRESS: z
    .string()
    .max(255, 'has more than 255 characters')
    .optional()
    .meta(about('--address <address>', 'the one of several addresses of this machine that attendees are shown')),
  OPEN_SESSIONS: choice(['0', '1'])
    .prefault('0')
    .meta(
      about('--open-sessions', '1 lets those without the token read, and change sessions that they made themselves'),
    ),
  CHAOS_STEALTH: choice(['0', '1'])
    .prefault('0')
    .meta(about('--stealth', '1 hides every marker of an injected fault; the journal still knows')),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .prefault('info')
    .meta(
      about(
        '--log-level <level>',
        'least important lines that are logged: trace, debug, info, warn, error, fatal or silent',
      ),
    ),
  ...limitShape,
})

export type Config = z.infer<typeof serverSchema>
export type Name = keyof Config

/** The variables, in the order of the help. */
export const NAMES = Object.keys(serverSchema.shape) as readonly Name[]

/** The value of a variable where nobody says another, as it would be typed; undefined where there is none. */
export function standardOf(name: Name): string | undefined {
  const { data } = serverSchema.shape[name].safeParse(undefined)
  return data === undefined ? undefined : String(data)
}

/** The limits in a configuration. */
export function limitsOf(config: Config): Limits {
  return Object.fromEntries(
    Object.entries(LIMIT_TABLE).map(([name, { variable }]) => {
      const value = config[variable]
      return [name, typeof value === 'string' ? parseDuration(value) : value]
    }),
  ) as Limits
}

/** What ROOM says in place of the defaults. */
const ROOM_VALUES: Variables = {
  HOST: '0.0.0.0',
  OPEN_SESSIONS: '1',
  MAX_SESSIONS: '600',
  MAX_LISTENERS: '700',
  MAX_LISTENERS_PER_CLIENT: '600',
  MAX_HELD: '2000',
}

/** What the command line alone reads; `.env.example` explains these too. */
export const cliVariables: Readonly<Record<string, string>> = {
  CHAOS_URL: 'server that the command line talks to',
  CHAOS_SESSION: 'session that the command line reads and changes',
}

/** Every name that `.env` may hold. */
export const KNOWN_NAMES: readonly string[] = [...NAMES, ...Object.keys(cliVariables)]

/** Where a value came from. */
export type Origin = 'flag' | 'env' | 'file' | 'default'

/** The sources, the strongest first, each by variable name. */
export interface Sources {
  readonly flag: Variables
  readonly env: Variables
  readonly file: Variables
}

export interface Loaded {
  readonly config: Config
  readonly origins: Readonly<Record<Name, Origin>>
  /** Sentences about values that are right but easily misread. */
  readonly notes: readonly string[]
}

/**
 * Checks everything at once.
 * @param labels how the sources are called in sentences: the flag of a variable, and the path of the file.
 * @param flaws sentences about the sources, which may be why a value is wrong.
 * @throws {UserError} with a sentence for each problem, exit code 2.
 */
export function loadConfig(
  sources: Sources,
  labels: { flag(name: Name): string; file: string },
  flaws: readonly string[] = [],
): Loaded {
  const isRoom = pick(sources, 'ROOM').value === '1'
  const picked = NAMES.map(name => {
    const { value, origin } = pick(sources, name)
    return { name, origin, value: value ?? (isRoom ? ROOM_VALUES[name] : undefined) }
  })
  const parsed = serverSchema.safeParse(Object.fromEntries(picked.map(({ name, value }) => [name, value])))
  const called = (name: unknown): string => {
    const origin = picked.find(it => it.name === name)?.origin
    if (origin === 'flag') return labels.flag(name as Name)
    return origin === 'file' ? `${String(name)} in ${labels.file}` : String(name)
  }
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(issue => `${called(issue.path[0])}: ${issue.message}`)
    throw new UserError([...sentences, ...flaws].join('\n'), 2)
  }
  const rateText = picked.find(it => it.name === 'FAIL_RATE')?.value
  const note = rateText === undefined ? null : rateNote(rateText)
  return {
    config: parsed.data,
    origins: Object.fromEntries(picked.map(({ name, origin }) => [name, origin])) as Record<Name, Origin>,
    notes: note ? [`${called('FAIL_RATE')}: ${note}`] : [],
  }
}

/** An empty value counts as none, so that `FAIL_SEED=` in a file means the same as no such line. */
function pick(sources: Sources, name: Name): { value: string | undefined; origin: Origin } {
  for (const origin of ['flag', 'env', 'file'] as const) {
    const value = sources[origin][name]?.trim()
    if (value) return { value, origin }
  }
  return { value: undefined, origin: 'default' }
}
