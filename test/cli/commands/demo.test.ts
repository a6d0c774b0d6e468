/** `chaos demo` as a newcomer runs it. */

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Result, resultSchema } from '../../../cli/report/result.ts'
import { chaos, spawnChaos } from '../harness.ts'

/** Batches leave every 100 ms: a later one leaves with the next, and a circuit sees other windows. */
const MAX_LAG_MS = 100

describe('chaos demo', () => {
  it('shows every regime with its verdict in less than half a minute', async t => {
    const runsFolder = mkdtempSync(join(tmpdir(), 'demo-'))
    t.after(() => rmSync(runsFolder, { recursive: true }))
    const { code, stdout, stderr } = await chaos(['demo', '--json'], { runsFolder, days: { count: 99 } })
    assert.equal(stderr, '')
    assert.equal(readdirSync(runsFolder).length, 3)
    assert.equal(code, 0)
    const results = JSON.parse(stdout).results.map((result: unknown) => resultSchema.parse(result))
    const lagMs = Math.max(...results.map((result: Result) => result.load.lagMs.max))
    if (lagMs > MAX_LAG_MS) {
      t.skip(
        `this process was held up for ${Math.round(lagMs)} ms: the machine is too busy to tell one regime from another`,
      )
      return
    }
    const lasted = results.reduce((sum: number, result: Result) => sum + result.load.durationMs, 0)
    assert.ok(lasted < 28_000, `${lasted} ms`)
    const [coins, outage, storm] = results
    assert.match(coins.verdict.text, /The breaker hurt/)
    assert.ok(coins.verdict.ci95[1] < 0, `${coins.verdict.ci95}`)
    const [without, guarded] = outage.arms
    // A hundred requests leave in a second: each millisecond that somebody stood still costs a tenth of one.
    const slowest = Math.max(...outage.arms.map((arm: Result['arms'][number]) => arm.latencyMs.all.max ?? 0))
    const still = (outage.load.lagMs.max + slowest) / 10
    assert.ok(guarded.upstream.wasted < 0.1 * without.upstream.wasted + still, `wasted ${guarded.upstream.wasted}`)
    assert.ok(outage.verdict.usefulPoints > -10)
    assert.ok(guarded.recovered)
    const [naive, protectedArm] = storm.arms
    assert.equal(naive.recovered, false)
    assert.equal(protectedArm.recovered, true)
    assert.ok(storm.verdict.usefulPoints > 10)
  })

  it('prints tables, strips and what to type next in 80 columns, and stops when told to', async () => {
    const run = spawnChaos(['demo'])
    await run.says(/got a useful\s+answer/)
    run.process.kill('SIGINT')
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 130)
    assert.equal(stderr, '')
    assert.match(stdout, /COIN FLIPS/)
    // A command to copy is a line of its own, however long.
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80 || line.startsWith('    npx chaos '), line)
  })
})
