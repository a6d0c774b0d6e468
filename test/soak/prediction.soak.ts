/** Plays every shipped scenario live after it was predicted, and says where each figure lies among the simulated days: 199 of them hold 99 % of others. */

import { join } from 'node:path'
import { readScenarios } from '../../server/chaos/scenario/files.ts'
import { startServer } from '../../server/server.ts'
import { chaos, documentOf } from '../cli/harness.ts'
import { ROOT } from '../support/project.ts'

/** So many figures of a hundred may lie outside of what holds 99 of them, before it is more than bad luck. */
const MOST_OUTSIDE = 5

let [all, outside] = [0, 0]
const server = await startServer({ seed: '42' })
for (const { name } of readScenarios(join(ROOT, 'data', 'scenarios'))) {
  const ran = await chaos(['compare', '--scenario', name, '--predict', '--json', '--no-keep', '-u', server.url])
  const { arms, predicted, load } = documentOf(ran)
  console.log(
    `${name}: ${load.requests} requests an arm, ${load.late} left late, ${load.lagMs.max.toFixed(0)} ms at most`,
  )
  for (const [index, arm] of arms.entries()) {
    const { days } = predicted?.arms[index] ?? {}
    if (!days) throw new Error(`${name}: nothing was predicted of ${arm.name}`)
    const { success, fromCache } = arm.outcomes
    const figures: readonly [what: string, here: number | null, days: readonly (number | null)[]][] = [
      ['useful', success + fromCache, days.useful],
      ['wasted', arm.upstream.wasted, days.wasted],
      ['recovery', arm.recoveryMs, days.recoveryMs],
    ]
    for (const [what, here, values] of figures) {
      const known = values.flatMap(value => value ?? []).sort((a, b) => a - b)
      const [low, high] = [known[0], known.at(-1)]
      if (here === null || low === undefined || high === undefined) continue
      const rank = known.filter(value => value < here).length + known.filter(value => value === here).length / 2
      const within = here >= low && here <= high
      all++
      if (!within) outside++
      const share = ((100 * rank) / known.length).toFixed(0).padStart(3)
      console.log(
        `  ${arm.name.padEnd(24)} ${what.padEnd(9)} ${String(here).padStart(6)}  99 %: ${low} to ${high}, above ${share} % of days${within ? '' : '  OUTSIDE'}`,
      )
    }
  }
}
await server.close(200)
console.log(`${outside} of ${all} figures lie outside of their 99 % band`)
if (outside * 100 > MOST_OUTSIDE * all) process.exitCode = 1
