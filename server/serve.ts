/** A server process from its flags to its exit code, what it prints at the start and what it logs: `npm start` and `chaos serve`. */

import { join } from 'node:path'
import type { Chaos } from './chaos/chaos.ts'
import { KNOWN_NAMES, type Loaded, limitsOf, loadConfig, NAMES, type Origin } from './config/config.ts'
import { type Dotenv, type Flaw, flawText, type Variables } from './config/dotenv.ts'
import { patchOf } from './config/env-edits.ts'
import { EnvFileWatch, readEnvFile } from './config/env-file.ts'
import { flagOf, parseFlags } from './config/flags.ts'
import type { ExperimentPort } from './experiments/port.ts'
import type { Clock } from './lib/clock.ts'
import { createLog, type Lines, type Logger } from './lib/log.ts'
import { nearest } from './lib/near-miss.ts'
import { packageRoot } from './lib/package-root.ts'
import { codeOf, UserError } from './lib/user-error.ts'
import { type RunningServer, type ServerOptions, startServer } from './server.ts'

/** What it is given of the process. */
export interface ServeIo {
  /** Flags as they were typed. */
  readonly args: readonly string[]
  /** What the user typed before the flags: `npm start --` or `chaos serve`. */
  readonly name: string
  readonly env: Variables
  /** Where the address is announced. */
  readonly stdout: Lines
  /** Where the log goes, and why a start failed. */
  readonly stderr: Lines
  readonly clock: Clock
  /** A fresh seed. */
  readonly draw: () => string
  /** Runs experiments at the server when a page asks for them; it runs none where it is left out. */
  readonly experiments?: ExperimentPort
  /** Aborts when the server shall end; the reason is the name of a signal, or the error that nobody caught. */
  readonly interrupted: AbortSignal
}

/**
 * Serves until interrupted, and returns the exit code: 0 after a signal and a clean end, 1 where the start failed or
 * an error ended it, 2 where flags or variables are wrong.
 */
export async function serve(io: ServeIo): Promise<number> {
  try {
    return await run(io)
  } catch (error) {
    if (error instanceof UserError) {
      io.stderr.write(`${error.message}\n`)
      return error.exitCode
    }
    io.stderr.write(`This is a bug, please report it.\n${error instanceof Error ? error.stack : String(error)}\n`)
    return 1
  }
}

async function run(io: ServeIo): Promise<number> {
  const flags = parseFlags(io.args, io.name, text => io.stdout.write(text))
  if (!flags) return 0
  const file = flags.envFile ?? '.env'
  const read = await readAtStart(file, flags.envFile !== null)
  const sources = { flag: flags.values, env: io.env, file: read.variables }
  const flaws = [...read.flaws.map(flaw => flawText(file, flaw)), ...misspelt(io.env)]
  const loaded = loadConfig(sources, { flag: flagOf, file }, flaws)
  const log = await createLog(loaded.config.LOG_LEVEL, io.stderr, !io.env.NO_COLOR)
  const seed = loaded.config.FAIL_SEED ?? io.draw()
  const server = await startServer({
    ...{ ...bootOptions(loaded, seed), log, clock: io.clock },
    ...(io.experiments ? { experiments: io.experiments } : {}),
  })
  const [invited] = loaded.config.ROOM === '1' ? server.attendees : []
  if (invited !== undefined) {
    const { qrText } = await import('./workshop/qr-text.ts')
    io.stdout.write(`${qrText(invited, io.stdout.isTTY && !io.env.NO_COLOR)}\n`)
  }
  io.stdout.write(announcement(server, loaded, seed))
  logChanges(server.chaos, file, log)
  for (const flaw of flaws) log.warn(flaw)
  const watch = new EnvFileWatch({
    path: file,
    read,
    known: KNOWN_NAMES,
    clock: io.clock,
    onFlaws: (found: readonly Flaw[]) => {
      for (const flaw of found) log.warn(flawText(file, flaw))
    },
    onEdits(found) {
      const patch = patchOf(found, file, server.chaos.settings(), log)
      if (patch) server.chaos.change(patch, 'file')
    },
    onUnreadable: error => log.warn(`${file} cannot be read (${codeOf(error) || String(error)}): nothing was changed`),
  })

  const reason = await aborted(io.interrupted)
  watch.close()
  if (reason instanceof Error) log.fatal({ err: reason }, 'an error that nobody caught ends the server')
  else log.info(`${String(reason)}: finishing what has begun; once more ends at once`)
  await server.close()
  log.info('closed')
  return reason instanceof Error ? 1 : 0
}

/** The variables of a file; one that was asked for must be there, and one that is there must be readable. */
async function readAtStart(file: string, asked: boolean): Promise<Dotenv> {
  const found = await readEnvFile(file, KNOWN_NAMES).catch(error => {
    throw new UserError(`${file} cannot be read (${codeOf(error) || error}): correct that, or start elsewhere`, 2)
  })
  if (asked && !found) throw new UserError(`${file} is not there: correct --dotenv, or leave it out`, 2)
  return found ?? { variables: {}, flaws: [] }
}

/** Names in the environment, where most are other programs', are only looked at for those that are long enough to be nobody else's. */
const MIN_TELLING_LENGTH = 8

