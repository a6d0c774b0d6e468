/** What the console drives, put together: the two arms, the hand at the server's knobs, and the line to its events. */

import type { Clock } from '../../server/lib/clock.ts'
import type { CircuitOptions } from '../breaker/options.ts'
import type { Control, Hello } from '../control/control.ts'
import { openEventStream } from '../control/event-stream.ts'
import { openPublisher } from '../control/live-publisher.ts'
import { openClient } from '../load/client.ts'
import type { Target } from '../load/target.ts'
import { buildArm, wantsBody } from '../policy/arm.ts'
import { type ParsedArm, withoutCircuit } from '../policy/parse.ts'
import { jitter } from '../policy/retry.ts'
import { Arms } from './arms.ts'
import type { Machinery } from './console.ts'
import type { ArmId } from './model.ts'
import { Publication } from './publication.ts'
import type { LiveEvent } from './reduce.ts'
import { Steering } from './steering.ts'
import { eventsOf, toldBy } from './wire.ts'

export interface MachineryParts {
  readonly url: URL
  readonly token: string | undefined
  /** The session that is steered and fired at. */
  readonly room: string
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

/** Opens everything; `show` hears what happens. */
export async function openMachinery(parts: MachineryParts, show: (event: LiveEvent) => void): Promise<Machinery> {
  const { control, room, seed, clock, target, plan, connections, wallMs } = parts
  const shadow = `live-${seed}-none`
  const refused = (why: string) => show({ type: 'refused', why })
  const steering = new Steering({ control, room, shadow, clock, refused })
  const sessions: Readonly<Record<ArmId, string>> = { main: room, baseline: steering.shadow }
  const publish = () => openPublisher({ url: parts.url, token: parts.token, clock })
  const publication = new Publication({ open: publish, clock, id: `live-${seed}`, sessions })
  const tell = (event: LiveEvent): void => {
    publication.hear(event)
    show(event)
  }
  const bare = withoutCircuit(plan)
  const arms = await Arms.open({
    clock,
    seed,
    tell,
    codes: parts.codes,
    batch: parts.batch,
    open: (arm, meter) => {
      const keepsBodies = arm === 'main' && wantsBody(plan)
      return openClient({ target, session: sessions[arm], connections, keepsBodies, meter, wallMs })
    },
    build: (arm, call, guarded) => {
      const { timeoutMs, circuit } = parts
      const wanted = arm === 'baseline' ? 'none' : guarded ? plan : bare
      return buildArm(wanted, { call, clock, random: jitter(seed), timeoutMs, circuit })
    },
  })
  arms.setBaseline(parts.baselineOn)
  tell({ type: 'connected', ...toldBy(parts.hello) })
  // Before anything is fired: a request to a session that is not there makes it.
  await steering.openShadow()
  let known = true
  const closeEventStream = openEventStream({
    url: parts.url,
    session: room,
    token: parts.token,
    clock,
    onOpen: () => {
      if (!known) void steering.openShadow()
    },
    onEvent: (name, data) => {
      for (const event of eventsOf(name, data)) tell(event)
    },
    onDown: (why, retryInMs) => {
      known = false
      tell({ type: 'disconnected', why, retryInMs })
      void steering.findRoom()
    },
  })
  return {
    arms,
    steering,
    tell,
    follow: model => publication.follow(model),
    async close() {
      closeEventStream()
      await Promise.allSettled([arms.close(), steering.close(), publication.close()])
    },
  }
}
