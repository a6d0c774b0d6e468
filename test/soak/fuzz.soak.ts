/** 100,000 generated requests against a server in this process; FUZZ_REQUESTS and FUZZ_SEED change that. */

import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { startServer } from '../../server/server.ts'
import { fuzz } from './fuzz.ts'

const requests = Number(process.env.FUZZ_REQUESTS ?? 100_000)
const seed = Number(process.env.FUZZ_SEED ?? 1)
/** The first part fills rings, caches and compiled code; from then on memory must stay flat. */
const WARM = 0.2

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void
const heapMb = () => {
  collect()
  return Math.round(process.memoryUsage().heapUsed / 10_485.76) / 100
}

const server = await startServer()
const warm = await fuzz(server, { seed, requests: Math.round(requests * WARM) })
const before = heapMb()
const rest = await fuzz(server, { seed: seed + 1, requests: requests - warm.requests })
const after = heapMb()
await server.close()

const bugs = [...warm.bugs, ...rest.bugs]
const hangs = [...warm.hangs, ...rest.hangs]
const invalid = [...warm.invalid, ...rest.invalid]
console.log(`fuzz, seed ${seed}: ${requests} requests, settings looked at ${warm.looks + rest.looks} times`)
console.log(`  answers ${JSON.stringify(rest.statuses)}`)
console.log(`  5xx that were not injected ${bugs.length}, hangs ${hangs.length}, invalid settings ${invalid.length}`)
console.log(`  heap after ${WARM * 100} %: ${before} MB, after all: ${after} MB`)
for (const each of [...bugs, ...hangs, ...invalid].slice(0, 10)) console.log(`  ${each}`)
process.exitCode = bugs.length + hangs.length + invalid.length > 0 || after > before * 1.25 + 5 ? 1 : 0
