/** Every option of an experiment finds its place in the document, which is then as whole as one that was sent. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { Command } from 'commander'
import { typedOptions } from '../../../cli/commands/command.ts'
import { define } from '../../../cli/commands/compare.ts'
import type { ScenarioWhole } from '../../../cli/control/control.ts'
import { experimentFrom } from '../../../cli/options/experiment.ts'
import { requestFrom } from '../../../cli/options/request.ts'
import { type ExperimentInput, experimentSchema } from '../../../server/experiments/spec.ts'

async function specOf(typed: string, scenario?: ScenarioWhole['scenario'], ownArms = true) {
  const command = new Command().exitOverride().configureOutput({ writeErr() {} })
  define(command, async () => {}, {})
  await command.parseAsync(typed.split(' ').filter(Boolean), { from: 'user' })
  const options = command.opts()
  const request = await requestFrom(options as never)
  const asked = { arms: options.arms.split(','), ownArms, request, typed: typedOptions(command), scenario }
  const spec = experimentFrom(options as never, asked)
  assert.deepEqual(experimentSchema.parse(spec), spec)
  return spec
}

const LOAD = { requests: 300, schedule: { kind: 'batches' as const, concurrency: 10 } }

const scenario: ScenarioWhole['scenario'] = {
  name: 'storm',
  title: 'A storm',
  about: 'of retries',
  load: { rate: 70, duration: '12s', timeout: '500ms', retries: 3, arms: ['retry', 'retry+breaker'], codes: ['x'] },
  timeline: [],
  expect: ['useful>=1%'],
}

describe('the options of compare', () => {
  for (const [typed, expected] of [
    ['', { arms: ['none', 'breaker'], load: LOAD }],
    [
      '--arms none,retry --seed s --repeat 3 --one-by-one --expect useful>=1%',
      { arms: ['none', 'retry'], load: LOAD, seed: 's', repeat: 3, oneByOne: true, expect: ['useful>=1%'] },
    ],
    [
      '-n 7 -c 3 --every 1s --codes a,b --timeout 5s --connections 2 --warmup 4 --no-keep-alive --headers-timeout 1s --body-timeout 2s',
      {
        arms: ['none', 'breaker'],
        load: {
          requests: 7,
          schedule: { kind: 'batches', concurrency: 3, everyMs: 1_000 },
          codes: ['a', 'b'],
          ...{ timeoutMs: 5_000, connections: 2, warmup: 4, keepAlive: false },
          ...{ headersTimeoutMs: 1_000, bodyTimeoutMs: 2_000 },
        },
      },
    ],
    [
      '--rate 90/m --for 10s',
      { arms: ['none', 'breaker'], load: { requests: 15, schedule: { kind: 'rate', perSecond: 1.5 } } },
    ],
    [
      '--rate 5/s --poisson -n 9',
      { arms: ['none', 'breaker'], load: { requests: 9, schedule: { kind: 'poisson', perSecond: 5 } } },
    ],
    [
      '--ramp 0-10/s@2s',
      {
        arms: ['none', 'breaker'],
        load: { requests: 10, schedule: { kind: 'ramp', fromPerSecond: 0, toPerSecond: 10, overMs: 2_000 } },
      },
    ],
    [
      '--closed -c 4',
      { arms: ['none', 'breaker'], load: { requests: 300, schedule: { kind: 'closed', concurrency: 4 } } },
    ],
    [
      '--fail-rate 0.5 --outage 80%@1s-2s --outage 3s-4s',
      {
        arms: ['none', 'breaker'],
        load: LOAD,
        conditions: {
          failRate: 0.5,
          outages: [
            { failRate: 80, fromMs: 1_000, toMs: 2_000 },
            { failRate: 100, fromMs: 3_000, toMs: 4_000 },
          ],
        },
      },
    ],
    [
      '--threshold 40 --min-calls 5 --window 10s --open-for 2s --probes 2 --max-failures 9 --consecutive 4',
      {
        arms: ['none', 'breaker'],
        load: LOAD,
        circuit: {
          ...{ failurePercentage: 40, minimumCalls: 5, windowMs: 10_000, openForMs: 2_000 },
          ...{ probes: 2, maxFailures: 9, consecutiveFailures: 4 },
        },
      },
    ],
    [
      '--header accept:text/plain --header x-a:b --body hi',
      {
        arms: ['none', 'breaker'],
        load: LOAD,
        request: {
          method: 'POST',
          headers: [
            ['accept', 'text/plain'],
            ['x-a', 'b'],
          ],
          body: 'hi',
        },
      },
    ],
  ] as const satisfies readonly (readonly [string, ExperimentInput])[]) {
    it(`${typed || 'at their defaults'} are an experiment`, async () => {
      assert.deepEqual(await specOf(typed), experimentSchema.parse(expected))
    })
  }

  it('send the bytes of a file, whether they are text or not', async t => {
    const folder = mkdtempSync(join(tmpdir(), 'chaos-'))
    t.after(() => rmSync(folder, { recursive: true }))
    const file = join(folder, 'body')
    for (const [bytes, body, encoding] of [
      [Buffer.from('käse'), 'käse', 'utf8'],
      [Buffer.from([0xff, 0]), '/wA=', 'base64'],
    ] as const) {
      writeFileSync(file, bytes)
      const { request } = await specOf(`--body-file ${file}`)
      assert.deepEqual(request, { method: 'POST', headers: [], body, encoding })
    }
  })

  it('take what was not typed from the scenario', async () => {
    const spec = await specOf('--scenario storm', scenario, false)
    assert.deepEqual(
      [spec.title, spec.arms, spec.retries, spec.expect],
      ['A storm', ['retry', 'retry+breaker'], 3, ['useful>=1%']],
    )
    const { requests, schedule, timeoutMs, codes } = spec.load
    assert.deepEqual([requests, schedule, timeoutMs, codes], [840, { kind: 'rate', perSecond: 70 }, 500, ['x']])
    assert.deepEqual(spec.conditions, { outages: [], scenario: 'storm' })
  })

  it('go before the scenario, a schedule as a whole', async () => {
    const spec = await specOf('--scenario storm --arms none -n 20 --timeout 1s --codes a', scenario)
    assert.deepEqual([spec.arms, spec.retries, spec.expect], [['none'], undefined, []])
    const { requests, schedule, timeoutMs, codes } = spec.load
    const batches = { kind: 'batches', concurrency: 10, everyMs: 100 }
    assert.deepEqual([requests, schedule, timeoutMs, codes], [20, batches, 1_000, ['a']])
  })
})

describe('how many requests a time makes', () => {
  /** Exactly, in whole numbers: `rate` a `unit`, for so many milliseconds. */
  const exactly = (rate: number, unitMs: number, forMs: number) => {
    const [whole, part] = [BigInt(rate) * BigInt(forMs), BigInt(unitMs)]
    return Number((whole + part - 1n) / part)
  }
  const UNITS = { s: 1_000, m: 60_000, h: 3_600_000 } as const

  it('is counted as it was written, not as the machine rounds it', async () => {
    assert.equal((await specOf('--rate 62/m --for 30s')).load.requests, 31)
    for (let round = 0; round < 400; round++) {
      const unit = (['s', 'm', 'h'] as const)[round % 3] ?? 's'
      const rate = 1 + ((round * 37) % 997)
      const forMs = 100 * (1 + ((round * 53) % 971))
      const { load } = await specOf(`--rate ${rate}/${unit} --for ${forMs}ms`)
      assert.equal(load.requests, Math.max(1, exactly(rate, UNITS[unit], forMs)), `${rate}/${unit} for ${forMs}ms`)
    }
  })

  for (const [typed, requests] of [
    ['--every 0.7s --for 2.1s -c 2', 6],
    ['--every 100ms --for 0.3s -c 1', 3],
    ['--every 1.1s --for 3.3s -c 1', 3],
    ['--ramp 0-62/s@30s', 930],
    ['--ramp 0.1-0.3/s@50s', 10],
    ['--ramp 0-0.6/s@10s --for 10s', 3],
    ['--rate 1.1/s --for 10s --poisson', 11],
  ] as const) {
    it(`of ${typed} is ${requests}`, async () => assert.equal((await specOf(typed)).load.requests, requests))
  }

  it('of a scenario too', async () => {
    const load = { ...scenario.load, rate: 62 / 60, duration: '30s' }
    assert.equal((await specOf('', { ...scenario, load })).load.requests, 31)
  })

  it('is not more than can be sent', async () => {
    await assert.rejects(specOf('--rate 1000000/s --for 24h'), /86400000000 requests, and 100000000 are the most/)
  })
})
