/** A thread that works out other days, so that the process it belongs to stays awake. */

import { setTimeout as sleep } from 'node:timers/promises'
import { parentPort } from 'node:worker_threads'
import type { Asked, Said } from './days.ts'
import { replicates } from './replicates.ts'

/** Code that has run some fifty times runs ten times as fast: so many days are tried, of so many requests at the most. */
const WARM_DAYS = 60
const WARM_REQUESTS = 2_000
/** The run that is being measured meanwhile has most of the machine: rests are so many times as long as the work, and this long at least. */
const REST = 3
const MIN_REST_MS = 10

const say = (said: Said) => parentPort?.postMessage(said)
let isAsked = false

parentPort?.on('message', async (asked: Asked) => {
  const { spec, distribution, seed } = asked
  if (!('count' in asked)) {
    const small = { ...spec, load: { ...spec.load, requests: Math.min(WARM_REQUESTS, spec.load.requests) } }
    for (let day = 0; day < WARM_DAYS && !isAsked; day++) {
      const began = performance.now()
      await replicates(small, distribution, 1, `${seed}-${day}`)
      await sleep(Math.max(MIN_REST_MS, REST * (performance.now() - began)))
    }
    return
  }
  isAsked = true
  const { count, budgetMs, first, step } = asked
  await replicates(spec, distribution, count, seed, {
    ...{ budgetMs, first, step },
    onDay: (day, index) => say({ day, index }),
  })
  say('done')
})
say('ready')
