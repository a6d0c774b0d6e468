/** How long `chaos --help` takes, beside `node -e 0`, in turns, from the build. */

import { spawnSync } from 'node:child_process'
import module from 'node:module'
import { join } from 'node:path'
import { performance } from 'node:perf_hooks'
import { judge } from './goals.ts'
import { type Contestant, inTurns, ratio, spread, words } from './turns.ts'

const ROUNDS = 25
/** Where Node.js can keep what it compiled, there is less to do. */
const GOAL = 'enableCompileCache' in module ? 1.3 : 1.4
const main = join(import.meta.dirname, '..', '..', 'dist', 'cli', 'main.js')

const contestants = [
  contestant('node -e 0', '-e', '0'),
  contestant('chaos --help', main, '--help'),
  contestant('chaos burst --help', main, 'burst', '--help'),
]
console.log(`Start: ${ROUNDS} rounds in turns; median (least–greatest)`)
const figures = await inTurns(contestants, ROUNDS)
for (const { name } of contestants) {
  const ms = words(spread(figures.get(name) ?? []), 0)
  console.log(`${name.padEnd(18)} ${ms.padStart(16)} ms   ${words(ratio(figures, name, 'node -e 0'))} of node -e 0`)
}
judge('chaos --help, of node -e 0', ratio(figures, 'chaos --help', 'node -e 0'), { atMost: GOAL })

function contestant(name: string, ...args: string[]): Contestant {
  return {
    name,
    async measure() {
      const startedAt = performance.now()
      const { status } = spawnSync(process.execPath, args, { stdio: 'ignore' })
      if (status !== 0) throw new Error(`${name} ended with ${status}`)
      return performance.now() - startedAt
    },
  }
}
