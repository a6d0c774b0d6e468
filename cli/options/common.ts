/** The options that commands share, each described once: its flags, unit, range and default. */

import { type Command, InvalidArgumentError, Option } from 'commander'
import { DEFAULT_CODES, QUANTITIES, WORD } from '../../server/experiments/quantities.ts'
import type { Outage } from '../../server/experiments/spec.ts'
import { formatDuration, parseDuration } from '../../server/lib/units.ts'
import { LANGUAGES } from '../../server/wording/wording.ts'
import { readUrl } from '../address.ts'
import { type Io, usageError } from '../io.ts'
import type { OutputOptions } from '../output.ts'

/** The least and the greatest of a quantity. */
interface Range {
  readonly min: number
  readonly max: number
}

/** A whole number of `min` to `max`. */
export function wholeNumber({ min, max }: Range): (text: string) => number {
  return text => {
    const value = /^\d+$/.test(text.trim()) ? Number(text) : Number.NaN
    if (value >= min && value <= max) return value
    throw new InvalidArgumentError(`It is a whole number from ${min} to ${max}.`)
  }
}

/** A duration of `min` to `max` milliseconds, written with a unit. */
export function duration({ min, max }: Range): (text: string) => number {
  return text => {
    const ms = reading(() => parseDuration(text))
    if (ms >= min && ms <= max) return ms
    throw new InvalidArgumentError(`It is a duration from ${min}ms to ${max / 1_000}s.`)
  }
}

/** Codes with commas between them; at least one. */
export function codeList(text: string): string[] {
  const codes = text.split(',').map(code => code.trim())
  if (codes.every(code => code !== '')) return codes
  throw new InvalidArgumentError('It is a list of product codes with commas between them.')
}

/** An http or https URL; `localhost:8000` is taken for http://localhost:8000. */
export function httpUrl(text: string): URL {
  if (/^\d+$/.test(text)) throw new InvalidArgumentError(`It is a URL; for ${text} requests write -n ${text}.`)
  const url = readUrl(text)
  if (url) return url
  throw new InvalidArgumentError('It is an http or https URL, such as http://127.0.0.1:8000.')
}

/** What a server of ours answers below its address. */
const ROUTE = /\/(catalogs|challenges|chaos|experiments|runs|health|ready|metrics|openapi\.json)(\/.*)?$/

/**
 * The address of a server, and nothing behind it.
 * @throws {UserError} with code 2 for one with a password, which is not repeated
 */
export function serverUrl(text: string): URL {
  const url = httpUrl(text)
  if (url.username !== '' || url.password !== '') {
    throw usageError('the address of the server has a name or a password in it: its token goes into CHAOS_TOKEN.')
  }
  const base = `${url.origin}${url.pathname.replace(ROUTE, '').replace(/\/$/, '')}`
  if (ROUTE.test(url.pathname)) {
    throw new InvalidArgumentError(
      `The server is ${base}; to fire at exactly this URL write it without -u: chaos burst ${url.href}`,
    )
  }
  if (url.search === '' && url.hash === '') return url
  throw new InvalidArgumentError(`The server is ${base}, and nothing comes after it.`)
}

/** A seed or the name of a session: what may stand in a header. */
export function word(text: string): string {
  if (WORD.test(text)) return text
  throw new InvalidArgumentError('It is 1 to 64 letters, digits, dots, dashes and underscores.')
}

/** Runs a reader and hands its sentence on as a usage error. */
export function reading<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw new InvalidArgumentError(`${error instanceof Error ? error.message : String(error)}.`)
  }
}

export interface TargetOptions {
  readonly url: URL
}

/** What the environment says for options that were not typed. */
export type Environment = Io['env']

const STANDARD_URL = 'http://127.0.0.1:8000'

/** The server of a command to which nobody names one. */
export function usualUrl(env: Environment): URL {
  return fromVariable('CHAOS_URL', () => serverUrl(env.CHAOS_URL || STANDARD_URL))
}

/** Where the server is; `otherwise` says in words what happens where nobody names one. */
export function targetOptions(command: Command, env: Environment, otherwise = STANDARD_URL): Command {
  const standard = env.CHAOS_URL || STANDARD_URL
  return command.addOption(
    new Option('-u, --url <url>', 'the server; CHAOS_URL says it for all commands').argParser(serverUrl).default(
      fromVariable('CHAOS_URL', () => serverUrl(standard)),
      env.CHAOS_URL || otherwise,
    ),
  )
}

/** The same for a command that takes several; a server that is named twice is one. */
export function serversOptions(command: Command, env: Environment): Command {
  let named: readonly URL[] = []
  const more = (text: string): readonly URL[] => {
    const url = serverUrl(text)
    if (!named.some(other => other.href === url.href)) named = [...named, url]
    return named
  }
  return command.addOption(
    new Option('-u, --url <url>', 'the server, or several: -u A -u B; CHAOS_URL says it for all commands')
      .argParser(more)
      .default([usualUrl(env)], env.CHAOS_URL || STANDARD_URL),
  )
}

