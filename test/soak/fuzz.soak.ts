/** 100,000 generated requests against a server in this process; FUZZ_REQUESTS and FUZZ_SEED change that. */

import { readdirSync } from 'node:fs'
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

/** What must be where it began once the clients have gone and what they set is cleared. */
async function holdings(): Promise<Record<string, number>> {
  const { sessions } = server.chaos.control
  for (const { id } of sessions.list())
    if (id !== sessions.first.id)
      await fetch(`${server.url}/chaos/sessions/${id}`, { method: 'DELETE' }).then(answer => answer.text())
  server.chaos.control.reset(sessions.first)
  const resources = process.getActiveResourcesInfo()
  return {
    descriptors: process.platform === 'linux' ? readdirSync('/proc/self/fd').length : 0,
    sockets: resources.filter(name => name === 'TCPSocketWrap').length,
    timers: resources.filter(name => name === 'Timeout').length,
    sessions: sessions.list().length,
    inFlight: sessions.list().reduce((sum, session) => sum + session.inFlight + session.requestTimers.size, 0),
  }
}
/** Keep-alive connections of the client itself end within it, in milliseconds. */
const SETTLE_MS = 8_000
const settled = () => new Promise(resolve => setTimeout(resolve, SETTLE_MS)).then(holdings)

const server = await startServer()
const warm = await fuzz(server, { seed, requests: Math.round(requests * WARM) })
const heldBefore = await settled()
const before = heapMb()
const rest = await fuzz(server, { seed: seed + 1, requests: requests - warm.requests })
const after = heapMb()
const heldAfter = await settled()
const leaks = Object.entries(heldAfter).filter(([name, count]) => count > (heldBefore[name] ?? 0))
await server.close()

const bugs = [...warm.bugs, ...rest.bugs]
const hangs = [...warm.hangs, ...rest.hangs]
const invalid = [...warm.invalid, ...rest.invalid]
console.log(`fuzz, seed ${seed}: ${requests} requests, settings looked at ${warm.looks + rest.looks} times`)
console.log(`  answers ${JSON.stringify(rest.statuses)}`)
console.log(`  5xx that were not injected ${bugs.length}, hangs ${hangs.length}, invalid settings ${invalid.length}`)
console.log(`  heap after ${WARM * 100} %: ${before} MB, after all: ${after} MB`)
console.log(`  held after ${WARM * 100} %: ${JSON.stringify(heldBefore)}, after all: ${JSON.stringify(heldAfter)}`)
for (const each of [...bugs, ...hangs, ...invalid].slice(0, 10)) console.log(`  ${each}`)
process.exitCode = bugs.length + hangs.length + invalid.length + leaks.length > 0 || after > before * 1.25 + 5 ? 1 : 0