/** Sentences about variables of the environment that are a near miss of one that means something. */
function misspelt(env: Variables): string[] {
  const telling = NAMES.filter(name => name.length >= MIN_TELLING_LENGTH)
  return Object.keys(env).flatMap(name => {
    const meant = (NAMES as readonly string[]).includes(name) ? null : nearest(name, telling)
    return meant === null ? [] : [`${name} in the environment names no variable: write ${meant} if that is meant`]
  })
}

function bootOptions({ config, origins }: Loaded, seed: string): ServerOptions {
  const { FAIL_RATE, FAIL_SAMPLER, PORT, HOST, CATALOG_DB, CHAOS_TOKEN, CHAOS_STEALTH } = config
  const standard = join(packageRoot(import.meta.url), CATALOG_DB)
  return {
    port: PORT,
    host: HOST,
    database: origins.CATALOG_DB === 'default' ? standard : CATALOG_DB,
    seed,
    settings: { failRate: FAIL_RATE, sampler: FAIL_SAMPLER },
    sources: {
      failRate: SOURCE[origins.FAIL_RATE],
      sampler: SOURCE[origins.FAIL_SAMPLER],
      seed: SOURCE[origins.FAIL_SEED],
    },
    token: CHAOS_TOKEN ?? null,
    openSessions: config.OPEN_SESSIONS === '1',
    address: config.ADDRESS,
    allowedHosts: config.ALLOW_HOSTS ?? [],
    limits: limitsOf(config),
    stealth: CHAOS_STEALTH === '1',
  }
}

/** What an origin is called in the provenance of a setting. */
const SOURCE = { flag: 'cli', env: 'env', file: 'file', default: 'default' } as const

/** The reason for which a signal aborts, when it does. */
function aborted(signal: AbortSignal): Promise<unknown> {
  return new Promise(resolve => {
    if (signal.aborted) resolve(signal.reason)
    else signal.addEventListener('abort', () => resolve(signal.reason), { once: true })
  })
}

const ORIGIN_TEXT: Readonly<Record<Origin, string>> = {
  flag: 'from the command line',
  env: 'from the environment',
  file: 'from the file of variables',
  default: '',
}

/** What a server says when it is up: where it is, how it fails, and what to type next. */
function announcement(server: RunningServer, { config, origins, notes }: Loaded, seed: string): string {
  const { failRate, sampler } = server.chaos.settings()
  const lines = [
    `Flaky Catalog is at ${server.url}`,
    `  fail rate  ${failRate} %${comma(ORIGIN_TEXT[origins.FAIL_RATE])}`,
    `  sampler    ${sampler}`,
    `  seed       ${seed}${comma(origins.FAIL_SEED === 'default' ? `drawn now; --seed ${seed} repeats it` : ORIGIN_TEXT[origins.FAIL_SEED])}`,
    `  catalog    ${server.products} products in ${config.CATALOG_DB}`,
    ...accessLines(server, config.CHAOS_TOKEN !== undefined, config.OPEN_SESSIONS === '1'),
    ...notes.map(note => `  note       ${note}`),
    '',
    'Next, in another terminal:',
    `  curl ${server.url}/catalogs/155568600`,
    `  npx chaos rate 70${at(server)}`,
    `  npx chaos compare${at(server)}`,
    '',
  ]
  return lines.join('\n')
}

/** Where attendees go, and what changes must carry. */
function accessLines({ attendees, token }: RunningServer, given: boolean, open: boolean): string[] {
  return [
    ...attendees.map((address, index) => `  ${index === 0 ? 'attendees' : '       or'}  ${address}`),
    ...(token === null
      ? []
      : [given ? TOKEN_GIVEN : `  token      ${token} (made now; put it into CHAOS_TOKEN before you type npx chaos)`]),
    ...(token !== null && open ? ['  sessions   open: who has no token may change sessions of his own'] : []),
  ]
}

const TOKEN_GIVEN = '  token      changes need the CHAOS_TOKEN that you gave'

function comma(text: string): string {
  return text && ` (${text})`
}

/** The command line finds a server at the usual place by itself. */
function at(server: RunningServer): string {
  return server.url === 'http://127.0.0.1:8000' ? '' : ` -u ${server.url}`
}

/** A value that is longer is cut in the log: a whole list of rules is no line. */
const MAX_VALUE_LENGTH = 200

/**
 * One line in the log for each setting that changes: what, from what to what, and from where.
 * @param file what the file of variables is called.
 */
function logChanges(chaos: Chaos, file: string, log: Logger): void {
  chaos.on(event => {
    if (event.type !== 'settings') return
    const { source, session, before, settings } = event
    const from = source === 'file' ? file : source
    for (const member of event.changed) {
      const words = `${member} ${inShort(before[member])} -> ${inShort(settings[member])}, from ${from}`
      log.info(session === 'default' ? words : `${words}, in session ${session}`)
    }
  })
}

/** As JSON, without the characters that change how a terminal shows the rest of the line. */
function inShort(value: unknown): string {
  const text = JSON.stringify(value).replaceAll(/[\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g, '�')
  return text.length > MAX_VALUE_LENGTH ? `${text.slice(0, MAX_VALUE_LENGTH)}…` : text
}
