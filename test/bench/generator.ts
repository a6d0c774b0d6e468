/**
 * One load generator in a process of its own: each message, a number of milliseconds, makes it fire at the URL for so long
 * and send back what it did. `fork(generator, [kind, url])`
 */

import { performance } from 'node:perf_hooks'
import autocannon from 'autocannon'
import { Pool } from 'undici'
import type { RunOptions } from '../../cli/experiment/run.ts'
import type { Schedule } from '../../cli/load/schedule.ts'

const CONNECTIONS = 64
const [kind = '', url = ''] = process.argv.slice(2)

interface Fired {
  readonly requests: number
  readonly failed: number
}

async function run(forMs: number, arm: string, schedule: (engine: Engine) => Schedule): Promise<Fired> {
  const engine = await built()
  const stop = new AbortController()
  const timer = setTimeout(() => stop.abort(), forMs)
  const options: RunOptions = {
    target: { ...engine.catalogTarget(new URL(url)), address: '127.0.0.1' },
    arms: engine.parseArms(arm),
    openSessions: async () => ({ sessions: ['bench'], startsAt: 0, trouble: [], close: async () => {} }),
    schedule: schedule(engine),
    load: {
      codes: ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400'],
      timeoutMs: 60_000,
      connections: CONNECTIONS,
      keepAlive: true,
      warmup: 0,
    },
    seed: 'bench',
    circuit: {},
    clock: engine.systemClock,
    wallMs: Date.now,
    signal: stop.signal,
  }
  const { recorders } = await engine.runArms(options)
  clearTimeout(timer)
  const measured = recorders[0]?.measured()
  if (!measured) throw new Error('nothing was measured')
  const { outcomes, failures } = measured
  // What was under way when the time was over is no failure of anybody.
  return { requests: outcomes.success, failed: outcomes.failed - (failures.aborted ?? 0) }
}

type Engine = Awaited<ReturnType<typeof built>>

/** The engine as it is installed: built, without the loader of the tests. */
async function built() {
  const from = <M>(path: string): Promise<M> => import(new URL(`../../dist/${path}`, import.meta.url).href)
  return {
    ...(await from<typeof import('../../cli/experiment/run.ts')>('cli/experiment/run.js')),
    ...(await from<typeof import('../../cli/load/schedule.ts')>('cli/load/schedule.js')),
    ...(await from<typeof import('../../cli/load/target.ts')>('cli/load/target.js')),
    ...(await from<typeof import('../../cli/policy/parse.ts')>('cli/policy/parse.js')),
    ...(await from<typeof import('../../server/lib/clock.ts')>('server/lib/clock.js')),
  }
}

/** Undici's pool as fast as it goes: nothing is counted, checked or timed. */
async function bare(forMs: number): Promise<Fired> {
  const pool = new Pool(url, { connections: CONNECTIONS })
  const endsAt = performance.now() + forMs
  let requests = 0
  let failed = 0
  const chain = () =>
    new Promise<void>(resolve => {
      const handler = {
        onConnect() {},
        onHeaders: () => true,
        onData: () => true,
        onComplete() {
          requests++
          next()
        },
        onError() {
          failed++
          next()
        },
      }
      const next = () => {
        if (performance.now() > endsAt) resolve()
        else pool.dispatch({ path: '/catalogs/155568600', method: 'GET' }, handler as never)
      }
      next()
    })
  await Promise.all(Array.from({ length: CONNECTIONS }, chain))
  await pool.destroy()
  return { requests, failed }
}

async function cannon(forMs: number): Promise<Fired> {
  const requests = [{ path: '/catalogs/155568600' }]
  const result = await autocannon({ url, connections: CONNECTIONS, duration: forMs / 1_000, sampleInt: 100, requests })
  return { requests: result.requests.total, failed: result.errors + result.timeouts }
}

const ENDLESS = 50_000_000
const KINDS: Readonly<Record<string, (forMs: number) => Promise<Fired>>> = {
  none: forMs => run(forMs, 'none', ({ closedLoop }) => closedLoop(ENDLESS, CONNECTIONS)),
  breaker: forMs => run(forMs, 'breaker', ({ closedLoop }) => closedLoop(ENDLESS, CONNECTIONS)),
  'open loop': forMs => run(forMs, 'none', ({ batches }) => batches(ENDLESS, 100, 1)),
  batch: forMs => run(forMs, 'none', ({ batches }) => batches(10_000, 10_000, 0)),
  'undici pool': bare,
  autocannon: cannon,
}

const fire = KINDS[kind]
if (!fire) throw new RangeError(`${kind} is none of ${Object.keys(KINDS).join(', ')}`)
process.on('message', async forMs => {
  const before = process.cpuUsage()
  const startedAt = performance.now()
  const fired = await fire(Number(forMs))
  const { user, system } = process.cpuUsage(before)
  process.send?.({ ...fired, seconds: (performance.now() - startedAt) / 1_000, cpuSeconds: (user + system) / 1e6 })
})
process.on('disconnect', () => process.exit(0))
