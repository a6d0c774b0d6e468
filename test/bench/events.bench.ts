/**
 * What listeners cost: a burst of 20,000 requests while nobody follows the event stream, and while 50 pages do.
 * Beside the throughput it prints what a request costs the server's processor, which other work on the machine disturbs less.
 */

import { mkdtempSync, rmSync } from 'node:fs'
import { connect, type Socket } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Pool } from 'undici'
import { startChild } from './child.ts'
import { judge } from './goals.ts'
import { inTurns, ratio, spread, words } from './turns.ts'

const ROUNDS = 6
const REQUESTS = 20_000
const CONNECTIONS = 64
const LISTENERS = 50
const CODES = ['155568600', 'jj2a97g940', 'cb9a1801k9', '224722100', '702915400']
/** Of the throughput while nobody listens. */
const GOAL = 0.9
const ALONE = 'nobody listens'
const FOLLOWED = `${LISTENERS} listen`

const folder = mkdtempSync(join(tmpdir(), 'flaky-bench-'))
const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')
const flags = ['--port', '0', '--seed', 'bench', '--log-level', 'warn', '--fail-rate', '30']
const server = await startChild(main, 'serve', ...flags, '--db', join(folder, 'catalog.sqlite'))
const pool = new Pool(server.url, { connections: CONNECTIONS })
try {
  console.log(
    `Events: ${ROUNDS} rounds in turns, ${REQUESTS} requests each, ${CONNECTIONS} connections; median (least–greatest)`,
  )
  let heard = 0
  const costs = new Map<string, number[]>([
    [ALONE, []],
    [FOLLOWED, []],
  ])
  const figures = await inTurns(
    [
      { name: ALONE, measure: () => burst(costs.get(ALONE) ?? []) },
      {
        name: FOLLOWED,
        async measure() {
          const sockets = await Promise.all(
            Array.from({ length: LISTENERS }, () =>
              listen(server.url, bytes => {
                heard += bytes
              }),
            ),
          )
          const figure = await burst(costs.get(FOLLOWED) ?? [])
          for (const socket of sockets) socket.destroy()
          return figure
        },
      },
    ],
    ROUNDS,
  )
  for (const [name, values] of figures) {
    // The first round warms the engine up and counts nowhere.
    const cost = words(spread((costs.get(name) ?? []).slice(1)), 1)
    console.log(
      `${name.padEnd(15)} ${words(spread(values), 0).padStart(24)} requests/s   ${cost} µs of processor a request`,
    )
  }
  const share = ratio(figures, FOLLOWED, ALONE)
  const cost = ratio(new Map([...costs].map(([name, values]) => [name, values.slice(1)])), FOLLOWED, ALONE)
  console.log(
    `with them ${words(share)} of the throughput, ${words(cost)} times the processor; they heard ${Math.round(heard / 1024)} KB`,
  )
  judge(`throughput while ${FOLLOWED}, of alone`, share, { atLeast: GOAL })
} finally {
  await pool.destroy()
  await server.stop()
  rmSync(folder, { recursive: true })
}

/** Requests a second of one burst, sent as fast as the connections take them; notes what each cost the server. */
async function burst(costs: number[]): Promise<number> {
  const before = await processorSeconds()
  const startedAt = performance.now()
  let next = 0
  const lane = async (): Promise<void> => {
    for (let index = next++; index < REQUESTS; index = next++) {
      const { body } = await pool.request({ method: 'GET', path: `/catalogs/${CODES[index % CODES.length]}` })
      await body.dump()
    }
  }
  await Promise.all(Array.from({ length: CONNECTIONS }, lane))
  const figure = (REQUESTS * 1_000) / (performance.now() - startedAt)
  costs.push((((await processorSeconds()) - before) * 1e6) / REQUESTS)
  return figure
}

/** Seconds of processor time that the server has used, by its own account. */
async function processorSeconds(): Promise<number> {
  const { body } = await pool.request({ method: 'GET', path: '/metrics' })
  return Number(/^process_cpu_seconds_total (\S+)$/m.exec(await body.text())?.[1])
}

/** A page that follows the stream, without the price of a page: its bytes are counted and thrown away. */
function listen(url: string, heard: (bytes: number) => void): Promise<Socket> {
  const { hostname, port } = new URL(url)
  return new Promise((resolve, reject) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(`GET /chaos/events HTTP/1.1\r\nHost: ${hostname}:${port}\r\nAccept: text/event-stream\r\n\r\n`)
    })
    socket.once('error', reject)
    socket.on('data', chunk => {
      heard(chunk.length)
      resolve(socket)
    })
  })
}
