/** The seam for other circuit breakers: what a library must offer to stand in an arm, and the policy made of it. */

import type { Clock } from '../../server/lib/clock.ts'
import type { CircuitEvent, State } from '../breaker/circuit.ts'
import { ABORTED, shortCircuited, verdictOf } from './answers.ts'
import { type Answer, type CircuitPolicy, nothing } from './send.ts'

/**
 * One call as a library gets it. The promise resolves with a good answer and rejects with any other, so that the library can
 * emit by `isFailure` which rejections blame the upstream. Whether it runs at all is the truth of "short-circuited".
 */
export type Act = () => Promise<Answer>

/** A circuit breaker from elsewhere. */
export interface Library {
  /** Runs `act` or not. What the promise settles with does not matter, only when. */
  run(act: Act): Promise<unknown>
  state(): State
  close(): void
}

/** Builds a library's circuit; `onState` is to be called after each change of state. */
export type OpenLibrary = (onState: (to: State) => void) => Library

/** The threshold of the other libraries must be exceeded, ours be reached: so much less makes them the same for every count of calls. */
export const JUST_BELOW = 1e-9

/** Whether a rejection of `Act` blames the upstream, by the same rule as for our own circuit. */
export function isFailure(rejection: unknown): boolean {
  return verdictOf(rejection as Answer) === 'fail'
}

/**
 * A library's circuit breaker as a policy, with events like those of our own.
 * @param openForMs how long the library keeps its circuit open: refusals say when to come back
 */
export function engine(name: string, clock: Clock, openForMs: number, open: OpenLibrary): CircuitPolicy {
  const listeners = new Set<(event: CircuitEvent) => void>()
  let from: State = 'closed'
  let generation = 0
  let openUntil = 0
  const library = open(to => {
    if (to === 'open') openUntil = clock.now() + openForMs
    emit({ type: 'state', atMs: clock.now(), from, to, generation: ++generation, why: `${name} says so` })
    from = to
  })
  const emit = (event: CircuitEvent) => {
    for (const listener of listeners) listener(event)
  }
  const refuse = (): Answer => {
    const atMs = clock.now()
    const retryAfterMs = Math.max(0, openUntil - atMs)
    emit({ type: 'refused', atMs, state: library.state(), retryAfterMs })
    return shortCircuited(retryAfterMs)
  }
  return {
    policy: next => (request, done) => {
      let answer: Answer | null = null
      let cancel = nothing
      let over = false
      const act: Act = () =>
        new Promise((resolve, reject) => {
          // A request that was given up while the library made it wait is not called any more.
          if (over) return reject(ABORTED)
          cancel = next(request, given => {
            answer = given
            if (verdictOf(given) === 'ok') resolve(given)
            else reject(given)
          })
        })
      /** The library is done: its caller gets the answer of the call, or a refusal where no call was made. */
      const end = () => {
        if (over) return
        over = true
        done(answer ?? refuse())
      }
      library.run(act).then(end, end)
      return () => {
        if (over) return
        over = true
        cancel()
        done(ABORTED)
      }
    },
    circuit: {
      state: () => library.state(),
      listen(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
      close: () => library.close(),
    },
  }
}
