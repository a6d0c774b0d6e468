/** The thread of simulations, as the server's side sees it: opened when it is first wanted, and again where it is lost. */

import type { SimulationOrder } from '../../server/experiments/port.ts'
import { Problem } from '../../server/lib/problem.ts'
import type { Result } from '../report/result.ts'
import { openThread, type Thread } from './thread.ts'
import type { NumberedOrder, SimulationSaid, SimulatorData } from './what-if.ts'

export class SimulatorThread {
  readonly #unwanted = new Int32Array(new SharedArrayBuffer(4))
  readonly #waiting = new Map<number, { resolve: (result: Result) => void; reject: (error: unknown) => void }>()
  #thread: Thread<SimulationSaid> | null = null
  #orders = 0

  /** Opens the thread unless it is open. */
  prepare(): Thread<SimulationSaid> {
    if (this.#thread) return this.#thread
    const data: SimulatorData = { unwanted: this.#unwanted }
    const thread: Thread<SimulationSaid> = openThread(
      'what-if-worker',
      data,
      async () => (await import('./what-if.ts')).attendSimulations,
    )
    thread.onMessage(said => {
      const waiting = this.#waiting.get(said.number)
      this.#waiting.delete(said.number)
      if ('result' in said) waiting?.resolve(said.result)
      else waiting?.reject(new Problem(422, said.problem))
    })
    thread.onEnd(error => {
      this.#thread = null
      const problem = new Problem(503, `The simulator ended (${error?.message ?? 'it was closed'}): try again`)
      for (const { reject } of this.#waiting.values()) reject(problem)
      this.#waiting.clear()
    })
    this.#thread = thread
    return thread
  }

  /** @throws the reason of the signal where that aborts first, {Problem} for what cannot be simulated */
  async simulate(order: SimulationOrder, signal: AbortSignal): Promise<Result> {
    const thread = this.prepare()
    const number = ++this.#orders
    const giveUp = () => Atomics.store(this.#unwanted, 0, number)
    signal.addEventListener('abort', giveUp, { once: true })
    if (signal.aborted) giveUp()
    try {
      const result = await new Promise<Result>((resolve, reject) => {
        this.#waiting.set(number, { resolve, reject })
        thread.post({ number, order } satisfies NumberedOrder)
      })
      signal.throwIfAborted()
      return result
    } finally {
      signal.removeEventListener('abort', giveUp)
    }
  }

  async close(): Promise<void> {
    await this.#thread?.terminate()
  }
}
