/** Talks to the control plane of a flaky catalog: recognises it, turns its knobs, opens and closes sessions. */

import { request as requestHttp } from 'node:http'
import { request as requestHttps } from 'node:https'
import type { Hello, ScenarioRun, ScenarioSummary, ScenarioWhole, SessionWish, Stats } from './control-words.ts'
import { CommandError, EXIT } from './io.ts'

export type * from './control-words.ts'

export interface ControlOptions {
  /** The base URL of the server. */
  readonly url: URL
  readonly token?: string | undefined
  /** The session whose knobs are turned; the default one where it is not given. */
  readonly session?: string | undefined
  /** Gives up what is only being read; a change is always finished, because it may be what puts things back. */
  readonly signal?: AbortSignal | undefined
}

interface Reply {
  readonly status: number
  readonly body: unknown
}

const PATIENCE_MS = 5_000

/** What a caller without the token was given with the first session that it made: it opens all that it makes. */
interface KeyRing {
  key?: string
}

export class Control {
  readonly #options: ControlOptions
  readonly #ring: KeyRing

  constructor(options: ControlOptions, ring: KeyRing = {}) {
    this.#options = options
    this.#ring = ring
  }

  /**
   * The flaky catalog at the URL, or null where something else answers there.
   * @throws {CommandError} with code 3 where nothing answers
   */
  async hello(): Promise<Hello | null> {
    const { status, body } = await this.#exchange('GET', '/chaos')
    if (status === 401 || status === 403) throw refusal(body, status)
    return status === 200 && isRecord(body) && body.name === 'flaky-catalog' ? (body as unknown as Hello) : null
  }

  /** @throws {CommandError} with code 3 where no flaky catalog answers */
  async requireCatalog(): Promise<Hello> {
    const hello = await this.hello()
    if (hello) return hello
    throw new CommandError(
      `${this.#options.url.origin} answers, but it is not a flaky catalog: start one with npx chaos serve, or name it with --url`,
      EXIT.unreachable,
    )
  }

  async failRate(): Promise<number> {
    const body = await this.#call('GET', '/chaos/fail-rate')
    return isRecord(body) ? Number(body.failRate) : Number.NaN
  }

  /** Sets the fail rate, in percent, and returns what the server made of it. */
  async setFailRate(failRate: number): Promise<number> {
    const body = await this.#call('PUT', '/chaos/fail-rate', { failRate })
    return isRecord(body) ? Number(body.failRate) : Number.NaN
  }

  /** Changes the members of the settings that `patch` names. */
  async patch(patch: Readonly<Record<string, unknown>>): Promise<void> {
    await this.#call('PATCH', '/chaos', patch)
  }

