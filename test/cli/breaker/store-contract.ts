/** What every store of circuits promises, whether it lives in this process or is shared by many. */

import assert from 'node:assert/strict'
import { afterEach, beforeEach, describe, it } from 'node:test'
import type { Admission, CircuitEvent, CircuitStore, Permit, Verdict } from '../../../cli/breaker/circuit.ts'
import { type CircuitOptions, circuitSettings } from '../../../cli/breaker/options.ts'

/** One circuit, and the clients that share it. */
export interface StoreWorld {
  /** Clients of the same circuit; where a store cannot be shared they are one. */
  readonly clients: readonly [CircuitStore, CircuitStore, CircuitStore]
  /** Lets `ms` milliseconds pass, and hardly more. */
  wait(ms: number): Promise<void>
  close(): Promise<void>
}

export const CONTRACT: CircuitOptions = {
  windowCalls: 10,
  minimumCalls: 4,
  failurePercentage: 50,
  openForMs: 400,
  probes: 2,
  probeLeaseMs: 800,
}

/** Runs the suite; each test gets a circuit of its own from `open`. */
export function storeContract(
  name: string,
  open: (settings: ReturnType<typeof circuitSettings>) => Promise<StoreWorld>,
  skip: string | false = false,
): void {
  describe(`${name} keeps the contract of a store`, { skip }, () => {
    let world: StoreWorld
    let events: CircuitEvent[]

    beforeEach(async () => {
      world = await open(circuitSettings(CONTRACT))
      events = []
      world.clients[0].listen(event => events.push(event))
    })
    afterEach(() => world.close())

    const client = (number: number): CircuitStore => world.clients[number % 3] ?? world.clients[0]

    async function admitted(number: number): Promise<Permit> {
      const admission = await client(number).acquire()
      assert.equal(admission.admitted, true, 'admitted')
      return admission as Permit
    }

    async function calls(...verdicts: Verdict[]): Promise<void> {
      for (const [number, verdict] of verdicts.entries()) {
        await client(number).settle(await admitted(number), verdict)
      }
    }

    async function opened(): Promise<void> {
      await calls('ok', 'fail', 'ok', 'fail')
    }

    function edges(): string[] {
      return events.flatMap(event => (event.type === 'state' ? [`${event.from} > ${event.to}`] : []))
    }

    it('opens for all clients when too many of the calls of all of them failed', async () => {
      await calls('fail', 'ok', 'fail')
      assert.equal((await client(1).acquire()).admitted, true)
      await calls('fail')
      for (const number of [0, 1, 2]) {
        const refusal = await client(number).acquire()
        assert.ok(!refusal.admitted && refusal.state === 'open')
        assert.ok(refusal.retryAfterMs > 0 && refusal.retryAfterMs <= 400, `come back in ${refusal.retryAfterMs} ms`)
        assert.equal(client(number).state(), 'open')
      }
      assert.deepEqual(edges(), ['closed > open'])
    })

    it('touches nothing for an ignored call', async () => {
      await calls('fail', 'ignore', 'ignore', 'fail', 'fail', 'ignore')
      assert.equal((await client(0).acquire()).admitted, true)
    })

    it('lets exactly so many probes pass, however many clients ask at once', async () => {
      await opened()
      await world.wait(400)
      const admissions = await Promise.all(Array.from({ length: 30 }, (_, number) => client(number).acquire()))
      const probes = admissions.filter((admission): admission is Permit => admission.admitted)
      assert.deepEqual(probes.map(({ probe }) => probe).sort(), [1, 2])
      for (const refusal of admissions) {
        if (!refusal.admitted) assert.ok(refusal.state === 'half-open' && refusal.retryAfterMs <= 800)
      }
    })

    it('closes when the probes came back well, for all clients', async () => {
      await opened()
      await world.wait(400)
      const [first, second] = [await admitted(1), await admitted(2)]
      await client(1).settle(first, 'ok')
      await client(2).settle(second, 'ok')
      for (const number of [0, 1, 2]) assert.equal((await admitted(number)).probe, 0)
      assert.equal(client(0).state(), 'closed')
      assert.equal(edges().at(-1)?.split(' > ')[1], 'closed')
    })

    it('opens again when a probe fails', async () => {
      await opened()
      await world.wait(400)
      await client(1).settle(await admitted(1), 'fail')
      const refusal = await client(2).acquire()
      assert.ok(!refusal.admitted && refusal.state === 'open' && refusal.retryAfterMs <= 400)
    })

    it('gives the slot of an ignored probe to the next', async () => {
      await opened()
      await world.wait(400)
      const [first] = [await admitted(0), await admitted(1)]
      assert.equal((await client(2).acquire()).admitted, false)
      await client(0).settle(first, 'ignore')
      assert.equal((await admitted(2)).probe, 3)
    })

    it('is not held up by a probe that hangs: overdue is failed', async () => {
      await opened()
      await world.wait(400)
      const hung = await admitted(0)
      await world.wait(800 + 400)
      const next = await admitted(1)
      assert.ok(next.probe > 0, 'half-open again')
      await client(0).settle(hung, 'ok')
      assert.equal(client(1).state(), 'half-open', 'and what the hung one says at last is late')
      assert.ok(events.some(event => event.type === 'late' && event.verdict === 'ok'))
    })

    it('lets results of an earlier generation change nothing', async () => {
      const slow = await Promise.all([0, 1, 2, 0, 1].map(admitted))
      await opened()
      for (const [number, permit] of slow.entries()) await client(number).settle(permit, 'ok')
      assert.equal((await client(0).acquire()).admitted, false, 'a late success closes nothing')
      await world.wait(400)
      const [first, second] = [await admitted(1), await admitted(2)]
      await client(1).settle(first, 'ok')
      await client(2).settle(second, 'ok')
      const later = await Promise.all([0, 1, 2].map(admitted))
      assert.ok(later.every(({ generation }) => generation > (slow[0]?.generation ?? 0)))
      const stale: Admission[] = slow.map(({ generation }) => ({ admitted: true, generation, probe: 0 }))
      for (const permit of [...slow, ...stale]) if (permit.admitted) await client(0).settle(permit, 'fail')
      assert.equal((await client(0).acquire()).admitted, true, 'late failures open nothing')
    })

    it('counts a permit once, however often it is handed back', async () => {
      const permit = await admitted(0)
      for (let times = 0; times < 10; times++) await client(0).settle(permit, 'fail')
      assert.equal((await client(0).acquire()).admitted, true)
    })

    it('stays open as long as the upstream asked to be left alone', async () => {
      await calls('fail', 'ok', 'ok')
      await client(0).settle(await admitted(0), 'fail', { retryAfterMs: 900 })
      const refusal = await client(1).acquire()
      assert.ok(!refusal.admitted && refusal.retryAfterMs > 400 && refusal.retryAfterMs <= 900)
    })

    it('forgets what a failure asked for once that has left the window', async () => {
      await client(0).settle(await admitted(0), 'fail', { retryAfterMs: 3_600_000 })
      await calls('ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'ok', 'fail', 'fail', 'fail', 'fail', 'fail')
      const refusal = await client(1).acquire()
      assert.ok(!refusal.admitted && refusal.retryAfterMs <= 400)
    })

    it('can be held open, taken out of the way and put back to work by hand', async () => {
      const [first, second] = world.clients
      assert.ok(first.override && second.override)
      await first.override('forced-open')
      const refusal = await second.acquire()
      assert.ok(!refusal.admitted && refusal.state === 'forced-open')
      assert.equal(refusal.retryAfterMs, Number.POSITIVE_INFINITY)
      await second.override('disabled')
      await calls('fail', 'fail', 'fail', 'fail', 'fail', 'fail')
      assert.equal((await client(2).acquire()).admitted, true)
      await first.override('closed')
      await opened()
      assert.equal((await client(2).acquire()).admitted, false)
    })

    it('tells a listener nothing more once it has left', async () => {
      const heard: string[] = []
      const leave = world.clients[0].listen(event => heard.push(event.type))
      leave()
      await opened()
      assert.deepEqual([heard, edges()], [[], ['closed > open']])
    })
  })
}
