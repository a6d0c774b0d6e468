/** Whose simulation has its turn, and what becomes of the others. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { ExperimentPort, SimulationOrder } from '../../../server/experiments/port.ts'
import { Simulations } from '../../../server/experiments/simulations.ts'
import { Problem } from '../../../server/lib/problem.ts'
import type { Result } from '../../../server/runs/result.ts'

/** Simulations that end when the test says so, and what became of each that was asked for. */
function queue() {
  const begun: { seed: string; end: () => void }[] = []
  const port = {
    simulate: ({ spec }: SimulationOrder, signal: AbortSignal) =>
      new Promise<Result>((resolve, reject) => {
        const seed = spec.seed ?? ''
        const end = () => (signal.aborted ? reject(signal.reason) : resolve({ seed } as Result))
        begun.push({ seed, end })
      }),
  } as unknown as ExperimentPort
  const simulations = new Simulations()
  const became: Record<string, string | number> = {}
  const ask = (client: string, seed: string, gone = new AbortController().signal, isGuest = false) => {
    try {
      simulations.run(port, client, { spec: { seed } } as SimulationOrder, gone, isGuest).then(
        result => {
          became[seed] = result.seed
        },
        error => {
          became[seed] = error instanceof Problem ? error.fields.status : String(error)
        },
      )
    } catch (error) {
      became[seed] = (error as Problem).fields.status
    }
  }
  /** Ends what runs. */
  const end = async (seed: string) => {
    begun.find(each => each.seed === seed)?.end()
    await new Promise(resolve => setImmediate(resolve))
  }
  return { ask, end, became, order: () => begun.map(({ seed }) => seed) }
}

describe('simulations', () => {
  it('have their turn one after the other', async () => {
    const { ask, end, became, order } = queue()
    for (const client of ['a', 'b', 'c']) ask(client, client)
    assert.deepEqual(order(), ['a'])
    for (const client of ['a', 'b', 'c']) await end(client)
    assert.deepEqual(order(), ['a', 'b', 'c'])
    assert.deepEqual(became, { a: 'a', b: 'b', c: 'c' })
  })

  it('are replaced by the newest of the same client, waiting or not, and the thread is free when the last has ended', async () => {
    const { ask, end, became, order } = queue()
    ask('a', 'a1')
    ask('b', 'b1')
    ask('a', 'a2')
    ask('b', 'b2')
    await end('nothing')
    assert.deepEqual(became, { a1: 409, b1: 409 })
    assert.deepEqual(order(), ['a1'])
    for (const seed of ['a1', 'a2', 'b2']) await end(seed)
    assert.deepEqual(became, { a1: 409, b1: 409, a2: 'a2', b2: 'b2' })
  })

  it('are refused where too many wait, whoever asks', async () => {
    const { ask, end, became } = queue()
    for (let client = 0; client < 7; client++) ask(`c${client}`, `s${client}`)
    await end('s0')
    assert.deepEqual(became, { s0: 's0', s5: 429, s6: 429 })
    ask('c7', 's7')
    await end('nothing')
    assert.ok(!Object.hasOwn(became, 's7'), 'one more may wait now')
  })

  it('of guests leave a place for who has the token', async () => {
    const { ask, end, became } = queue()
    for (let client = 0; client < 6; client++) ask(`c${client}`, `s${client}`, undefined, true)
    await end('s0')
    assert.deepEqual(became, { s0: 's0', s4: 429, s5: 429 })
    ask('guest', 'g1', undefined, true)
    ask('guest2', 'g2', undefined, true)
    ask('host', 'h')
    await end('nothing')
    assert.deepEqual(became, { s0: 's0', s4: 429, s5: 429, g2: 429 })
  })

  it('are given up where nobody waits for them any more', async () => {
    const { ask, end, became, order } = queue()
    const gone = new AbortController()
    ask('a', 'a')
    ask('b', 'b', gone.signal)
    gone.abort()
    await end('a')
    assert.deepEqual(order(), ['a'])
    assert.deepEqual(became, { a: 'a', b: 409 })
  })
})
