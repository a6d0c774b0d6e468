/** Talks to the control plane of a flaky catalog: recognises it, changes its settings, opens and closes sessions. */

import { tokenFlaw } from '../../server/lib/bearer-token.ts'
import { type Clock, systemClock } from '../../server/lib/clock.ts'
import { UserError } from '../../server/lib/user-error.ts'
import { isLoopback, readUrl } from '../address.ts'
import { EXIT, type Io, usageError } from '../io.ts'
import { exchange, isChallenge, type Reply, sentence } from './exchange.ts'
import {
  CHALLENGE,
  CHALLENGES,
  flawOf,
  HELLO,
  isRecord,
  SCENARIO_RUN,
  SCENARIO_RUNS,
  SCENARIO_WHOLE,
  SCENARIOS,
  SESSION_MADE,
  SESSIONS,
  type Shape,
  STATS,
} from './shapes.ts'
import { guardedToken, isHello, type TokenSource } from './token.ts'
import type {
  Challenge,
  Hello,
  ListedChallenge,
  NewSession,
  ScenarioRun,
  ScenarioSummary,
  ScenarioWhole,
  SessionMade,
  SessionSummary,
  Stats,
} from './types.ts'

export { unreachable } from './exchange.ts'
export type * from './types.ts'

export interface ControlOptions {
  /** The base URL of the server. */
  readonly url: URL
  /** Goes to no server that has not shown itself to be a flaky catalog without it. */
  readonly token?: string | undefined
  /** The session that is asked and changed; the default one where it is not given. */
  readonly session?: string | undefined
  /** Gives up what is only being read; a change is always finished, because it may be what puts things back. */
  readonly signal?: AbortSignal | undefined
  /** What to do where the server asks for a token and none that it takes was sent. */
  readonly hint?: string | undefined
  readonly clock?: Clock | undefined
}

/** What a caller without the token was given with the first session that it made: it opens all that it makes. */
interface SharedKey {
  key?: string
}

export class Control {
  readonly #options: ControlOptions
  readonly #shared: SharedKey
  readonly #token: TokenSource

