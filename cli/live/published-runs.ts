/** Publishes what this console fires: a run that ends, and is followed by another, when the console is reset or the server comes back. */

import type { Clock } from '../../server/lib/clock.ts'
import { type Counts, requestsOf } from '../../server/runs/counters.ts'
import type { State } from '../breaker/circuit.ts'
import type { ArmTotals, Publisher } from '../control/live-publisher.ts'
import type { ArmId, Model } from './model.ts'
import type { LiveEvent } from './reducer.ts'

interface PublishedRunsParts {
  /** A publisher for one run; its failures are its own. */
  readonly open: () => Publisher
  readonly clock: Clock
  /** Names the console; its runs are `{id}-1`, `{id}-2` … */
  readonly id: string
  /** The sessions in which the watched arm and the baseline play. */
  readonly sessions: Readonly<Record<ArmId, string>>
}

interface Run {
  readonly publisher: Publisher
  readonly startedAt: number
  last: readonly ArmTotals[]
}

export class PublishedRuns {
  readonly #parts: PublishedRunsParts
  #states: { atMs: number; state: State }[] = []
  #now: State = 'closed'
  #run: Run | null = null
  #runs = 0
  #lost = false

  constructor(parts: PublishedRunsParts) {
    this.#parts = parts
  }

  /** Takes what the model alone does not show. */
  on(event: LiveEvent): void {
    if (event.type === 'circuit') this.#enter(event.state)
    else if (event.type === 'switched' && event.what === 'breaker') this.#enter(event.on ? 'closed' : 'disabled')
    else if (event.type === 'cleared') void this.close()
    else if (event.type === 'disconnected') this.#lost = true
    else if (event.type === 'connected' && this.#lost) {
      this.#lost = false
      void this.close()
    }
  }

  /** Publishes how far the arms are. A run begins with its first request. */
  update(model: Model): void {
    if (this.#lost) return
    if (!this.#run && requestsOf(model.totals.main) + requestsOf(model.totals.baseline) === 0) return
    this.#run ??= this.#begin(model)
    this.#run.last = this.#arms(model)
    this.#run.publisher.progress(this.#parts.clock.now() - this.#run.startedAt, this.#run.last)
  }

  /** Publishes the end of the run that goes on; resolves when it is taken, or soon after. */
  async close(): Promise<void> {
    const run = this.#run
    this.#run = null
    if (run) await run.publisher.end(this.#parts.clock.now() - run.startedAt, run.last)
  }

  #begin(model: Model): Run {
    const { clock, open, id, sessions } = this.#parts
    const { batch, everyMs } = model.load
    const run: Run = { publisher: open(), startedAt: clock.now(), last: [] }
    this.#states = [{ atMs: 0, state: this.#now }]
    run.publisher.start({
      id: `${id}-${++this.#runs}`,
      title: 'chaos live',
      arms: [
        { name: model.arm.name, session: sessions.main },
        { name: 'none', session: sessions.baseline },
      ],
      load: { concurrency: batch, everyMs },
    })
    return run
  }

  #arms(model: Model): readonly ArmTotals[] {
    const { main, baseline } = model.totals
    const totals = (name: string, counts: Counts, states: ArmTotals['states']) => ({ name, ...counts, states })
    return [totals(model.arm.name, main, this.#states), totals('none', baseline, [])]
  }

  #enter(state: State): void {
    this.#now = state
    if (this.#run) this.#states.push({ atMs: this.#parts.clock.now() - this.#run.startedAt, state })
  }
}
