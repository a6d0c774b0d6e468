/** The two arms under fire: every request goes to each of them with the same key, so that both meet the same fate. */

import type { Clock } from '../../server/lib/clock.ts'
import { type Counts, noCounts } from '../../server/runs/counters.ts'
import type { Meter } from '../load/call.ts'
import type { LoadClient } from '../load/client.ts'
import type { Arm } from '../policy/arm.ts'
import type { Cancel, Outgoing, Send } from '../policy/send.ts'
import type { ArmId } from './model.ts'
import type { LiveEvent } from './reducer.ts'

/** Where the calls of an arm leave this process. */
type Upstream = Pick<LoadClient, 'send' | 'close'>

interface ArmsParts {
  readonly clock: Clock
  /** Opens the way to the server for an arm. */
  readonly open: (arm: ArmId, meter: Meter) => Upstream
  /** Builds what stands before it; `guarded` false leaves the circuit out. */
  readonly build: (arm: ArmId, call: Send, guarded: boolean) => Promise<Arm>
  readonly codes: readonly string[]
  /** Request k has the key `seed-k`. */
  readonly seed: string
  /** Requests of one batch. */
  readonly batch: number
  readonly emit: (event: LiveEvent) => void
}

/** Requests under way beyond which no further batch is fired: a server that hangs would fill the memory. */
const MAX_UNDER_WAY = 5_000

interface RunningArm {
  readonly id: ArmId
  readonly upstream: Upstream
  arm: Arm
  stopListening: () => void
  counts: Counts
  on: boolean
}

export class Arms {
  readonly #parts: ArmsParts
  readonly #main: RunningArm
  readonly #baseline: RunningArm
  readonly #underWay = new Set<Cancel>()
  #next = 0
  /** Nothing counts that was fired before the last reset. */
  #generation = 0
  /** How often the breaker was switched: keys can be faster than the building of an arm. */
  #switches = 0

  private constructor(parts: ArmsParts, main: RunningArm, baseline: RunningArm) {
    this.#parts = parts
    this.#main = main
    this.#baseline = baseline
    this.#watch()
  }

  /** @throws {ArmError} for an arm that cannot be built */
  static async open(parts: ArmsParts): Promise<Arms> {
    const open = async (id: ArmId, guarded: boolean): Promise<RunningArm> => {
      const counts = noCounts()
      const box = { counts }
      const upstream = parts.open(id, { called: () => box.counts.calls++, wasted: () => box.counts.wasted++ })
      const arm = await parts.build(id, upstream.send, guarded)
      return Object.assign(box, { id, upstream, arm, stopListening: () => {}, on: true })
    }
    return new Arms(parts, await open('main', true), await open('baseline', false))
  }

  /** Sends one batch through each arm that is on. False where too much is still under way. */
  fire(): boolean {
    const { batch, codes, seed } = this.#parts
    if (this.#underWay.size > 0 && this.#underWay.size + batch > MAX_UNDER_WAY) return false
    for (let left = batch; left > 0; left--) {
      const index = this.#next++
      const request: Outgoing = { index, key: `${seed}-${index}`, attempt: 0, code: codes[index % codes.length] ?? '' }
      // They take turns at going first, so that none is always a step ahead.
      const arms = index % 2 === 0 ? [this.#main, this.#baseline] : [this.#baseline, this.#main]
      for (const running of arms) if (running.on) this.#send(running, request)
    }
    return true
  }

  /** What each arm counted since it was last asked. */
  drain(): void {
    for (const running of [this.#main, this.#baseline]) {
      const counts: Counts = { ...running.counts }
      if (Object.values(counts).every(count => count === 0)) continue
      Object.assign(running.counts, noCounts())
      this.#parts.emit({ type: 'answers', arm: running.id, counts })
    }
  }

  /** The baseline goes along, or rests. */
  setBaseline(on: boolean): void {
    this.#baseline.on = on
  }

  /** The main arm with a circuit that is new and closed, or without one. */
  async setBreaker(on: boolean): Promise<void> {
    const number = ++this.#switches
    const arm = await this.#parts.build('main', this.#main.upstream.send, on)
    if (number !== this.#switches) return arm.close()
    const before = this.#main.arm
    this.#main.arm = arm
    this.#main.stopListening()
    this.#watch()
    await before.close()
  }

  /** Gives up what is under way and counts from zero. */
  clear(): void {
    this.#giveUp()
    for (const running of [this.#main, this.#baseline]) Object.assign(running.counts, noCounts())
  }

  async close(): Promise<void> {
    this.#main.stopListening()
    this.#giveUp()
    const arms = [this.#main, this.#baseline]
    await Promise.allSettled(arms.flatMap(running => [running.arm.close(), running.upstream.close()]))
  }

  #giveUp(): void {
    this.#generation++
    for (const cancel of [...this.#underWay]) cancel()
    this.#underWay.clear()
  }

  #send(running: RunningArm, request: Outgoing): void {
    const generation = this.#generation
    let over = false
    let cancel: Cancel | null = null
    cancel = running.arm.send(request, ({ outcome }) => {
      over = true
      if (cancel !== null) this.#underWay.delete(cancel)
      if (generation === this.#generation) running.counts[outcome]++
    })
    if (!over) this.#underWay.add(cancel)
  }

  #watch(): void {
    const { clock, emit } = this.#parts
    let waits = false
    this.#main.stopListening = this.#main.arm.events(event => {
      if (event.type === 'state') {
        waits = false
        emit({ type: 'circuit', state: event.to, why: event.why })
      } else if (event.type === 'refused' && !waits) {
        waits = true
        emit({ type: 'waits', retryInMs: event.atMs + event.retryAfterMs - clock.now() })
      } else if (event.type === 'store-degraded')
        emit({ type: 'notice', text: `store degraded: ${event.why}`, forMs: 6_000 })
    })
  }
}