  constructor(options: ControlOptions, shared: SharedKey = {}, token?: TokenSource) {
    const { url, clock = systemClock, signal } = options
    this.#options = options
    this.#shared = shared
    this.#token =
      token ??
      (options.token === undefined ? async () => this.#shared.key : guardedToken(url, options.token, clock, signal))
  }

  /** What opens the server to others that talk to it. */
  get token(): TokenSource {
    return this.#token
  }

  /**
   * The flaky catalog at the URL, or null where something else answers there.
   * @throws {UserError} with code 3 where nothing answers
   */
  async hello(): Promise<Hello | null> {
    const reply = await this.#exchange('GET', '/chaos')
    if (reply.status === 401 || reply.status === 403) throw refusal(reply, this.#options.hint)
    return isHello(reply) ? this.#shaped<Hello>('/chaos', reply.body, HELLO) : null
  }

  /** @throws {UserError} with code 3 where no flaky catalog answers */
  async requireCatalog(): Promise<Hello> {
    const hello = await this.hello()
    if (hello) return hello
    const { session } = this.#options
    if (session !== undefined && (await this.in('default').hello())) return this.requireSession()
    throw this.#stranger()
  }

  /** What the session says of itself. @throws {UserError} with code 3 for one that is not there */
  async requireSession(): Promise<Hello> {
    return this.#document<Hello>('GET', '/chaos', HELLO)
  }

  async failRate(): Promise<number> {
    return this.#rateOf(await this.#call('GET', '/chaos/fail-rate'))
  }

  /** Sets the fail rate, in percent, and returns what the server made of it. */
  async setFailRate(failRate: number): Promise<number> {
    return this.#rateOf(await this.#call('PUT', '/chaos/fail-rate', { failRate }))
  }

  /** What `setFailRate` would return, without setting it. @throws {UserError} where the server would refuse it */
  async previewFailRate(failRate: number): Promise<number> {
    return this.#rateOf(await this.#call('PUT', '/chaos/fail-rate?dryRun=1', { failRate }))
  }

  /** Changes the members of the settings that `patch` names; null gives one back. */
  async patch(patch: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('PATCH', '/chaos', patch)
  }

  async stats(): Promise<Stats> {
    return this.#document<Stats>('GET', '/chaos/stats', STATS)
  }

  async reset(): Promise<void> {
    await this.#call('POST', '/chaos/reset')
  }

  /** The `key` opens what the caller makes, where the server has no token. */
  async openSession(wish: NewSession): Promise<SessionMade> {
    const made = await this.#document<SessionMade>('POST', '/chaos/sessions', SESSION_MADE, wish)
    if (made.key !== undefined) this.#shared.key = made.key
    return made
  }

  async sessions(): Promise<readonly SessionSummary[]> {
    const { sessions } = await this.#document<{ sessions: SessionSummary[] }>('GET', '/chaos/sessions', SESSIONS)
    return sessions
  }

  /** A session, or null for one that is not there. */
  async session(id: string): Promise<SessionSummary | null> {
    const found = await this.#call('GET', `/chaos/sessions/${encodeURIComponent(id)}`, undefined, [404])
    return isRecord(found) && found.id === id ? (found as unknown as SessionSummary) : null
  }

  /** A session that is already gone is as good as closed. */
  async closeSession(id: string): Promise<void> {
    await this.#call('DELETE', `/chaos/sessions/${encodeURIComponent(id)}`, undefined, [404])
  }

  /** The scenarios of the server. */
  async scenarios(): Promise<readonly ScenarioSummary[]> {
    const { scenarios } = await this.#document<{ scenarios: ScenarioSummary[] }>('GET', '/chaos/scenarios', SCENARIOS)
    return scenarios
  }

  /** @throws {UserError} with code 2 and the names that there are, for an unknown one */
  async scenario(name: string): Promise<ScenarioWhole> {
    const known = await this.scenarios()
    if (known.some(scenario => scenario.name === name)) {
      return this.#document<ScenarioWhole>('GET', `/chaos/scenarios/${encodeURIComponent(name)}`, SCENARIO_WHOLE)
    }
    const names = known.map(scenario => scenario.name).join(', ')
    throw new UserError(`there is no scenario "${name}": the server has ${names || 'none'}.`, EXIT.usage)
  }

  /** What is being played, in all sessions. */
  async runs(): Promise<readonly ScenarioRun[]> {
    const { runs } = await this.#document<{ runs: ScenarioRun[] }>('GET', '/chaos/runs', SCENARIO_RUNS)
    return runs
  }

  /** Stops a run; one that is already over is as good as stopped. */
  async stopRun(id: string): Promise<void> {
    await this.#call('DELETE', `/chaos/runs/${encodeURIComponent(id)}`, undefined, [404])
  }

  /** Plays a scenario of the server in the session, or one that is sent along. */
  async play(name: string, scenario?: Readonly<Record<string, unknown>>): Promise<ScenarioRun> {
    const path = `/chaos/scenarios/${encodeURIComponent(name)}/runs`
    return this.#document<ScenarioRun>('POST', path, SCENARIO_RUN, scenario === undefined ? undefined : { scenario })
  }

  /** The leaderboard, the best first. @throws {UserError} with code 3 where the server is older than challenges */
  async challenges(): Promise<ListedChallenge[]> {
    const listed = await this.#call('GET', '/challenges', undefined, [404])
    this.#requireJudge(listed)
    const { challenges } = this.#shaped<{ challenges: ListedChallenge[] }>('/challenges', listed, CHALLENGES)
    return challenges
  }

  /**
   * Begins to judge the client in the session; what is said comes in `language`.
   * @throws {UserError} with code 3 where the server is older than challenges
   */
  async startChallenge(wish: Readonly<Record<string, unknown>>, language: string): Promise<Challenge> {
    const path = `/challenges?lang=${language}`
    const made = await this.#call('POST', path, wish, [404])
    this.#requireJudge(made)
    return this.#shaped<Challenge>(path, made, CHALLENGE)
  }

  /** @throws {UserError} with code 3 for one that is gone */
  async challenge(id: string, language: string): Promise<Challenge> {
    return this.#document<Challenge>('GET', `/challenges/${encodeURIComponent(id)}?lang=${language}`, CHALLENGE)
  }

  /** Ends a challenge, so that everything is put back; one that is gone is as good as ended. */
  async endChallenge(id: string): Promise<void> {
    await this.#call('DELETE', `/challenges/${encodeURIComponent(id)}`, undefined, [404])
  }

  /** The same challenge as it ended, or as it was known where it is gone; asked for also when the user has stopped the command. */
  async endedChallenge(challenge: Challenge, language: string): Promise<Challenge> {
    const path = `/challenges/${encodeURIComponent(challenge.id)}?lang=${language}`
    const patient = new Control({ ...this.#options, signal: undefined }, this.#shared, this.#token)
    const ended = await patient.#call('GET', path, undefined, [404])
    return flawOf(ended, CHALLENGE) === null ? (ended as Challenge) : challenge
  }

  /** @throws {UserError} with code 3 where the server is older than challenges */
  #requireJudge(answer: unknown): void {
    if (!isRecord(answer) || answer.status !== 404) return
    throw new UserError(
      `${this.#options.url.origin} judges no clients (${sentence({ ...NOT_FOUND, body: answer })}): start a newer server with npx chaos serve`,
      EXIT.unreachable,
    )
  }

  /** The same server seen from another session. */
  in(session: string): Control {
    return new Control({ ...this.#options, session }, this.#shared, this.#token)
  }

  /** Follows the events of the session until the function that is returned is called; tries again where the stream breaks. */
  follow(clock: Clock, onEvent: (name: string, data: unknown) => void): () => void {
    let stop = () => {}
    let stopped = false
    const open = async () => {
      const { url, session = 'default' } = this.#options
      const { openEventStream } = await import('./event-stream.ts')
      if (stopped) return
      stop = openEventStream({ url, session, token: this.#token, clock, onEvent, onOpen() {}, onDown() {} })
    }
    // Where it cannot be opened nothing is told.
    open().catch(() => {})
    return () => {
      stopped = true
      stop()
    }
  }

  /** Any call of the control plane; answers its body. @throws {UserError} for statuses of 400 and above */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#call(method, path, body)
  }

  async #call(method: string, path: string, body?: unknown, tolerated: readonly number[] = []): Promise<unknown> {
    const reply = await this.#exchange(method, path, body)
    if (reply.status < 400 || tolerated.includes(reply.status)) return reply.body
    if (reply.status === 401 || reply.status === 403) throw refusal(reply, this.#options.hint)
    const detail = inCommands(sentence(reply), this.#options.session)
    if (reply.status < 500) throw new UserError(detail, reply.status === 404 ? EXIT.unreachable : EXIT.usage)
    throw new UserError(`the server could not do it: ${detail}`, EXIT.bug)
  }

  /** @throws {UserError} with code 3 where what answers is none of a flaky catalog's documents */
  async #document<T>(method: string, path: string, shape: Shape, body?: unknown): Promise<T> {
    return this.#shaped<T>(path, await this.#call(method, path, body), shape)
  }

  #shaped<T>(path: string, document: unknown, shape: Shape): T {
    const flaw = flawOf(document, shape)
    if (flaw === null) return document as T
    if (!isRecord(document)) throw this.#stranger()
    throw new UserError(
      `${this.#options.url.origin} answers, but it is not a flaky catalog: ${flaw} of ${path} is missing, or is something else`,
      EXIT.unreachable,
    )
  }

  #rateOf(document: unknown): number {
    if (isRecord(document) && typeof document.failRate === 'number') return document.failRate
    throw this.#stranger()
  }

  #stranger(): UserError {
    return new UserError(
      `${this.#options.url.origin} answers, but it is not a flaky catalog: start one with npx chaos serve, or name it with --url`,
      EXIT.unreachable,
    )
  }

  async #exchange(method: string, path: string, body?: unknown): Promise<Reply> {
    const { url, session, signal, clock } = this.#options
    const token = await this.#token()
    return exchange({ url, method, path, session, body, signal, clock, token })
  }
}

/** The control plane of the server at `url`, for a command: with the token of CHAOS_TOKEN, and given up when its user stops it. */
export function controlFor(
  io: Pick<Io, 'env' | 'envFile' | 'interrupted' | 'clock'>,
  url: URL,
  session?: string,
): Control {
  const token = tokenFor(io, url)
  const hint = token !== undefined ? WRONG : io.env.CHAOS_TOKEN ? WITHHELD : MISSING
  return new Control({ url, token, session, signal: io.interrupted, hint, clock: io.clock })
}

/**
 * The token for the server at `url`. That of the environment goes to no address that `.env` names, because whoever wrote
 * the file would be told it; that of the file goes there, and to this machine.
 * @throws {UserError} with code 2 for a token that cannot be sent
 */
export function tokenFor({ env, envFile }: Pick<Io, 'env' | 'envFile'>, url: URL): string | undefined {
  const named = envFile?.url !== undefined && readUrl(envFile.url)?.origin === url.origin
  const own = named ? undefined : env.CHAOS_TOKEN?.trim()
  const token = own || (named || isLoopback(url.hostname) ? envFile?.token : undefined) || undefined
  const flaw = token === undefined ? null : tokenFlaw(token)
  if (flaw !== null) throw usageError(`CHAOS_TOKEN ${flaw}.`)
  return token
}

/** What the server says to do about sessions, as commands. */
function inCommands(detail: string, session = ''): string {
  return detail
    .replace('make it with POST /chaos/sessions', `make it with npx chaos session new ${session}`)
    .replace('GET /chaos/sessions lists them', 'npx chaos session ls lists them')
    .replace(/^(There is a session "(.+)" already: )delete it first/, '$1npx chaos session rm $2 removes it')
}

const NOT_FOUND = { status: 404, type: '', challenge: '' }

const MISSING = ' (the command line takes it from CHAOS_TOKEN)'
const WRONG = ' (the CHAOS_TOKEN of the command line is another one)'
const WITHHELD =
  ' (the CHAOS_TOKEN of the environment goes to no address that .env names: write the token into .env too, or say the address with CHAOS_URL in the environment)'

/** The sentence for a server that lets the caller not in, or not do it. */
function refusal(reply: Reply, how = MISSING): UserError {
  const hint = isChallenge(reply) ? how : ''
  const Refusal = reply.status === 403 ? WrongAddress : Locked
  return new Refusal(sentence(reply) + hint, EXIT.usage)
}

/** The server wants a token, or another one. */
export class Locked extends UserError {}

/** The server does not answer by the address that was used, whatever is asked for. */
export class WrongAddress extends UserError {}