  async stats(): Promise<Stats> {
    return (await this.#call('GET', '/chaos/stats')) as Stats
  }

  async reset(): Promise<void> {
    await this.#call('POST', '/chaos/reset')
  }

  async openSession(wish: SessionWish): Promise<{ id: string; clockMs: number }> {
    const made = (await this.#call('POST', '/chaos/sessions', wish)) as { id: string; clockMs: number; key?: string }
    if (made.key !== undefined) this.#ring.key = made.key
    return made
  }

  /** A session that is already gone is as good as closed. */
  async closeSession(id: string): Promise<void> {
    await this.#call('DELETE', `/chaos/sessions/${encodeURIComponent(id)}`, undefined, [404])
  }

  /** The scenarios of the server. */
  async scenarios(): Promise<readonly ScenarioSummary[]> {
    return ((await this.#call('GET', '/chaos/scenarios')) as { scenarios: readonly ScenarioSummary[] }).scenarios
  }

  /** @throws {CommandError} with code 2 and the names that there are, for an unknown one */
  async scenario(name: string): Promise<ScenarioWhole> {
    const known = await this.scenarios()
    if (known.some(scenario => scenario.name === name)) {
      return (await this.#call('GET', `/chaos/scenarios/${name}`)) as ScenarioWhole
    }
    const names = known.map(scenario => scenario.name).join(', ')
    throw new CommandError(`there is no scenario "${name}": the server has ${names || 'none'}.`, EXIT.usage)
  }

  /** What is being played, in all sessions. */
  async runs(): Promise<readonly ScenarioRun[]> {
    return ((await this.#call('GET', '/chaos/runs')) as { runs: readonly ScenarioRun[] }).runs
  }

  /** Stops a run; one that is already over is as good as stopped. */
  async stopRun(id: string): Promise<void> {
    await this.#call('DELETE', `/chaos/runs/${encodeURIComponent(id)}`, undefined, [404])
  }

  /** Plays a scenario of the server in the session, or one that is sent along. */
  async play(name: string, scenario?: Readonly<Record<string, unknown>>): Promise<ScenarioRun> {
    const path = `/chaos/scenarios/${encodeURIComponent(name)}/runs`
    return (await this.#call('POST', path, scenario === undefined ? undefined : { scenario })) as ScenarioRun
  }

  /** The same server seen from another session. */
  in(session: string): Control {
    return new Control({ ...this.#options, session }, this.#ring)
  }

  /** Any call of the control plane; answers its body. @throws {CommandError} for statuses of 400 and above */
  async call(method: string, path: string, body?: unknown): Promise<unknown> {
    return this.#call(method, path, body)
  }

  async #call(method: string, path: string, body?: unknown, tolerated: readonly number[] = []): Promise<unknown> {
    const reply = await this.#exchange(method, path, body)
    if (reply.status < 400 || tolerated.includes(reply.status)) return reply.body
    const problem = isRecord(reply.body) ? reply.body : {}
    const detail = String(problem.detail ?? problem.title ?? `status ${reply.status}`)
    if (reply.status === 401 || reply.status === 403) throw refusal(reply.body, reply.status)
    if (reply.status < 500) throw new CommandError(detail, reply.status === 404 ? EXIT.unreachable : EXIT.usage)
    throw new CommandError(`the server could not do it: ${detail}`, EXIT.bug)
  }

  #exchange(method: string, path: string, body?: unknown): Promise<Reply> {
    const { url, token = this.#ring.key, session, signal } = this.#options
    const target = new URL(path, url.origin)
    if (session !== undefined) target.searchParams.set('session', session)
    const payload = body === undefined ? undefined : JSON.stringify(body)
    const type = method === 'PATCH' ? 'application/merge-patch+json' : 'application/json'
    const headers = {
      accept: 'application/json',
      'x-chaos-origin': 'cli',
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...(payload === undefined ? {} : { 'content-type': type, 'content-length': Buffer.byteLength(payload) }),
    }
    const open = target.protocol === 'https:' ? requestHttps : requestHttp
    return new Promise((resolve, reject) => {
      const fail = (error: Error) => reject(unreachable(url, error))
      const givenUp = method === 'GET' && signal ? { signal } : {}
      const call = open(target, { method, headers, agent: false, timeout: PATIENCE_MS, ...givenUp }, answer => {
        const chunks: Buffer[] = []
        answer.on('data', (chunk: Buffer) => chunks.push(chunk))
        answer.on('error', fail)
        answer.on('end', () => {
          resolve({ status: answer.statusCode ?? 0, body: parsed(Buffer.concat(chunks).toString('utf8')) })
        })
      })
      call.on('error', fail)
      call.on('timeout', () => call.destroy(new Error(`no answer within ${PATIENCE_MS / 1_000} s`)))
      call.end(payload)
    })
  }
}

/** The sentence for a server that lets the caller not in, or not do it. */
function refusal(body: unknown, status: number): CommandError {
  const { detail, title } = isRecord(body) ? body : {}
  const hint = status === 401 ? ' (the command line takes it from CHAOS_TOKEN)' : ''
  const Refusal = status === 403 ? WrongAddress : CommandError
  return new Refusal(`${String(detail ?? title ?? `status ${status}`)}${hint}`, EXIT.usage)
}

/** The server does not answer by the address that was used, whatever is asked for. */
export class WrongAddress extends CommandError {}

/** The sentence for a server that does not answer. */
export function unreachable(url: URL, error: unknown): CommandError {
  const { code, message } = error as { code?: unknown; message?: unknown }
  const why = code === 'ECONNREFUSED' ? 'nothing listens there' : String(message || code || error)
  return new CommandError(
    `cannot reach ${url.origin} (${why}): start the server with npx chaos serve, or name another with --url`,
    EXIT.unreachable,
  )
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