export interface SessionOptions {
  readonly session?: string
}

/** What a command that asks a server and prints its answer takes. */
export interface ServerOptions extends TargetOptions, SessionOptions {
  readonly json?: boolean
}

/** The same of a command that asks several. */
export interface ServersOptions extends SessionOptions {
  readonly url: readonly URL[]
  readonly json?: boolean
}

export function sessionOption(command: Command, env: Environment, which = 'which session of the server'): Command {
  const named = env.CHAOS_SESSION
  const option = new Option('--session <name>', `${which}; CHAOS_SESSION says it for all commands`)
  if (named) option.default(fromVariable('CHAOS_SESSION', () => word(named)))
  return command.addOption(option.argParser(word))
}

function fromVariable<T>(name: string, read: () => T): T {
  try {
    return read()
  } catch (error) {
    throw usageError(`${name} cannot be used. ${error instanceof Error ? error.message : String(error)}`)
  }
}

/**
 * What commander reads for an experiment, whichever command asks for it: the one type of these options until they are an
 * `ExperimentSpec`. Durations are milliseconds, rates of requests are per second. The circuit's own options lie beside these.
 */
export interface ExperimentOptions extends TargetOptions, SessionOptions, OutputOptions {
  readonly requests: number
  readonly concurrency: number
  readonly every: number
  readonly rate?: number
  readonly poisson?: boolean
  readonly ramp?: Ramp
  readonly closed?: boolean
  /** Instead of a number of requests. */
  readonly for?: number
  readonly codes: string[]
  readonly timeout: number
  readonly seed?: string
  readonly connections: number
  readonly warmup: number
  /** Of an arm, each with a circuit of its own. */
  readonly clients?: number
  /** As it was typed, and known to be a rate. */
  readonly failRate?: string
  readonly outage?: readonly Outage[]
  readonly scenario?: string
  readonly expect?: readonly string[]
  readonly method?: string
  readonly header?: readonly (readonly [name: string, value: string])[]
  readonly body?: string
  readonly bodyFile?: string
  /** False for `--no-keep-alive`. */
  readonly keepAlive?: boolean
  readonly headersTimeout?: number
  readonly bodyTimeout?: number
  /** A redirect is a useful answer. */
  readonly allowRedirects?: boolean
  /** Fires at other machines too. */
  readonly allowRemote?: boolean
  /** The address of a Redis that keeps the circuits. */
  readonly store?: string
  /** False for `--no-keep`. */
  readonly keep?: boolean
  readonly oneByOne?: boolean
  readonly repeat?: number
  /** Simulates it first. */
  readonly predict?: boolean
}

/** A rate of requests that rises or falls. */
export interface Ramp {
  readonly from: number
  readonly to: number
  readonly overMs: number
}

/** What is fired: how much, when, at which products. */
export function loadOptions(command: Command, requests: number, concurrency: number): Command {
  return paceOptions(
    command.addOption(
      new Option('-n, --requests <count>', 'how many requests')
        .argParser(wholeNumber(QUANTITIES.requests))
        .default(requests),
    ),
    concurrency,
  )
}

/** The same without an end to it. */
export function paceOptions(command: Command, concurrency: number): Command {
  return command
    .addOption(
      new Option('-c, --concurrency <count>', 'how many requests leave at the same moment')
        .argParser(wholeNumber(QUANTITIES.concurrency))
        .default(concurrency),
    )
    .addOption(
      new Option('--every <duration>', 'time between the starts of two such batches')
        .argParser(duration(QUANTITIES.everyMs))
        .default(QUANTITIES.everyMs.standard, formatDuration(QUANTITIES.everyMs.standard)),
    )
    .addOption(
      new Option('--codes <list>', 'product codes, asked for in turns')
        .argParser(codeList)
        .default(DEFAULT_CODES, 'five of the seed data'),
    )
    .addOption(
      new Option('--timeout <duration>', 'how long a call may take')
        .argParser(duration(QUANTITIES.timeoutMs))
        .default(QUANTITIES.timeoutMs.standard, formatDuration(QUANTITIES.timeoutMs.standard)),
    )
    .addOption(
      new Option('--seed <word>', 'decides which requests meet a fault (default: drawn and printed)').argParser(word),
    )
    .addOption(
      new Option('--connections <count>', 'connections of an arm at the most; one for each request in flight')
        .argParser(wholeNumber(QUANTITIES.connections))
        .default(QUANTITIES.connections.standard),
    )
}

export function outputOptions(command: Command): Command {
  return lookOptions(jsonOption(command))
}

/** How text looks. */
export function lookOptions(command: Command): Command {
  return command
    .option('--ascii', 'draw with plain ASCII characters')
    .option('--no-color', 'no colours (NO_COLOR does the same)')
    .addOption(new Option('--lang <language>', 'of tables, verdicts and reports').choices(LANGUAGES))
}

export function jsonOption(command: Command): Command {
  return command.option('--json', 'print one JSON document and nothing else')
}
