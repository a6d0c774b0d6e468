/** The server as a value: opens the catalog, listens, and closes without losing a request. For main, the command line and tests. */

import { randomBytes } from 'node:crypto'
import type { Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { Access } from './access/access.ts'
import { hostsOf, inUrl, isLocal, isWildcard, reachableFrom } from './access/hosts.ts'
import { Tickets } from './access/tickets.ts'
import { WrongTokens } from './access/wrong-tokens.ts'
import { createApp } from './app.ts'
import { Catalog } from './catalog/catalog.ts'
import { IN_MEMORY } from './catalog/database.ts'
import { openStorage } from './catalog/storage.ts'
import { challengeApi } from './challenge/api.ts'
import { ChallengeTable } from './challenge/challenge-table.ts'
import { Challenges } from './challenge/challenges.ts'
import { type Chaos, type ChaosOptions, createChaos } from './chaos/chaos.ts'
import { readScenarios, ScenarioError } from './chaos/scenario/files.ts'
import { LIMITS, type Limits, sharesOf } from './config/limits.ts'
import { Experiments } from './experiments/experiments.ts'
import type { ExperimentPort } from './experiments/port.ts'
import { Drain } from './http/drain.ts'
import { BACKLOG, createServer } from './http/server.ts'
import { LessonError, readLessons } from './lessons/lessons.ts'
import { type Clock, systemClock } from './lib/clock.ts'
import { type Logger, silentLog } from './lib/log.ts'
import { packageRoot, packageVersion } from './lib/package-root.ts'
import { codeOf, UserError } from './lib/user-error.ts'
import { RunTable } from './runs/run-table.ts'
import { Telemetry } from './telemetry/telemetry.ts'
import { pollApi } from './workshop/api.ts'
import { Polls } from './workshop/polls.ts'

export interface ServerOptions {
  /** TCP port; 0, the default, takes any free one. */
  readonly port?: number
  /** Address to listen on, 127.0.0.1 unless given. */
  readonly host?: string
  /** Path of the SQLite file, or `:memory:`, the default. */
  readonly database?: string
  /** Seed of the draws, `42` unless given. */
  readonly seed?: string
  /** What the failure model boots with, beside its defaults. */
  readonly settings?: NonNullable<ChaosOptions['settings']>
  /** Where the values of `settings` came from. */
  readonly sources?: NonNullable<ChaosOptions['sources']>
  /** Hides every marker of an injected fault. */
  readonly stealth?: boolean
  /** What changes of the failure model must carry. Nothing unless given; where other machines reach it one is made. */
  readonly token?: string | null
  /** Those who have no token may read, and change sessions that they made themselves. */
  readonly openSessions?: boolean
  /** The one of its addresses that attendees are shown first. */
  readonly address?: string | undefined
  /** Names beside its addresses by which the server may be called, such as `demo.local`. */
  readonly allowedHosts?: readonly string[]
  /** How much of everything it bears; the usual unless given. */
  readonly limits?: Partial<Limits>
  /** Runs experiments at the server when a page asks for them; it runs none unless given. */
  readonly experiments?: ExperimentPort
  /** Silent unless given. */
  readonly log?: Logger
  readonly clock?: Clock
  /** Milliseconds since 1970. */
  readonly wall?: () => number
}

export interface RunningServer {
  /** Where it is reached from this machine, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Where other machines reach it, the likeliest first; empty where none does. */
  readonly attendees: readonly string[]
  /** What changes must carry, given or made; null for nothing. */
  readonly token: string | null
  readonly chaos: Chaos
  /** Products in the catalog. */
  readonly products: number
  /**
   * Accepts no more, lets the requests that have begun finish, and closes the database. Delayed requests are answered
   * at once, held ones end. What is left after `graceMs` (5,000 unless given) is cut. May be called twice.
   */
  close(graceMs?: number): Promise<void>
}

const GRACE_MS = 5_000
/** Thirty-two, so that each byte falls on each as often. */
const SESSION_ALPHABET = '0123456789abcdefghjkmnpqrstvwxyz'

/**
 * Starts a server.
 * @throws {UserError} where the port or the database cannot be had, with a sentence that says what to do.
 */
export async function startServer(options: ServerOptions = {}): Promise<RunningServer> {
  const { port = 0, host = '127.0.0.1', database = IN_MEMORY, clock = systemClock, log = silentLog() } = options
  checkAddress(options)
  const root = packageRoot(import.meta.url)
  const scenarios = unbroken(() => readScenarios(join(root, 'data', 'scenarios')))
  const lessons = unbroken(() => readLessons(join(root, 'data', 'lessons')))
  const storage = await openStorage(database, join(root, 'data', 'products.json'), options.wall ?? Date.now)
  for (const note of storage.notes) log.warn(note)
  const opened = storage.database
  const catalog = new Catalog(opened, clock)
  const version = packageVersion(root)
  const wall = options.wall ?? Date.now
  const limits = { ...LIMITS, ...options.limits }
  const exposed = !isLocal(host)
  const telemetry = new Telemetry({ clock, wall, version, limits })
  const chaos = createChaos({
    version,
    clock,
    wall,
    seed: options.seed ?? '42',
    settings: options.settings ?? {},
    sources: options.sources ?? {},
    log: telemetry.log,
    scenarios,
    stealth: options.stealth ?? false,
    maxSessions: limits.sessions,
    drawId,
    maxHeld: limits.held,
    ...(exposed ? { maxHeldPerClient: sharesOf(limits.held).client, sessionShares: sharesOf(limits.sessions) } : {}),
  })
  telemetry.watch(chaos.control)
  const polls = new Polls({
    ...{ clock, wall, nextId: () => chaos.control.nextId('poll') },
    changed: poll => telemetry.announce('poll', poll),
  })
  const token = options.token ?? (exposed ? secret() : null)
  const access = new Access({
    token,
    openSessions: options.openSessions ?? false,
    tickets: new Tickets(clock, secret),
    secret,
    sessions: chaos.control.sessions,
    wrongTokens: new WrongTokens(clock),
    challengeOwner: id => challenges.ownerOf(id),
  })
  let closing: Promise<void> | null = null
  const runs = new RunTable(
    opened,
    () => randomBytes(4).readUInt32LE(),
    limits.runs,
    storage.durable,
    storage.isInPlace,
  )
  const results = new ChallengeTable(opened)
  const writeResult = (write: () => void) => {
    runs.whenFree(write).catch(error => notKept('a challenge', error, log))
  }
  const challenges = new Challenges(chaos.control, chaos.scenarios, wall, {
    list: () => results.list(),
    put: record => writeResult(() => results.put(record)),
    remove: id => writeResult(() => results.remove(id)),
  })
  let url = ''
  let attendees: readonly string[] = []
  const experiments = new Experiments({
    ...{ port: options.experiments ?? null, clock, wall, maxMs: limits.experimentMs },
    draw: () => randomBytes(4).toString('hex'),
    server: () => ({ url, token }),
    keep: async (result, html) =>
      runs.durable
        ? runs.whenFree(() => runs.keep(result, html)).catch(error => notKept('an experiment', error, log))
        : null,
  })
  const app = createApp({
    catalog,
    chaos,
    challenges: challengeApi(chaos.control, challenges),
    runs,
    experiments: { experiments, control: chaos.control, scenarios, limits, wall },
    join: () => attendees[0] ?? null,
    openSessions: token === null || (options.openSessions ?? false),
    locked: token !== null,
    polls: pollApi(chaos.control, polls),
    lessons,
    telemetry,
    log,
    root,
    version,
    issueTicket: access.issueTicket,
    bodyBytes: limits.bodyBytes,
    ready: () => closing === null,
  })
  const server = createServer(app, randomBytes(4).toString('base64url'), {
    admits: access.admits,
    ...(exposed ? { hasToken: access.hasToken } : {}),
    limits,
  })
  const drain = new Drain(server, clock)
  try {
    await listen(server, port, host)
  } catch (error) {
    telemetry.close()
    challenges.close()
    polls.close()
    chaos.close()
    catalog.close()
    throw new UserError(listenFailure(error, port, host), 1, error)
  }

  const close = async (graceMs: number): Promise<void> => {
    await experiments.close(graceMs)
    telemetry.close()
    challenges.close()
    polls.close()
    chaos.close()
    await drain.end(graceMs)
    chaos.close()
    catalog.close()
  }
  const { port: taken, address: bound } = server.address() as AddressInfo
  const { address: shown = '' } = options
  const reached = reachableFrom(bound, networkInterfaces())
  const addresses = shown === '' ? reached : [shown, ...reached.filter(other => other !== shown)]
  attendees = addresses.map(address => `http://${inUrl(address)}:${taken}`)
  const allowed = [...(options.allowedHosts ?? []), inUrl(host)].filter(name => !isWildcard(name))
  url = `http://${addressInUrl(host)}:${taken}`
  access.open(hostsOf({ bound, port: taken, addresses, allowed }), !isLocal(bound))
  return {
    url,
    port: taken,
    attendees,
    token,
    chaos,
    products: catalog.list({ limit: 1 }).total,
    close(graceMs = GRACE_MS) {
      closing ??= close(graceMs)
      return closing
    },
  }
}

/** Files of the package; one that was edited and broken is named. */
function unbroken<T>(read: () => T): T {
  try {
    return read()
  } catch (error) {
    if (!(error instanceof ScenarioError || error instanceof LessonError)) throw error
    throw new UserError(`${error.message}; correct or delete it`, 1, error)
  }
}

/** @throws {UserError} with code 2 for an address that nobody could join at */
function checkAddress({ address, host = '127.0.0.1', allowedHosts = [] }: ServerOptions): void {
  const reached = [...reachableFrom(host, networkInterfaces()), ...allowedHosts]
  if (address === undefined || reached.includes(address)) return
  const others = reached.length > 0 ? `choose one of ${reached.join(', ')} with --address` : 'start it with --room'
  throw new UserError(`${address} is no address at which others reach this machine: ${others} (ADDRESS)`, 2)
}

function listen(server: Server, port: number, host: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject)
    server.listen({ port, host, backlog: BACKLOG }, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
}

/** A run that was made is worth more than its place. */
function notKept(what: string, error: unknown, log: Logger): null {
  log.warn(`the result of ${what} could not be kept (${codeOf(error) || String(error)})`)
  return null
}

/** A wildcard address is no place to send a request to. */
function addressInUrl(host: string): string {
  return isWildcard(host) ? '127.0.0.1' : inUrl(host)
}

/** 60 bits in three groups of four letters and digits that nobody mistakes for others. */
function drawId(): string {
  const letters = [...randomBytes(12)].map(byte => SESSION_ALPHABET[byte % SESSION_ALPHABET.length])
  return letters.join('').replace(/(.{4})(?=.)/g, '$1-')
}

/** 96 bits, short enough to be typed once. */
function secret(): string {
  return randomBytes(12).toString('base64url')
}

function listenFailure(error: unknown, port: number, host: string): string {
  const code = codeOf(error)
  if (code === 'EADDRINUSE') {
    return `Port ${port} on ${host} is taken: stop what listens there, or choose another with --port (PORT)`
  }
  if (code === 'EACCES')
    return `Port ${port} needs the rights of an administrator: choose one above 1023 with --port (PORT)`
  if (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND' || code === 'EAI_AGAIN') {
    return `${host} is no address of this machine: choose another with --host (HOST), such as 127.0.0.1 or 0.0.0.0`
  }
  return `The server cannot listen on ${host}, port ${port} (${code || String(error)})`
}
