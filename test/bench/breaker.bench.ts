/** What a breaker costs each call: nanoseconds, bytes and heap, of this one, opossum, cockatiel and none, in turns. */

import { performance } from 'node:perf_hooks'
import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { type Breaker, breakers, type Condition, type Loop } from './breakers.ts'
import { judge } from './goals.ts'
import { type Figures, inTurns, type Spread, spread } from './turns.ts'

const CONDITIONS: readonly Condition[] = ['closed, every call succeeds', 'closed, 30 % fail', 'open']
const ROUNDS = 15
const TURN_MS = 25
/** A turn is made of batches, so that one slow breaker does not take all the time. */
const BATCH = 250

setFlagsFromString('--expose-gc')
const collect = runInNewContext('gc') as () => void

/** Nanoseconds of CPU a call, the mean of one turn: not by the clock, on which the neighbours of a busy machine would count. */
async function turn(loop: Loop): Promise<number> {
  const began = process.cpuUsage()
  const start = performance.now()
  let calls = 0
  while (performance.now() - start < TURN_MS) {
    await loop(BATCH)
    calls += BATCH
  }
  const { user, system } = process.cpuUsage(began)
  return ((user + system) / calls) * 1e3
}

/** Bytes allocated a call, over so few calls that the young generation need not be collected meanwhile. */
async function bytesPerCall(loop: Loop): Promise<number> {
  const calls = 2_000
  const samples: number[] = []
  for (let sample = 0; sample < 9; sample += 1) {
    collect()
    const before = process.memoryUsage().heapUsed
    await loop(calls)
    samples.push((process.memoryUsage().heapUsed - before) / calls)
  }
  return spread(samples).median
}

/** Bytes by which the heap has grown after a million calls. */
async function heapGrowth(loop: Loop): Promise<number> {
  await loop(300_000)
  collect()
  const before = process.memoryUsage().heapUsed
  await loop(1_000_000)
  collect()
  return process.memoryUsage().heapUsed - before
}

async function withLoop<T>(breaker: Breaker, condition: Condition, use: (loop: Loop) => Promise<T>): Promise<T> {
  const { loop, close } = await breaker.make(condition)
  try {
    return await use(loop)
  } finally {
    close?.()
  }
}

/** The price over the bare call, round by round. An open circuit makes no call, so that its price is all it takes. */
function overheads(figures: Figures, name: string, condition: Condition): number[] {
  const bare = figures.get('none') ?? []
  return (figures.get(name) ?? []).map((ns, round) => ns - (condition === 'open' ? 0 : (bare[round] ?? Number.NaN)))
}

function share(figures: Figures, condition: Condition, one: Breaker, other: Breaker): Spread {
  const under = overheads(figures, other.name, condition)
  return spread(overheads(figures, one.name, condition).map((ns, round) => ns / (under[round] ?? Number.NaN)))
}

const show = (value: number, width: number): string => value.toFixed(0).padStart(width)

const all = Object.values(breakers)
const figures = new Map<Condition, Figures>()
for (const condition of CONDITIONS) {
  const contestants = all.map(breaker => ({ name: breaker.name, measure: () => withLoop(breaker, condition, turn) }))
  figures.set(condition, await inTurns(contestants, ROUNDS))
}

for (const condition of CONDITIONS) {
  const measured = figures.get(condition) ?? new Map()
  console.log(`\n${condition.padEnd(38)} CPU ns a call   (least to most)   over the bare call   bytes a call`)
  for (const breaker of all) {
    const { median, min, max } = spread(measured.get(breaker.name) ?? [])
    const over =
      breaker === breakers.none ? ''.padStart(6) : show(spread(overheads(measured, breaker.name, condition)).median, 6)
    const bytes = await withLoop(breaker, condition, bytesPerCall)
    console.log(
      `  ${breaker.name.padEnd(40)} ${show(median, 9)}   ${`(${show(min, 0)} to ${show(max, 0)})`.padEnd(17)} ${over.padStart(18)}   ${show(bytes, 12)}`,
    )
  }
}

console.log('\nheap after 1,000,000 more calls, closed, every call succeeds')
const growth = new Map<Breaker, number>()
for (const breaker of all) {
  growth.set(breaker, await withLoop(breaker, CONDITIONS[0] as Condition, heapGrowth))
  console.log(`  ${breaker.name.padEnd(40)} ${show((growth.get(breaker) ?? 0) / 1_024, 9)} KiB`)
}

const { none, core, run, cockatiel, asItComes } = breakers
console.log('\nprice over the bare call, against the others')
for (const condition of CONDITIONS.slice(0, 2)) {
  const measured = figures.get(condition) ?? new Map()
  judge(`${condition}: run, of cockatiel's price`, share(measured, condition, run, cockatiel), { atMost: 0.5 })
  judge(`${condition}: run, of opossum's`, share(measured, condition, run, asItComes), { atMost: 0.33 })
}
const closed = figures.get(CONDITIONS[0] as Condition) ?? new Map()
judge(
  'closed: core over the bare call',
  spread(overheads(closed, core.name, CONDITIONS[0] as Condition)),
  { atMost: 12 },
  'ns',
)
const open = figures.get('open') ?? new Map()
judge("open: run, of cockatiel's price", share(open, 'open', run, cockatiel), { atMost: 0.33 })
judge("open: run, of opossum's", share(open, 'open', run, asItComes), { atMost: 0.33 })
judge('open: core', spread(open.get(core.name) ?? []), { atMost: 100 }, 'ns')
const more = (growth.get(run) ?? Number.NaN) - (growth.get(none) ?? Number.NaN)
judge('heap growth of run beyond none', more / 1_024, { atMost: 64 }, 'KiB')
