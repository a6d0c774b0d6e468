/** Requests a second: bare node:http with a constant, Express as it comes, and this server at two fail rates. */

import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import autocannon from 'autocannon'
import { type Child, startChild } from './child.ts'
import { judge } from './goals.ts'
import { type Contestant, inTurns, ratio, spread, words } from './turns.ts'

const ROUNDS = 10
const SECONDS = 1.5
const CONNECTIONS = 50
const CODES = ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400']
/** Of bare node:http, and of Express as it comes. */
const GOALS = { bare: 0.75, stock: 6 }

const folder = mkdtempSync(join(tmpdir(), 'flaky-bench-'))
const here = (file: string) => join(import.meta.dirname, 'servers', file)
const ours = (rate: number) => {
  const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
  const flags = ['--port', '0', '--seed', 'bench', '--log-level', 'warn', '--dotenv', '/dev/null']
  return [main, 'serve', ...flags, '--fail-rate', String(rate), '--db', join(folder, 'catalog.sqlite')]
}

const children = new Map<string, Child>()
try {
  children.set('bare node:http', await startChild(here('bare.js')))
  children.set('stock Express', await startChild(here('stock.js')))
  children.set('FAIL_RATE=0', await startChild(...ours(0)))
  children.set('FAIL_RATE=70', await startChild(...ours(70)))
  const costs = new Map([...children.keys()].map(name => [name, [] as number[]]))
  const contestants = [...children].map(
    ([name, child]): Contestant => ({
      name,
      async measure() {
        const before = child.cpuMs()
        const { perSecond, total } = await load(child.url)
        costs.get(name)?.push(((child.cpuMs() - before) * 1_000) / total)
        return perSecond
      },
    }),
  )

  console.log(`HTTP: ${ROUNDS} rounds in turns, ${SECONDS} s each, ${CONNECTIONS} connections; median (least–greatest)`)
  const figures = await inTurns(contestants, ROUNDS)
  const against = (name: string) => ({
    bare: ratio(figures, name, 'bare node:http'),
    stock: ratio(figures, name, 'stock Express'),
  })
  for (const name of children.keys()) {
    const { bare, stock } = against(name)
    const perSecond = words(spread(figures.get(name) ?? []), 0)
    const cpu = words(spread(costs.get(name)?.slice(1) ?? []), 1)
    console.log(
      `${name.padEnd(14)} ${perSecond.padStart(21)} requests/s  ${words(bare)} of bare  ${words(stock)} of stock`,
    )
    console.log(`${' '.repeat(15)}${cpu.padStart(21)} microseconds of processor a request`)
  }
  for (const name of ['FAIL_RATE=0', 'FAIL_RATE=70']) {
    const { bare, stock } = against(name)
    judge(`${name}, of bare node:http`, bare, { atLeast: GOALS.bare })
    judge(`${name}, of stock Express`, stock, { atLeast: GOALS.stock })
  }
} finally {
  await Promise.all([...children.values()].map(child => child.stop()))
  rmSync(folder, { recursive: true })
}

async function load(url: string): Promise<{ perSecond: number; total: number }> {
  const requests = CODES.map(code => ({ path: `/catalogs/${code}` }))
  const result = await autocannon({ url, connections: CONNECTIONS, duration: SECONDS, sampleInt: 100, requests })
  if (result.errors + result.timeouts > 0)
    throw new Error(`${url}: ${result.errors} errors, ${result.timeouts} timeouts`)
  const { total } = result.requests
  return { perSecond: total / result.duration, total }
}
