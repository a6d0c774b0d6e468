/** `chaos demo` as a newcomer runs it. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { resultSchema } from '../../../cli/report/result.ts'
import { chaos, spawnChaos } from '../harness.ts'

describe('chaos demo', () => {
  it('shows every regime with its verdict in less than half a minute', async () => {
    const startedAt = performance.now()
    const { code, stdout } = await chaos(['demo', '--json'])
    assert.equal(code, 0)
    assert.ok(performance.now() - startedAt < 30_000)
    const results = JSON.parse(stdout).results.map((result: unknown) => resultSchema.parse(result))
    const [coins, outage] = results
    assert.match(coins.verdict.text, /The breaker hurt/)
    assert.ok(coins.verdict.ci95[1] < 0)
    const [without, guarded] = outage.arms
    assert.ok(guarded.upstream.wasted < 0.1 * without.upstream.wasted)
    assert.ok(outage.verdict.usefulPoints > -10)
    assert.ok(guarded.recovered)
  })

  it('prints tables, strips and what to type next in 80 columns, and stops when told to', async () => {
    const run = spawnChaos(['demo'])
    await run.says(/The breaker hurt/)
    run.process.kill('SIGINT')
    const { code, stdout, stderr } = await run.ended
    assert.equal(code, 130)
    assert.equal(stderr, '')
    assert.match(stdout, /COIN FLIPS/)
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  })
})
