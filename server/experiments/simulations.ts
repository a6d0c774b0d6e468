/** Simulations that pages wait for: one after the other, of each client its newest alone, and few that wait. */

import { Problem } from '../lib/problem.ts'
import type { Result } from '../runs/result.ts'
import type { ExperimentPort, SimulationOrder } from './port.ts'

/** Simulations of other clients that may wait for their turn. */
const MAX_WAITING = 4
/** A simulation that takes longer is given up, in milliseconds. */
const MAX_MS = 15_000

interface Simulation {
  readonly client: string
  readonly order: SimulationOrder
  readonly stopped: AbortController
  readonly resolve: (result: Result) => void
  readonly reject: (error: unknown) => void
}

export class Simulations {
  #running: Simulation | null = null
  #waiting: Simulation[] = []

  /**
   * What an order comes to.
   * @param client whose newest order replaces the one before
   * @param gone aborts when nobody waits for the answer any more
   * @param isGuest without the token of a locked server: one place is left for who has it
   * @throws {Problem} 409 where a newer one of the same client took its place, 429 where too many wait, 503 where it takes too long
   */
  run(
    port: ExperimentPort,
    client: string,
    order: SimulationOrder,
    gone: AbortSignal,
    isGuest = false,
  ): Promise<Result> {
    this.#replace(client, new Problem(409, 'A newer simulation of yours took the place of this one'))
    if (this.#running && this.#waiting.length >= MAX_WAITING - (isGuest ? 1 : 0)) {
      throw new Problem(429, 'Too many simulations wait already: try again in a moment', {
        headers: { 'Retry-After': '1' },
      })
    }
    return new Promise((resolve, reject) => {
      const simulation = { client, order, stopped: new AbortController(), resolve, reject }
      gone.addEventListener(
        'abort',
        () => this.#end(simulation, new Problem(409, 'Nobody waits for this simulation')),
        {
          once: true,
        },
      )
      this.#waiting.push(simulation)
      this.#next(port)
    })
  }

  #replace(client: string, problem: Problem): void {
    for (const each of [this.#running, ...this.#waiting]) if (each?.client === client) this.#end(each, problem)
  }

  /** It is answered at once; where it runs, the next has its turn when it has ended. */
  #end(simulation: Simulation, problem: Problem): void {
    this.#waiting = this.#waiting.filter(each => each !== simulation)
    simulation.reject(problem)
    simulation.stopped.abort(problem)
  }

  #next(port: ExperimentPort): void {
    if (this.#running) return
    const simulation = this.#waiting.shift()
    if (!simulation) return
    this.#running = simulation
    const { order, stopped, resolve, reject } = simulation
    const tooLong = new Problem(503, `The simulation takes longer than ${MAX_MS / 1_000} s: ask for less`)
    const timer = setTimeout(() => this.#end(simulation, tooLong), MAX_MS)
    port
      .simulate(order, stopped.signal)
      .then(resolve, reject)
      .finally(() => {
        clearTimeout(timer)
        this.#running = null
        this.#next(port)
      })
  }
}
