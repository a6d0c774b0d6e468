/** The exported locustfile: what it holds, and that its Python plans what TypeScript planned. The latter is skipped where Locust is not installed. */

import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { describe, it } from 'node:test'
import { scheduleOf } from '../../../../cli/load/schedule.ts'
import { jitter } from '../../../../cli/policy/retry.ts'
import { renderLocust } from '../../../../cli/report/locust/locust.ts'
import type { LoadSchedule } from '../../../../server/experiments/spec.ts'
import { arm } from '../sample-results.ts'
import { exported, file, PYTHON, SEED, skip } from './harness.ts'

describe('the exported locustfile', () => {
  it('holds what was sent, and what it cannot judge as a note', () => {
    const text = renderLocust(
      exported(
        { requests: 7 },
        {
          target: 'http://127.0.0.1:1/"""\\',
          expectations: ['useful>=80%', 'breaker.recovery<3s', 'p95<100ms', 'retry.calls<9'].map(text => {
            return { text, passed: true, measured: '' }
          }),
          arms: ['none', 'retry', 'breaker'].map(name => arm(name, { success: 1 })),
        },
      ),
    )
    const [, literal = ''] = /^LOAD = json\.loads\((".*")\)$/m.exec(text) ?? []
    const load = JSON.parse(JSON.parse(literal))
    assert.equal(load.requests, 7)
    assert.equal(load.target, 'http://127.0.0.1:1/"""\\')
    assert.deepEqual(load.retry, { retries: 3, base: 50, cap: 2_000, patience: 10_000 })
    assert.deepEqual(
      load.expectations.map((each: { text: string }) => each.text),
      ['useful>=80%', 'p95<100ms', 'retry.calls<9'],
    )
    assert.match(text, /^# Not judged here: breaker\.recovery<3s$/m)
    assert.doesNotMatch(text, /^LOAD = None$/m)
  })

  const schedules: readonly LoadSchedule[] = [
    { kind: 'batches', concurrency: 3, everyMs: 50 },
    { kind: 'rate', perSecond: 62 / 60 },
    { kind: 'poisson', perSecond: 200 },
    { kind: 'ramp', fromPerSecond: 0, toPerSecond: 300, overMs: 500 },
    { kind: 'ramp', fromPerSecond: 300, toPerSecond: 10, overMs: 500 },
  ]
  it('plans the starts and the pauses of retries that the run had', { skip }, () => {
    const requests = 200
    const load = { requests, schedules: schedules.map(each => ({ concurrency: 1, everyMs: 0, ...each })) }
    const path = file('plan.py', exported({ requests }))
    const program = `import json, sys, importlib.util
spec = importlib.util.spec_from_file_location('plan', ${JSON.stringify(path)})
plan = importlib.util.module_from_spec(spec); spec.loader.exec_module(plan)
asked = json.loads(sys.argv[1])
pauses = [plan.draw(plan.stream('${SEED}/jitter'), f'${SEED}-{k}', k % 3) for k in range(asked['requests'])]
print(json.dumps([[list(plan.starts(each, asked['requests'], '${SEED}')) for each in asked['schedules']], pauses]))`
    const run = spawnSync(PYTHON ?? '', ['-c', program, JSON.stringify(load)], { encoding: 'utf8' })
    assert.equal(run.status, 0, run.stderr)
    const [starts, pauses] = JSON.parse(run.stdout.trim().split('\n').at(-1) ?? '') as [number[][], number[]]
    for (const [index, schedule] of schedules.entries()) {
      const plan = scheduleOf({ requests, schedule }, SEED)
      for (let at = 0; at < requests; at += 1) {
        const told = starts[index]?.[at] ?? Number.NaN
        assert.ok(Math.abs(told * 1_000 - plan.at(at)) < 1e-6, `${schedule.kind} ${at}: ${told}`)
      }
    }
    const random = jitter(SEED)
    const own = pauses.map((_, k) => random({ index: k, key: `${SEED}-${k}`, attempt: k % 3, code: '' }))
    assert.deepEqual(pauses, own)
  })
})
