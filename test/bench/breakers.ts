/** The breakers that are measured, each in a loop of its own, so that none is compiled for another's sake. */

import { CountBreaker, circuitBreaker, handleAll } from 'cockatiel'
import Opossum from 'opossum'
import { CircuitBreaker, CircuitCore, circuitSettings } from '../../cli/breaker/index.ts'

/** What the upstream does, and in which state the breaker meets it. */
export type Condition = 'closed, every call succeeds' | 'closed, 30 % fail' | 'open'

/** Makes `calls` calls, one after the other. */
export type Loop = (calls: number) => Promise<void>

/** One way of making calls. `make` gives a fresh breaker in the state that the condition asks for; `close` gives its timers back. */
export interface Breaker {
  readonly name: string
  make(condition: Condition): Promise<{ loop: Loop; close?: () => void }>
}

const HOUR = 3_600_000
const down = new Error('down')

/** The upstream: an async function, of which three calls in ten fail where the condition says so; open circuits need it to fail at first. */
function upstream(condition: Condition): () => Promise<number> {
  if (condition === 'closed, every call succeeds') return async () => 1
  let made = 0
  const share = condition === 'open' ? 10 : 3
  return async () => {
    made = made === 9 ? 0 : made + 1
    if (made < share) throw down
    return made
  }
}

const none: Breaker = {
  name: 'none',
  async make(condition) {
    const call = upstream(condition)
    return {
      async loop(calls) {
        for (let i = 0; i < calls; i += 1) {
          try {
            await call()
          } catch {}
        }
      },
    }
  },
}

const core: Breaker = {
  name: 'flaky-catalog, core alone',
  async make(condition) {
    const call = upstream(condition)
    const circuit = new CircuitCore(circuitSettings({ openForMs: HOUR }), 0, () => 0)
    const loop: Loop = async calls => {
      for (let i = 0; i < calls; i += 1) {
        const permit = circuit.acquire(1)
        if (!permit.admitted) continue
        try {
          await call()
          circuit.settle(permit, 'ok', 1)
        } catch {
          circuit.settle(permit, 'fail', 1)
        }
      }
    }
    if (condition === 'open') await loop(20)
    return { loop }
  },
}

const run: Breaker = {
  name: 'flaky-catalog, run',
  async make(condition) {
    const call = upstream(condition)
    const breaker = new CircuitBreaker({ openForMs: HOUR })
    const loop: Loop = async calls => {
      for (let i = 0; i < calls; i += 1) {
        try {
          await breaker.run(call)
        } catch {}
      }
    }
    if (condition === 'open') await loop(20)
    return { loop }
  },
}

const cockatiel: Breaker = {
  name: 'cockatiel',
  async make(condition) {
    const call = upstream(condition)
    const breaker = new CountBreaker({ threshold: 0.5, size: 20, minimumNumberOfCalls: 10 })
    const policy = circuitBreaker(handleAll, { halfOpenAfter: HOUR, breaker })
    const loop: Loop = async calls => {
      for (let i = 0; i < calls; i += 1) {
        try {
          await policy.execute(call)
        } catch {}
      }
    }
    if (condition === 'open') await loop(20)
    return { loop }
  },
}

function opossum(name: string, options: Opossum.Options): Breaker {
  return {
    name,
    async make(condition) {
      const breaker = new Opossum(upstream(condition), { resetTimeout: HOUR, volumeThreshold: 10, ...options })
      const loop: Loop = async calls => {
        for (let i = 0; i < calls; i += 1) {
          try {
            await breaker.fire()
          } catch {}
        }
      }
      if (condition === 'open') await loop(20)
      return { loop, close: () => breaker.shutdown() }
    },
  }
}

const asItComes = opossum('opossum, as it comes', {})
const lean = opossum('opossum, percentiles and snapshots off', {
  rollingPercentilesEnabled: false,
  enableSnapshots: false,
})

/** Everybody, in the order in which the table names them. */
export const breakers = { none, core, run, cockatiel, asItComes, lean } as const
