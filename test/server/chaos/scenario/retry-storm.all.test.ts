/** The retry storm with real sockets: naive retries keep it going after its trigger is gone, a breaker ends it. */

import assert from 'node:assert/strict'
import http from 'node:http'
import { test } from 'node:test'
import { setTimeout as sleep } from 'node:timers/promises'
import { buildArm } from '../../../../cli/policy/arm.ts'
import { jitter } from '../../../../cli/policy/retry.ts'
import type { Answer, Send } from '../../../../cli/policy/send.ts'
import { systemClock } from '../../../../server/lib/clock.ts'
import { control } from '../../../support/control.ts'
import { startTestServer } from '../../../support/server.ts'

/** The innermost call, by nothing but Node. */
function caller(port: number, session: string, agent: http.Agent): Send {
  return ({ key, attempt, code }, done) => {
    let over = false
    const finish = (answer: Partial<Answer>) => {
      if (over) return
      over = true
      done({ outcome: 'failed', status: 0, failure: null, retryAfterMs: 0, body: null, ageMs: 0, ...answer })
    }
    const headers = { 'X-Chaos-Session': session, 'X-Chaos-Key': key, 'X-Chaos-Attempt': String(attempt) }
    const request = http.get({ port, host: '127.0.0.1', path: `/catalogs/${code}`, agent, headers }, answer => {
      const status = answer.statusCode ?? 0
      answer.resume()
      answer.on('end', () => finish(status === 200 ? { outcome: 'success', status } : { status, failure: 'status' }))
      answer.on('error', () => finish({ failure: 'reset' }))
    })
    request.on('error', () => finish({ failure: 'reset' }))
    return () => {
      finish({ failure: 'aborted' })
      request.destroy()
    }
  }
}

test('naive retries do not recover within 10 s after the trigger, retries behind a breaker do', async t => {
  const server = await startTestServer(t)
  const call = control(server)
  const { scenario, trouble } = (await call('GET', '/chaos/scenarios/retry-storm')).body
  // A quarter of everything: the same storm for a quarter of the processor, which other tests need too.
  scenario.base.capacity = { ...scenario.base.capacity, workers: 1, queue: 50 }
  scenario.load.rate /= 4
  const [{ toMs }] = trouble
  const agent = new http.Agent({ keepAlive: true })
  t.after(() => agent.destroy())
  const names: string[] = scenario.load.arms
  assert.deepEqual(names, ['retry', 'retry+breaker'])

  const arms = []
  for (const [index, name] of names.entries()) {
    const id = `arm-${index}`
    await call('POST', '/chaos/sessions', { id, ...(index === 0 ? { startsIn: '500ms' } : { clockOf: 'arm-0' }) })
    const run = await call('POST', `/chaos/scenarios/retry-storm/runs?session=${id}`, { scenario })
    assert.equal(run.status, 201)
    const parts = { call: caller(server.port, id, agent), clock: systemClock, random: jitter('42'), timeoutMs: 500 }
    const arm = await buildArm(name, parts)
    t.after(() => arm.close())
    arms.push({ arm, planned: [] as number[], useful: [] as number[] })
  }
  await sleep(-(await call('GET', '/chaos?session=arm-0')).body.clockMs)

  // One open-loop schedule for both: request i leaves when its time has come, whatever became of the others.
  const startedAt = performance.now()
  let lagMs = 0
  // Two seconds more than are looked at: the last requests would find an empty queue, because nobody comes after them.
  const total = scenario.load.rate * 20
  for (let index = 0; index < total; index += 1) {
    const atMs = (index * 1_000) / scenario.load.rate
    const wait = startedAt + atMs - performance.now()
    if (wait > 0) await sleep(wait)
    lagMs = Math.max(lagMs, performance.now() - startedAt - atMs)
    const second = Math.floor(atMs / 1_000)
    for (const { arm, planned, useful } of arms) {
      planned[second] = (planned[second] ?? 0) + 1
      arm.send({ index, key: `42-${index}`, attempt: 0, code: '155568600' }, answer => {
        if (answer.outcome === 'success') useful[second] = (useful[second] ?? 0) + 1
      })
    }
  }

  const shares = arms.map(({ planned, useful }) =>
    planned.slice(0, 18).map((count, second) => (useful[second] ?? 0) / count),
  )
  const after = shares.map(list => list.slice(toMs / 1_000))
  const recovery = after.map(list => list.findIndex(share => share >= 0.95))
  for (const [index, list] of shares.entries()) {
    t.diagnostic(`${names[index]}: useful % by second ${list.map(share => Math.round(share * 100)).join(' ')}`)
  }
  if (lagMs > 250) {
    t.skip(
      `this process was held up for ${Math.round(lagMs)} ms: the machine is too busy to tell one overload from another`,
    )
    return
  }
  for (const list of shares) assert.ok((list[1] ?? 0) >= 0.95, 'all is well before the trigger')
  assert.equal(recovery[0], -1, 'naive retries must not recover')
  assert.notEqual(recovery[1], -1, 'retries behind a breaker must recover')
  assert.ok((after[1]?.at(-1) ?? 0) >= 0.95, 'and stay well')
})
