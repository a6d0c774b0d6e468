/** The settings of the process: environment variables, flags and the .env file, described once, checked as a whole. */

import { z } from 'zod'
import { formatDuration, parseDuration, parseRate, rateNote, UnitError } from '../lib/units.ts'
import { UserError } from '../lib/user-error.ts'
import { LIMITS } from './limits.ts'

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
const token = z.string().min(8, 'is shorter than 8 characters').max(256, 'has more than 256 characters')

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

/** What the server reads. The texts are those of the help and of `.env.example`. */
export const serverSchema = z.object({
  PORT: port.prefault('8000').describe('TCP port to listen on; 0 takes any free one'),
  HOST: z.string().prefault('127.0.0.1').describe('address to listen on; 0.0.0.0 lets other machines in'),
  FAIL_RATE: rate.prefault('0').describe('chance that a request fails, in percent, 0 to 100; 0.5 is half a percent'),
  FAIL_SEED: seed.optional().describe('same seed and same key, same fate; drawn and printed when not given'),
  FAIL_SAMPLER: choice(['bernoulli', 'deck'])
    .prefault('bernoulli')
    .describe('bernoulli: independent draws; deck: exact in every 100 requests'),
  CATALOG_DB: z
    .string()
    .prefault('data/catalog.sqlite')
    .describe('SQLite file of the catalog, made when missing; :memory: for none'),
  CHAOS_TOKEN: token
    .optional()
    .describe('secret that changes must carry; without one there is none, but one is made where HOST lets others in'),
  ALLOW_HOSTS: hosts
    .optional()
    .describe('names, with commas, by which the server may be called beside its addresses; others are refused'),
  OPEN_SESSIONS: choice(['0', '1'])
    .prefault('0')
    .describe('1 lets those without the token read, and change sessions that they made themselves'),
  CHAOS_STEALTH: choice(['0', '1'])
    .prefault('0')
    .describe('1 hides every marker of an injected fault; the journal still knows'),
  LOG_LEVEL: choice(['trace', 'debug', 'info', 'warn', 'error', 'fatal', 'silent'])
    .prefault('info')
    .describe('least important lines that are logged: trace, debug, info, warn, error, fatal or silent'),
  MAX_CONNECTIONS: whole(1, 60_000).prefault(String(LIMITS.connections)).describe('connections at once; 503 beyond'),
  MAX_REQUESTS: whole(1, 1_000_000)
    .prefault(String(LIMITS.requests))
    .describe('requests to the catalog at once, delayed ones among them; 503 beyond'),
  MAX_HEADER_BYTES: whole(1_024, 1_048_576)
    .prefault(String(LIMITS.headerBytes))
    .describe('bytes of the headers of a request; 431 beyond'),
  MAX_BODY_BYTES: whole(1_024, 16_777_216)
    .prefault(String(LIMITS.bodyBytes))
    .describe('bytes of a body that any route reads; 413 beyond'),
  HEADERS_TIMEOUT: span(100, 600_000)
    .prefault(formatDuration(LIMITS.headersMs))
    .describe('time until the headers of a request are there; 408 then'),
  REQUEST_TIMEOUT: span(100, 600_000)
    .prefault(formatDuration(LIMITS.requestMs))
    .describe('time until a request is there as a whole; 408 then'),
  MAX_SESSIONS: whole(1, 10_000)
    .prefault(String(LIMITS.sessions))
    .describe('sessions beside the default one; 429 beyond, where none was left alone for a minute'),
  MAX_JOURNAL: whole(1, 100_000)
    .prefault(String(LIMITS.journal))
    .describe('requests that the journal of a session remembers; the oldest makes room'),
  MAX_RUNS: whole(1, 10_000).prefault(String(LIMITS.runs)).describe('runs that are kept; the oldest makes room'),
  MAX_LISTENERS: whole(1, 10_000).prefault(String(LIMITS.listeners)).describe('listeners of events; 429 beyond'),
  MAX_LISTENERS_PER_CLIENT: whole(1, 10_000)
    .prefault(String(LIMITS.listenersPerClient))
    .describe('listeners of events at one address; 429 beyond; a room behind one router is one address'),
  MAX_HELD: whole(0, 60_000)
    .prefault(String(LIMITS.held))
    .describe('faulted requests that are held open at once; beyond it they are served'),
})

export type Config = z.infer<typeof serverSchema>
export type Name = keyof Config

/** The variables, in the order of the help. */
export const NAMES = Object.keys(serverSchema.shape) as readonly Name[]

/** What the command line alone reads; `.env.example` explains these too. */
export const cliVariables: Readonly<Record<string, string>> = {
  CHAOS_URL: 'server that the command line talks to',
  CHAOS_SESSION: 'session that the command line reads and changes',
}

/** Where a value came from. */
export type Origin = 'flag' | 'env' | 'file' | 'default'

type Values = Readonly<Record<string, string | undefined>>

/** The sources, the strongest first, each by variable name. */
export interface Sources {
  readonly flag: Values
  readonly env: Values
  readonly file: Values
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
 * @throws {UserError} with a sentence for each problem, exit code 2.
 */
export function loadConfig(sources: Sources, labels: { flag(name: Name): string; file: string }): Loaded {
  const picked = NAMES.map(name => ({ name, ...pick(sources, name) }))
  const parsed = serverSchema.safeParse(Object.fromEntries(picked.map(({ name, value }) => [name, value])))
  const called = (name: unknown): string => {
    const origin = picked.find(it => it.name === name)?.origin
    if (origin === 'flag') return labels.flag(name as Name)
    return origin === 'file' ? `${String(name)} in ${labels.file}` : String(name)
  }
  if (!parsed.success) {
    const sentences = parsed.error.issues.map(issue => `${called(issue.path[0])}: ${issue.message}`)
    throw new UserError(sentences.join('\n'), 2)
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
