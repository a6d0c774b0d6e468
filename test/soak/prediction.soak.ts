/**
 * Plays every shipped scenario live after it was predicted, or those that are named, and says where each figure lies among the
 * simulated days: 199 of them hold 99 % of others. What lies outside is looked up among the days that are simulated after the run,
 * with its own lateness and round trips: there it is explained by a machine that was busy.
 */

import { join } from 'node:path'
import { readScenarios } from '../../server/chaos/scenario/files.ts'
import { startServer } from '../../server/server.ts'
import { chaos, documentOf } from '../cli/harness.ts'
import { ROOT } from '../support/project.ts'

/** So many figures of a hundred may lie outside of what holds 99 of them, before it is more than bad luck. */
const MOST_OUTSIDE = 5

const DAYS = { count: 199 }
const wanted = (process.env.SCENARIOS ?? '').split(',').filter(name => name !== '')

let [all, outside, unexplained] = [0, 0, 0]
const server = await startServer({ seed: '42' })
for (const { name } of readScenarios(join(ROOT, 'data', 'scenarios'))) {
  if (wanted.length > 0 && !wanted.includes(name)) continue
  const ran = await chaos(['compare', '--scenario', name, '--predict', '--json', '--no-keep', '-u', server.url], {
    days: DAYS,
  })
  const { arms, predicted, otherDays, load } = documentOf(ran)
  console.log(
    `${name}: ${load.requests} requests an arm, ${load.late} left late, ${load.lagMs.max.toFixed(0)} ms at most`,
  )
  for (const [index, arm] of arms.entries()) {
    console.log(`  ${arm.name}: failures ${JSON.stringify(arm.failures)}`)
    const { days } = predicted?.arms[index] ?? {}
    const after = otherDays?.arms[index]?.days
    if (!days) throw new Error(`${name}: nothing was predicted of ${arm.name}`)
    const { success, fromCache } = arm.outcomes
    type Days = readonly (number | null)[]
    const figures: readonly [what: string, here: number | null, days: Days, after: Days | undefined][] = [
      ['useful', success + fromCache, days.useful, after?.useful],
      ['wasted', arm.upstream.wasted, days.wasted, after?.wasted],
      ['recovery', arm.recoveryMs, days.recoveryMs, after?.recoveryMs],
    ]
    for (const [what, here, values, later = []] of figures) {
      const known = values.flatMap(value => value ?? []).sort((a, b) => a - b)
      const [low, high] = [known[0], known.at(-1)]
      if (here === null || low === undefined || high === undefined) continue
      const rank = known.filter(value => value < here).length + known.filter(value => value === here).length / 2
      const within = here >= low && here <= high
      all++
      const later99 = later.flatMap(value => value ?? [])
      const isExplained = here >= Math.min(...later99) && here <= Math.max(...later99)
      if (!within) outside++
      if (!within && !isExplained) unexplained++
      const lateness = isExplained
        ? 'explained by its lateness'
        : `with its lateness ${Math.min(...later99)} to ${Math.max(...later99)}`
      const share = ((100 * rank) / known.length).toFixed(0).padStart(3)
      console.log(
        `  ${arm.name.padEnd(24)} ${what.padEnd(9)} ${String(here).padStart(6)}  99 %: ${low} to ${high}, above ${share} % of days${within ? '' : `  OUTSIDE, ${lateness}`}`,
      )
    }
  }
}
await server.close(200)
console.log(
  `${outside} of ${all} figures lie outside of their 99 % band, ${unexplained} of them without a busy machine to blame`,
)
if (unexplained * 100 > MOST_OUTSIDE * all) process.exitCode = 1
