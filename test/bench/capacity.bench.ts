/** What the capacity model costs: processor time in timers while 10,000 virtual requests wait. The limit is 1 % of a core. */

import { setTimeout as sleep } from 'node:timers/promises'
import { Capacity } from '../../server/chaos/capacity.ts'
import { capacitySchema } from '../../server/chaos/settings.ts'
import { systemClock } from '../../server/clock.ts'

const LIMIT = 0.01
const REQUESTS = 10_000
const SECONDS = 6

console.log(`\nCapacity: ${REQUESTS} virtual requests in the queue, share of a core over ${SECONDS} s`)
const idle = await cpu(SECONDS)
console.log(`  nothing                               ${percent(idle)}`)
let broken = false
for (const { name, workers, limited } of [
  { name: 'the default, 4 workers of 40 ms', workers: 4, limited: true },
  { name: 'ten times as fast, for comparison', workers: 40, limited: false },
]) {
  const capacity = new Capacity(systemClock, capacitySchema.parse({ workers, queue: REQUESTS }))
  let answered = 0
  const job = { run: () => (answered += 1), refuse: () => {} }
  for (let i = 0; i < REQUESTS; i += 1) capacity.enter(job, systemClock.now())
  const cost = (await cpu(SECONDS)) - idle
  const perSecond = Math.round(answered / SECONDS)
  capacity.release()
  const verdict = !limited ? '' : cost < LIMIT ? `  within ${percent(LIMIT)}` : `  OVER ${percent(LIMIT)}`
  console.log(`  ${name.padEnd(38)}${percent(cost)}  at ${perSecond} requests/s${verdict}`)
  broken ||= limited && cost >= LIMIT
}
if (broken) process.exitCode = 1

/** Processor time by wall time, while time passes. */
async function cpu(seconds: number): Promise<number> {
  const before = process.cpuUsage()
  const startedAt = performance.now()
  await sleep(seconds * 1_000)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 1_000 / (performance.now() - startedAt)
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`
}
