/** The store of one process keeps the contract of stores. */

import { MemoryStore } from '../../../cli/breaker/memory-store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { storeContract } from './store-contract.ts'

storeContract('MemoryStore', async settings => {
  const clock = new ManualClock()
  const store = new MemoryStore({ settings, clock, random: () => 0 })
  return { clients: [store, store, store], wait: async ms => clock.advance(ms), close: async () => store.close() }
})
