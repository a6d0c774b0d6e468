/** The `breaker` policy: asks a circuit for leave before each call, and tells it what became of the call. */

import type { Clock } from '../../server/lib/clock.ts'
import type { Admission, CircuitStore, Permit } from '../breaker/circuit.ts'
import { ABORTED, shortCircuited, verdictOf } from './answers.ts'
import type { CallCircuit } from './clients.ts'
import { type Answer, type Cancel, nothing, type Outgoing, type Policy, type Send } from './send.ts'

type Done = (answer: Answer) => void

/** Answers `shortCircuited` at once while the circuit is open. With a store in this process no promise is made on the way. */
export function breaker(clock: Clock, store: CircuitStore): Policy {
  return breakers(clock, () => store)
}

/** The same with the circuit of whoever a request belongs to. */
export function breakers(clock: Clock, storeFor: (request: Outgoing) => CallCircuit): Policy {
  return next => {
    return (request, done) => {
      const store = storeFor(request)
      const admission = store.acquire()
      return 'admitted' in admission ? decide(store, admission, request, done) : wait(store, admission, request, done)
    }

    function decide(store: CallCircuit, admission: Admission, request: Outgoing, done: Done): Cancel {
      if (admission.admitted) return call(next, store, admission, request, done)
      done(shortCircuited(admission.retryAfterMs))
      return nothing
    }

    function wait(store: CallCircuit, admission: Promise<Admission>, request: Outgoing, done: Done): Cancel {
      let cancelCall: Cancel | null = null
      let decided = false
      let unwanted = false
      void admission.then(answer => {
        if (decided) {
          if (answer.admitted) void store.settle(answer, 'ignore')
          return
        }
        decided = true
        cancelCall = decide(store, answer, request, done)
        if (unwanted) cancelCall()
      })
      return () => {
        if (cancelCall) cancelCall()
        else if (decided) unwanted = true
        else {
          decided = true
          done(ABORTED)
        }
      }
    }
  }

  function call(next: Send, store: CallCircuit, permit: Permit, request: Outgoing, done: Done): Cancel {
    const startedAt = clock.now()
    return next(request, answer => {
      const durationMs = clock.now() - startedAt
      void store.settle(permit, verdictOf(answer), { durationMs, retryAfterMs: answer.retryAfterMs })
      done(answer)
    })
  }
}
