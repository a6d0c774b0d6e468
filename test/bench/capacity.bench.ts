/**
 * What the capacity model costs while 10,000 virtual requests wait: processor time, beside a bare timer that wakes the
 * process as often. Waking an idle process has a price of its own, which differs by machine and hour; the limit of 1 %
 * of a core is for what comes on top of it.
 */

import { setTimeout as sleep } from 'node:timers/promises'
import { Capacity } from '../../server/chaos/capacity/capacity.ts'
import { capacitySchema } from '../../server/chaos/settings/schema.ts'
import { type Clock, systemClock } from '../../server/lib/clock.ts'
import { judge } from './goals.ts'
import { spread, words } from './turns.ts'

const LIMIT = 1
const REQUESTS = 10_000
const ROUNDS = 5
const SECONDS = 2

console.log(
  `\nCapacity: ${REQUESTS} virtual requests in the queue, percent of a core; median of ${ROUNDS} (least–greatest)`,
)
for (const { name, workers } of [
  { name: 'the default, 4 workers of 40 ms', workers: 4 },
  { name: 'ten times as fast', workers: 40 },
]) {
  const model: number[] = []
  const bare: number[] = []
  const excess: number[] = []
  let answered = 0
  for (let round = -1; round < ROUNDS; round += 1) {
    const { share, wakes, done } = await modelRound(workers)
    const timers = await bareRound(wakes)
    if (round < 0) continue
    answered += done
    model.push(share)
    bare.push(timers)
    excess.push(share - timers)
  }
  console.log(`  ${name} (${Math.round(answered / ROUNDS / SECONDS)} requests/s)`)
  console.log(`    the model           ${words(spread(model))}`)
  console.log(`    bare timers         ${words(spread(bare))}`)
  judge(`${name}: on top of bare timers`, spread(excess), { atMost: LIMIT }, '% of a core')
}

/** The queue at work for a while; how often its timer woke the process. */
async function modelRound(workers: number): Promise<{ share: number; wakes: number; done: number }> {
  let wakes = 0
  let done = 0
  const clock: Clock = {
    now: systemClock.now,
    after: (ms, act) =>
      systemClock.after(ms, () => {
        wakes += 1
        act()
      }),
  }
  const capacity = new Capacity(clock, capacitySchema.parse({ workers, queue: REQUESTS }))
  const job = {
    run: () => {
      done += 1
    },
    refuse: () => {},
  }
  for (let i = 0; i < REQUESTS; i += 1) capacity.enter(job, clock.now())
  const share = await cpu()
  const counted = { share, wakes, done }
  capacity.release()
  return counted
}

/** A timer that does nothing, `wakes` times in the same while. */
async function bareRound(wakes: number): Promise<number> {
  const timer = setInterval(() => {}, Math.max(1, Math.round((SECONDS * 1_000) / Math.max(1, wakes))))
  const share = await cpu()
  clearInterval(timer)
  return share
}

/** Processor time by wall time, in percent, while time passes. */
async function cpu(): Promise<number> {
  const before = process.cpuUsage()
  const startedAt = performance.now()
  await sleep(SECONDS * 1_000)
  const { user, system } = process.cpuUsage(before)
  return (user + system) / 10 / (performance.now() - startedAt)
}
