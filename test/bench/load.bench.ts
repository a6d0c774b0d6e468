/**
 * Requests a second of one core: this engine with its whole path on (schedule, keys, policy, checks, recording), beside
 * autocannon, undici's bare pool and hey, against the same fast server, in turns, each in a process of its own.
 */

import { type ChildProcess, fork, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { type Child, startChild } from './child.ts'
import { judge } from './goals.ts'
import { type Contestant, inTurns, ratio, spread, words } from './turns.ts'

const ROUNDS = 5
const MILLION = 1_000_000
/** Long enough for the start of a run to weigh nothing. */
const MS = 3_000
const KINDS = ['none', 'breaker', 'open loop', 'undici pool', 'autocannon'] as const
const GOALS = { autocannon: 1, openLoop: 0.95, breaker: 0.95, hey: 1.4, batchMs: 250, memoryMb: 150 }

interface Figure {
  readonly requests: number
  readonly failed: number
  readonly seconds: number
  readonly cpuSeconds: number
}

/** What a process printed. */
async function output(command: string, ...args: string[]): Promise<string> {
  const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', more => {
    text += more
  })
  const code = await new Promise(resolve => child.once('close', resolve))
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${String(code)}`)
  return text
}

/** Requests for each second of CPU: what one core does in a second, whatever the neighbours on the machine do meanwhile. */
async function perCpuSecond(generator: ChildProcess): Promise<number> {
  generator.send(MS)
  const [figure] = (await once(generator, 'message')) as [Figure]
  if (figure.failed > 0) throw new Error(`${generator.spawnargs.join(' ')}: ${figure.failed} requests failed`)
  return figure.requests / figure.cpuSeconds
}

/** hey on one core, by the clock; it does not tell its CPU time. */
async function hey(url: string): Promise<number> {
  const text = await output('env', 'GOMAXPROCS=1', 'hey', '-z', `${MS}ms`, '-c', '64', `${url}/catalogs/155568600`)
  return Number(/Requests\/sec:\s+([\d.]+)/.exec(text)?.[1])
}

/** The most memory that the command ever has while it fires faster than anything could answer; only Linux tells it. */
async function peak(url: string, requests: number): Promise<{ answered: number; megabytes: number }> {
  const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
  const load = ['-n', String(requests), '-c', '200', '--every', '1ms', '--timeout', '10m', '--no-keep', '--json']
  const child = spawn(process.execPath, [main, 'burst', '-u', url, ...load], { stdio: ['ignore', 'pipe', 'inherit'] })
  let text = ''
  child.stdout.setEncoding('utf8').on('data', more => {
    text += more
  })
  let kilobytes = Number.NaN
  const look = setInterval(() => {
    try {
      const status = readFileSync(`/proc/${child.pid}/status`, 'utf8')
      kilobytes = Number(/VmHWM:\s+(\d+)/.exec(status)?.[1] ?? kilobytes)
    } catch {}
  }, 100)
  await once(child, 'close')
  clearInterval(look)
  return { answered: JSON.parse(text).arms[0].outcomes.success, megabytes: kilobytes / 1_024 }
}

/** Milliseconds of CPU that 10,000 requests at once take, from the first to the last answer. */
async function cpuMsOfBatch(generator: ChildProcess): Promise<number> {
  generator.send(60_000)
  const [figure] = (await once(generator, 'message')) as [Figure]
  if (figure.requests !== 10_000) throw new Error(`of 10,000 requests at once ${figure.requests} were answered`)
  return figure.cpuSeconds * 1_000
}

function start(kind: string, url: string): ChildProcess {
  const generator = fork(join(import.meta.dirname, 'generator.ts'), [kind, url], { execArgv: ['--import', 'tsx'] })
  generators.push(generator)
  return generator
}

const generators: ChildProcess[] = []
let server: Child | null = null
try {
  server = await startChild(join(import.meta.dirname, 'servers', 'fast.js'))
  const { url } = server
  const contestants: Contestant[] = KINDS.map(name => {
    const generator = start(name, url)
    return { name, measure: () => perCpuSecond(generator) }
  })
  if (spawnSync('hey', ['-h']).error === undefined) contestants.push({ name: 'hey', measure: () => hey(url) })
  else console.log('hey is not installed: left out')

  console.log(`Load: ${ROUNDS} rounds in turns, ${MS / 1_000} s each, 64 connections; median (least–greatest)`)
  const figures = await inTurns(contestants, ROUNDS)
  for (const { name } of contestants) {
    const rate = words(spread(figures.get(name) ?? []), 0)
    console.log(
      `${name.padEnd(12)} ${rate.padStart(24)} requests a CPU second   ${words(ratio(figures, name, 'autocannon'))} of autocannon`,
    )
  }
  const of = (name: string, other: string) => ratio(figures, name, other)
  judge('none, of autocannon', of('none', 'autocannon'), { atLeast: GOALS.autocannon })
  judge('none in an open loop, of none', of('open loop', 'none'), { atLeast: GOALS.openLoop })
  judge('breaker, of none', of('breaker', 'none'), { atLeast: GOALS.breaker })
  if (figures.has('hey')) judge('none, of hey', of('none', 'hey'), { atLeast: GOALS.hey })

  const batch = start('batch', url)
  const figures10k = await inTurns([{ name: 'batch', measure: () => cpuMsOfBatch(batch) }], ROUNDS)
  const took = spread(figures10k.get('batch') ?? [])
  judge('10,000 at once, from the first to the last answer', took, { atMost: GOALS.batchMs }, 'ms of processor')

  const { answered, megabytes } = await peak(url, MILLION)
  if (answered !== MILLION) throw new Error(`of a million requests ${answered} were answered`)
  judge('memory while a million are fired', megabytes, { atMost: GOALS.memoryMb }, 'MB')
} finally {
  for (const generator of generators) generator.disconnect()
  await server?.stop()
}
