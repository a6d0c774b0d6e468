/**
 * Microseconds of processor that a simulated request takes, with everything recorded, in turns with the least that it could
 * be, a bare loop of draws and counters, and with what one would write by hand in SimPy, with nothing recorded.
 */

import { spawnSync } from 'node:child_process'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { batches, constantRate, type Schedule } from '../../cli/load/schedule.ts'
import { parseArm } from '../../cli/policy/parse.ts'
import { draw, streamSeed } from '../../server/chaos/decision/draw.ts'
import { experimentSchema } from '../../server/experiments/spec.ts'
import { ROOT } from '../support/project.ts'
import { pythonWith } from '../support/python.ts'
import { judge } from './goals.ts'
import { type Contestant, inTurns, ratio, spread, words } from './turns.ts'

const ROUNDS = 5
const REQUESTS = 200_000
/** Microseconds a request, so seconds a million; and how many times SimPy takes what a breaker does. */
const GOALS = { none: 1, breaker: 1, storm: 3, simpy: 3, shortMs: 1 }

const compiled = (name: string) => import(pathToFileURL(join(ROOT, 'dist/cli/simulate', `${name}.js`)).href)
const { simulateRun } = (await compiled('run')) as typeof import('../../cli/simulate/run.ts')
const { usualWorld } = (await compiled('world')) as typeof import('../../cli/simulate/world.ts')

const world = usualWorld({ seed: '42' })
const { load, conditions, request, circuit } = experimentSchema.parse({
  arms: ['none'],
  load: { requests: 1, schedule: { kind: 'closed', concurrency: 1 }, timeoutMs: 500 },
})

interface Kind {
  readonly arm: string
  readonly schedule: Schedule
  readonly failRate: number
  /** Four workers for 100 requests a second, which retries keep busy for good. */
  readonly crowded?: boolean
}

async function cpuMs({ arm, schedule, failRate, crowded }: Kind): Promise<number> {
  const capacity = { workers: 4, service: '40ms', queue: 200, discipline: 'fifo', abandoned: 'work', slow: 1 } as const
  const settings = crowded ? { capacity: { ...capacity, whenFull: 'status' as const } } : {}
  const trigger = crowded ? [{ failRate: 100, fromMs: 0, toMs: 5_000 }] : []
  const before = process.cpuUsage()
  const { recorders } = await simulateRun(
    {
      ...{ arms: [parseArm(arm)], schedule, load, request, circuit, seed: 's', own: true },
      conditions: { ...conditions, failRate, outages: trigger },
    },
    { ...world, settings },
  )
  const { user, system } = process.cpuUsage(before)
  if (recorders[0]?.settled !== schedule.requests) throw new Error(`${arm}: not all requests were answered`)
  return (user + system) / 1_000
}

const steady = batches(REQUESTS, 10, 10)
const KINDS = {
  none: { arm: 'none', schedule: steady, failRate: 30 },
  breaker: { arm: 'breaker', schedule: steady, failRate: 30 },
  retry: { arm: 'retry(3)', schedule: steady, failRate: 30 },
  storm: { arm: 'retry(3)', schedule: constantRate(REQUESTS, 70), failRate: 0, crowded: true },
} satisfies Record<string, Kind>

const contestants: Contestant[] = Object.entries(KINDS).map(([name, kind]) => ({
  name,
  measure: async () => ((await cpuMs(kind)) * 1_000) / REQUESTS,
}))
contestants.push({ name: 'bare loop', measure: async () => bareLoop() })
const python = pythonWith('simpy')
if (python === undefined) console.log('SimPy is not installed (apt-get install python3-simpy3): left out')
else contestants.push({ name: 'SimPy', measure: async () => simpy(python) })

/** A keyed draw and three counters for each request. */
function bareLoop(): number {
  const stream = streamSeed('42', 'fail')
  const counts = { success: 0, failed: 0, calls: 0 }
  const before = process.cpuUsage()
  for (let index = 0; index < REQUESTS; index++) {
    counts.calls++
    if (draw(stream, `s-${index}`, 0) < 0.3) counts.failed++
    else counts.success++
  }
  const { user, system } = process.cpuUsage(before)
  if (counts.success + counts.failed !== REQUESTS) throw new Error('a request was lost')
  return (user + system) / REQUESTS
}

function simpy(command: string): number {
  const { stdout } = spawnSync(command, [join(import.meta.dirname, 'simulation.py'), String(REQUESTS)], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const [each = '', counted] = stdout.trim().split(' ')
  if (Number(counted) !== REQUESTS) throw new Error(`SimPy counted ${counted} requests`)
  return Number(each)
}

console.log(`Simulation: ${ROUNDS} rounds in turns of ${REQUESTS} requests; median (least–greatest)`)
const figures = await inTurns(contestants, ROUNDS)
for (const { name } of contestants) {
  const each = words(spread(figures.get(name) ?? []))
  const bare = words(ratio(figures, name, 'bare loop'), 1)
  console.log(`${name.padEnd(10)} ${each.padStart(22)} s of processor a million   ${bare} bare loops`)
}
for (const name of ['none', 'breaker', 'storm'] as const) {
  judge(`${name}, a million requests`, spread(figures.get(name) ?? []), { atMost: GOALS[name] }, 's')
}
if (figures.has('SimPy')) judge('SimPy, of a breaker', ratio(figures, 'SimPy', 'breaker'), { atLeast: GOALS.simpy })

const RUNS = 100
const short = await inTurns(
  [
    {
      name: 'short',
      measure: async () => {
        let sum = 0
        for (let run = 0; run < RUNS; run++) sum += await cpuMs({ ...KINDS.breaker, schedule: batches(1_000, 10, 100) })
        return sum / RUNS
      },
    },
  ],
  ROUNDS,
)
const took = spread(short.get('short') ?? [])
judge('a whole run of 1,000 requests', took, { atMost: GOALS.shortMs }, 'ms')
