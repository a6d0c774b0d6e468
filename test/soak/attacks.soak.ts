/** How long an honest client waits while others attack the server with raw sockets, beside the same without an attack; SECONDS says how long each lasts. */

import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { createHistogram } from 'node:perf_hooks'
import { httpGet } from '../support/raw.ts'

const seconds = Number(process.env.SECONDS ?? 3)
/** What the next honest client may wait, in milliseconds. */
const MOST_MS = 100
/** Where the server is asked for more than it can do: 30,000 answers a second that take up to milliseconds each. */
const MOST_BESIDE: Readonly<Record<string, number>> = { 'reads of the control plane in one write': 400 }
const EVERY_MS = 10

const [server, url] = await started<string>('steady-server.ts')
const [attacker, names] = await started<readonly string[]>('attacker.ts', new URL(url).port)
const pause = (ms: number) => new Promise<void>(resolve => setTimeout(resolve, ms))

/** A process and the first thing that it says. */
async function started<T>(script: string, ...args: string[]): Promise<[ChildProcess, T]> {
  const child = fork(join(import.meta.dirname, script), args, { execArgv: ['--import', 'tsx'] })
  return [child, ((await once(child, 'message')) as [T])[0]]
}

let failed = 0
console.log(
  `attacks: an honest client on a connection of its own every ${EVERY_MS} ms, ${seconds} s each, in milliseconds`,
)
for (const name of ['none', ...names]) {
  attacker.send(name)
  await pause(200)
  const waits = createHistogram()
  let refused = 0
  for (const until = performance.now() + seconds * 1_000; performance.now() < until; await pause(EVERY_MS)) {
    const startedAt = performance.now()
    const { status } = await httpGet(`${url}/catalogs/155568600`)
    waits.record(Math.max(1, Math.round((performance.now() - startedAt) * 1_000)))
    if (status !== 200) refused += 1
  }
  attacker.send('none')
  await pause(500)
  const [median = '', p99 = '', most = ''] = [50, 99, 100].map(share => (waits.percentile(share) / 1_000).toFixed(1))
  const late = refused > 0 || Number(p99) > (MOST_BESIDE[name] ?? MOST_MS)
  if (late) failed += 1
  console.log(
    `  ${name.padEnd(28)} median ${median.padStart(6)}  p99 ${p99.padStart(6)}  most ${most.padStart(6)}  of ${waits.count}, ${refused} refused${late ? '  TOO LATE' : ''}`,
  )
}
attacker.disconnect()
server.disconnect()
await Promise.all([once(attacker, 'exit'), once(server, 'exit')])
process.exitCode = failed > 0 ? 1 : 0
