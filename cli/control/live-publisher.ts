/** Shows a run on the pages of the server that it is fired at: fire and forget, at most four times a second, and harmless when it fails. */

import { Agent, request } from 'node:http'
import { request as requestSecure, Agent as SecureAgent } from 'node:https'
import type { Clock } from '../../server/lib/clock.ts'
import type { Live, NewRun, RunEnd } from '../../server/telemetry/live-schema.ts'
import type { State } from '../breaker/circuit.ts'

/** What an arm came to since the start of the run. */
export interface ArmTotals {
  readonly name: string
  readonly success: number
  readonly failed: number
  readonly shortCircuited: number
  readonly fromCache: number
  readonly calls: number
  readonly wasted: number
  /** Every state of its circuit since the start; empty without one. */
  readonly states: readonly { readonly atMs: number; readonly state: State }[]
}

export interface Publisher {
  /** Begins a run: the arms in their order, with the session that each plays in. */
  start(run: NewRun): void
  /** Tells how far the arms are, `atMs` milliseconds after the start. May be called at any rate. */
  progress(atMs: number, arms: readonly ArmTotals[]): void
  /** Tells the end and lets the connection go; resolves when it is told, or soon after. Never rejects. */
  end(atMs: number, arms: readonly ArmTotals[], result?: NonNullable<RunEnd['result']>): Promise<void>
}

export interface PublisherOptions {
  /** Base URL of the server. */
  readonly url: URL
  readonly token?: string | undefined
  readonly clock: Clock
}

/** Four times a second; the next step says what this one left out, so that nothing is lost by waiting. */
const EVERY_MS = 240
/** What is not answered by then is given up, and with it the whole publishing. */
const PATIENCE_MS = 2_000
/** How long the end of a run waits for the last step to be told. */
const GOODBYE_MS = 1_000
const FIELDS = ['success', 'failed', 'shortCircuited', 'fromCache', 'calls', 'wasted'] as const

/** Opens a publisher; nothing is sent before `start`. It has a connection of its own, so that it never waits for the load. */
export function openPublisher({ url, token, clock }: PublisherOptions): Publisher {
  const secure = url.protocol === 'https:'
  const agent = new (secure ? SecureAgent : Agent)({ keepAlive: true, maxSockets: 1 })
  const told = new Map<string, ArmTotals>()
  let id = ''
  let lastAt = Number.NEGATIVE_INFINITY
  /** A request is under way; null while the line is free. */
  let sending: Promise<void> | null = null
  let dead = false

  const send = (live: Live): Promise<void> =>
    new Promise(resolve => {
      const body = JSON.stringify(live)
      const call = (secure ? requestSecure : request)(new URL('/chaos/live', url.origin), {
        method: 'POST',
        agent,
        timeout: PATIENCE_MS,
        headers: {
          'content-type': 'application/json',
          'content-length': Buffer.byteLength(body),
          'x-chaos-origin': 'cli',
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
        },
      })
      const give = (): void => {
        dead = true
        resolve()
      }
      call.on('response', answer => {
        // Too many requests is an answer to one step; anything else that is no success is an answer to all of them.
        if ((answer.statusCode ?? 0) >= 400 && answer.statusCode !== 429) dead = true
        answer.resume().on('end', resolve).on('error', give)
      })
      call.on('error', give)
      call.on('timeout', () => call.destroy(new Error('too slow')))
      call.end(body)
    })

  /** Sends one after another: what was begun first arrives first. */
  const queue = (make: () => Live | null): Promise<void> => {
    const turn = (sending ?? Promise.resolve()).then(() => {
      const live = dead ? null : make()
      return live ? send(live) : undefined
    })
    const done = turn.finally(() => {
      if (sending === done) sending = null
    })
    sending = done
    return done
  }

  const step = (atMs: number, arms: readonly ArmTotals[]): Live => {
    const changes = arms.map(arm => since(told.get(arm.name), arm))
    for (const arm of arms) told.set(arm.name, { ...arm, states: [...arm.states] })
    return { progress: { id, atMs: Math.max(0, Math.round(atMs)), arms: changes } }
  }

  return {
    start(run) {
      id = run.id
      void queue(() => ({ run }))
    },
    progress(atMs, arms) {
      const now = clock.now()
      if (dead || sending || now - lastAt < EVERY_MS) return
      lastAt = now
      void queue(() => step(atMs, arms))
    },
    async end(atMs, arms, result) {
      void queue(() => step(atMs, arms))
      const last = queue(() => ({ end: { id, ...(result ? { result } : {}) } }))
      let cancel = () => {}
      await Promise.race([
        last,
        new Promise<void>(resolve => {
          cancel = clock.after(GOODBYE_MS, resolve)
        }),
      ])
      cancel()
      agent.destroy()
    },
  }
}

type ArmStep = Extract<Live, { progress: unknown }>['progress']['arms'][number]

/** What an arm did between two looks at it. */
function since(before: ArmTotals | undefined, now: ArmTotals): ArmStep {
  const states = now.states.slice(before?.states.length ?? 0)
  const counts = Object.fromEntries(FIELDS.map(field => [field, now[field] - (before?.[field] ?? 0)]))
  return {
    name: now.name,
    ...(counts as Record<(typeof FIELDS)[number], number>),
    state: now.states.at(-1)?.state ?? null,
    ...(states.length > 0 ? { states: states.slice(-200) } : {}),
  }
}
