/** What the console drives, put together: the two arms, the actions at the server, and the stream of its events. */

import type { Clock } from '../../server/lib/clock.ts'
import type { CircuitOptions } from '../breaker/options.ts'
import type { Control, Hello } from '../control/control.ts'
import { openEventStream } from '../control/event-stream.ts'
import { openPublisher } from '../control/live-publisher.ts'
import type { TokenSource } from '../control/token.ts'
import { openClient } from '../load/client.ts'
import type { Target } from '../load/target.ts'
import { buildArm, wantsBody } from '../policy/arm.ts'
import { type ParsedArm, withoutCircuit } from '../policy/parse.ts'
import { jitter } from '../policy/retry.ts'
import { Arms } from './arms.ts'
import type { Backend } from './console.ts'
import type { ArmId } from './model.ts'
import { PublishedRuns } from './published-runs.ts'
import type { LiveEvent } from './reducer.ts'
import { ServerActions } from './server-actions.ts'
import { liveEvents, stateUpdate } from './server-events.ts'

interface BackendParts {
  readonly url: URL
  readonly token: TokenSource
  /** The session that is controlled and fired at. */
  readonly session: string
  readonly control: Control
  /** What the server said of itself before. */
  readonly hello: Hello
  readonly target: Target
  /** The arm that is watched; it has a circuit. */
  readonly plan: ParsedArm
  readonly circuit: CircuitOptions
  readonly seed: string
  readonly codes: readonly string[]
  /** Requests of one batch. */
  readonly batch: number
  readonly baselineOn: boolean
  readonly timeoutMs: number
  /** Connections that an arm has open at the most. */
  readonly connections: number
  readonly clock: Clock
  readonly wallMs: () => number
}

/** Opens everything; `show` takes what happens. */
export async function openBackend(parts: BackendParts, show: (event: LiveEvent) => void): Promise<Backend> {
  const { control, session, seed, clock, target, plan, connections, wallMs } = parts
  const baselineSession = session === 'default' ? `live-${seed}-none` : session
  const refused = (why: string) => show({ type: 'refused', why })
  const actions = new ServerActions({ control, session, baselineSession, clock, refused })
  const sessions: Readonly<Record<ArmId, string>> = { main: session, baseline: baselineSession }
  const publish = () => openPublisher({ url: parts.url, token: parts.token, clock })
  const publishedRuns = new PublishedRuns({ open: publish, clock, id: `live-${seed}`, sessions })
  const emit = (event: LiveEvent): void => {
    publishedRuns.on(event)
    show(event)
  }
  const bare = withoutCircuit(plan)
  const arms = await Arms.open({
    clock,
    seed,
    emit,
    codes: parts.codes,
    batch: parts.batch,
    open: (arm, meter) => {
      const keepsBodies = arm === 'main' && wantsBody(plan)
      return openClient({ target, session: sessions[arm], connections, keepsBodies, meter, clock, wallMs })
    },
    build: (arm, call, guarded) => {
      const { timeoutMs, circuit } = parts
      const wanted = arm === 'baseline' ? 'none' : guarded ? plan : bare
      return buildArm(wanted, { call, clock, random: jitter(seed), timeoutMs, circuit })
    },
  })
  arms.setBaseline(parts.baselineOn)
  emit({ type: 'connected', ...stateUpdate(parts.hello) })
  // Before anything is fired: a request to a session that is not there makes it.
  await actions.openBaseline()
  let known = true
  const closeEventStream = openEventStream({
    url: parts.url,
    session,
    token: parts.token,
    clock,
    onOpen: () => {
      if (!known) void actions.openBaseline()
    },
    onEvent: (name, data) => {
      for (const event of liveEvents(name, data)) emit(event)
    },
    onDown: (why, retryInMs) => {
      known = false
      emit({ type: 'disconnected', why, retryInMs })
      void actions.restoreSession()
    },
  })
  return {
    arms,
    actions,
    emit,
    update: model => publishedRuns.update(model),
    async close() {
      closeEventStream()
      await Promise.allSettled([arms.close(), actions.close(), publishedRuns.close()])
    },
  }
}
