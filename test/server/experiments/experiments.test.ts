/** Experiments that a page starts: at this very server, one at a time, and whatever ends one, what was measured is kept. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { openExperimentPort } from '../../../cli/experiment-port/port.ts'
import { type Result, resultSchema } from '../../../cli/report/result.ts'
import type { ExperimentPort, ExperimentUnderway } from '../../../server/experiments/port.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import type { ServerOptions } from '../../../server/server.ts'
import { openEvents } from '../../support/event-stream.ts'
import { startTestServer } from '../../support/server.ts'

const port = () =>
  openExperimentPort({
    ...{ clock: systemClock, wallMs: Date.now, draw: () => 'drawn' },
    usualUrl: new URL('http://127.0.0.1:8000'),
  })

type Test = Parameters<typeof startTestServer>[0]

async function open(test: Test, options: ServerOptions = {}) {
  const server = await startTestServer(test, { experiments: port(), ...options })
  const call = async (method: string, path: string, body?: unknown, headers: Record<string, string> = {}) => {
    const answer = await fetch(server.url + path, {
      method,
      headers: { ...(body === undefined ? {} : { 'content-type': 'application/json' }), ...headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    })
    const text = await answer.text()
    // biome-ignore lint/suspicious/noExplicitAny: a test looks at whatever it expects.
    return { status: answer.status, headers: answer.headers, body: (text === '' ? null : JSON.parse(text)) as any }
  }
  const over = async (id: string) => {
    for (;;) {
      const { body } = await call('GET', `/experiments/${id}`)
      if (body.state !== 'running') return body
      await new Promise(resolve => setTimeout(resolve, 20))
    }
  }
  const kept = async (id: string): Promise<Result> => resultSchema.parse((await call('GET', `/runs/${id}`)).body)
  return { server, call, over, kept }
}

const LOAD = { requests: 40, schedule: { kind: 'batches', concurrency: 10, everyMs: 50 } }
/** As long as it is not stopped. */
const LONG = { requests: 5_000, schedule: { kind: 'rate', perSecond: 50 } }

describe('an experiment of a page', () => {
  it('runs at this server, is shown while it lasts, and is kept', async test => {
    const { server, call, over, kept } = await open(test, { settings: { failRate: 60 } })
    const page = await openEvents(`${server.url}/chaos/events`)
    test.after(() => page.close())
    await page.until('hello')
    const begun = await call('POST', '/experiments', {
      arms: ['none', 'breaker'],
      load: LOAD,
      seed: 's',
      title: 'Ours',
    })
    assert.equal(begun.status, 201, JSON.stringify(begun.body))
    const { id } = begun.body
    assert.equal(begun.headers.get('location'), `/experiments/${id}`)
    assert.deepEqual([begun.body.state, begun.body.session, begun.body.run], ['running', 'default', null])
    const { data: end } = await page.until('run', ({ data }) => data.type === 'end')
    const ended = await over(id)
    assert.deepEqual([ended.state, ended.progress, ended.problem], ['done', 1, null])
    assert.deepEqual([end.id, end.title, end.result.run], [id, 'Ours', ended.run])
    const told = page.heard.filter(({ data }) => data.type === 'progress')
    assert.ok(told.some(({ data }) => data.flow.dots.length > 0))
    const result = await kept(ended.run)
    assert.deepEqual([result.command, result.title, result.seed, result.interrupted], ['compare', 'Ours', 's', false])
    assert.deepEqual(result.failRate, { atStart: 60, atEnd: 60 })
    assert.equal(result.flow?.dots.length, 80)
    assert.equal(
      (await call('GET', `/runs/${ended.run}?format=html`).catch(() => null)) === null,
      true,
      'it has a page',
    )
    assert.deepEqual((await call('GET', '/experiments')).body.experiments, [ended])
    assert.deepEqual((await call('GET', '/chaos/sessions')).body.sessions.length, 1, 'its sessions are gone')
  })

  it('applies its conditions, and puts them back', async test => {
    const { call, over, kept, server } = await open(test)
    const conditions = { failRate: 0, outages: [{ failRate: 100, fromMs: 100, toMs: 300 }] }
    const load = { requests: 10, schedule: { kind: 'batches', concurrency: 1, everyMs: 50 } }
    const { body } = await call('POST', '/experiments', { arms: ['none', 'retry'], load, conditions })
    const { run } = await over(body.id)
    const result = await kept(run)
    assert.equal(result.trouble.length, 1)
    assert.ok((result.arms[0]?.outcomes.failed ?? 0) > 0)
    assert.equal(server.chaos.settings().failRate, 0)
  })

  it('belongs to its session: a burst plays in it, arms begin with its settings', async test => {
    const { server, call, over, kept } = await open(test)
    await call('POST', '/chaos/sessions', { id: 'mine', settings: { failRate: 100 } })
    const runs: string[] = []
    for (const arms of [['none'], ['none', 'retry(0)']]) {
      const { body } = await call('POST', '/experiments', { arms, load: LOAD, session: 'mine' })
      const { run, session, problem } = await over(body.id)
      assert.deepEqual([session, problem], ['mine', null])
      const result = await kept(run)
      assert.equal(result.session, 'mine')
      assert.deepEqual(
        result.arms.map(({ outcomes }) => outcomes.failed),
        arms.map(() => 40),
      )
      runs.unshift(run)
    }
    assert.equal((await call('GET', '/chaos/stats?session=mine')).body.requests, 40, 'the burst')
    const { body } = await call('POST', '/experiments', { arms: ['none'], load: LOAD })
    const { run } = await over(body.id)
    const ids = async (query: string) =>
      (await call('GET', `/runs${query}`)).body.runs.map(({ id }: { id: string }) => id)
    assert.deepEqual(await ids('?session=mine'), runs)
    assert.deepEqual(await ids('?session=default'), [run])
    assert.deepEqual(await ids(''), [run, ...runs])
    assert.deepEqual((await call('GET', '/runs?session=mine&limit=1')).body.total, 2)
    assert.equal(server.chaos.settings().failRate, 0)
  })

  it('is one at a time, and the answer names the one that runs', async test => {
    const { call } = await open(test)
    const first = await call('POST', '/experiments', { arms: ['none'], load: LONG })
    const second = await call('POST', '/experiments', { arms: ['none'], load: LOAD })
    assert.equal(second.status, 409)
    assert.match(second.body.detail, new RegExp(first.body.id))
    assert.equal(second.headers.get('location'), `/experiments/${first.body.id}`)
    assert.equal((await call('DELETE', `/experiments/${first.body.id}`)).status, 204)
    const third = await call('POST', '/experiments', { arms: ['none'], load: LOAD })
    assert.equal(third.status, 201)
  })

  it('is stopped by DELETE, and what was measured is kept', async test => {
    const { server, call, kept } = await open(test)
    const { body } = await call('POST', '/experiments', { arms: ['none', 'breaker'], load: LONG })
    while (server.chaos.control.sessions.list().length < 3) await new Promise(resolve => setTimeout(resolve, 5))
    await call('GET', '/catalogs')
    await sent(call, body.id)
    assert.equal((await call('DELETE', `/experiments/${body.id}`)).status, 204)
    const ended = (await call('GET', `/experiments/${body.id}`)).body
    assert.deepEqual([ended.state, ended.problem], ['interrupted', null])
    const result = await kept(ended.run)
    assert.equal(result.interrupted, true)
    assert.equal((await call('DELETE', `/experiments/${body.id}`)).status, 204, 'it is over already')
    assert.equal((await call('DELETE', '/experiments/none')).status, 404)
    assert.equal((await call('GET', '/experiments/none')).status, 404)
  })

  it('is stopped when its time is over', async test => {
    const { call, over } = await open(test, { limits: { experimentMs: 1_000 } })
    const load = { requests: 100_000, schedule: { kind: 'closed', concurrency: 1 } }
    const { body } = await call('POST', '/experiments', {
      arms: ['none'],
      load,
      conditions: { settings: { latency: { distribution: 'fixed', delay: '20ms' } } },
    })
    const ended = await over(body.id)
    assert.equal(ended.state, 'interrupted')
  })

  it('is stopped by the end of the server, which keeps what was measured first', async test => {
    const keeps: Result[] = []
    const inner = port()
    const { server, call } = await open(test, {
      experiments: {
        ...inner,
        start: (order, watcher) =>
          inner.start(order, {
            ...watcher,
            async keep(result, html) {
              const id = await watcher.keep(result, html)
              if (id !== null) keeps.push(result)
              return id
            },
          }),
      },
    })
    const { body } = await call('POST', '/experiments', { arms: ['none'], load: LONG })
    await sent(call, body.id)
    await server.close(5_000)
    assert.deepEqual(
      keeps.map(({ interrupted }) => interrupted),
      [true],
    )
  })

  // From its sources the work has no thread of its own that could be lost.
  const skip = import.meta.filename.endsWith('.ts')
  it('is kept as interrupted where its thread is lost, and leaves no session behind', { skip }, async test => {
    let underway: ExperimentUnderway | null = null
    const inner = port()
    const { server, call, over, kept } = await open(test, {
      experiments: {
        ...inner,
        start(order, watcher) {
          underway = inner.start(order, watcher)
          return underway
        },
      },
    })
    const page = await openEvents(`${server.url}/chaos/events`)
    test.after(() => page.close())
    const { body } = await call('POST', '/experiments', { arms: ['none', 'breaker'], load: LONG })
    await sent(call, body.id)
    const running = underway as ExperimentUnderway | null
    running?.kill()
    const ended = await over(body.id)
    assert.equal(ended.state, 'interrupted')
    assert.match(ended.problem, /ended/)
    const result = await kept(ended.run)
    assert.equal(result.interrupted, true)
    assert.equal(result.arms.length, 2)
    assert.ok((result.arms[0]?.outcomes.success ?? 0) > 0)
    const { data } = await page.until('run', ({ data }) => data.type === 'end')
    assert.deepEqual([data.id, data.result.run], [body.id, ended.run])
    assert.equal(server.chaos.control.sessions.list().length, 1)
    assert.equal((await call('POST', '/experiments', { arms: ['none'], load: LOAD })).status, 201, 'the next may begin')
  })

  it('that cannot begin says why', async test => {
    const { call, over } = await open(test, { limits: { sessions: 1 } })
    await call('POST', '/chaos/sessions', { id: 'only' })
    const { body } = await call('POST', '/experiments', { arms: ['none', 'retry'], load: LOAD })
    const { state, run, problem } = await over(body.id)
    assert.deepEqual([state, run], ['failed', null])
    assert.match(problem, /sessions/)
  })
})

/** Resolves when an experiment has told that some of it is done. */
async function sent(call: Awaited<ReturnType<typeof open>>['call'], id: string): Promise<void> {
  while ((await call('GET', `/experiments/${id}`)).body.progress === 0) {
    await new Promise(resolve => setTimeout(resolve, 20))
  }
}

describe('who may ask, and for what', () => {
  const good = { arms: ['none', 'breaker'], load: LOAD }
  const load = (more: object) => ({ ...good, load: { ...LOAD, ...more } })
  const bad: [string, unknown, string][] = [
    ['no arms', { load: LOAD }, '/arms'],
    ['no load', { arms: ['none'] }, '/load'],
    ['an address', { ...good, url: 'http://example.com' }, '/url'],
    ['a target', { ...good, target: 'http://example.com' }, '/target'],
    ['a Redis', { ...good, store: 'redis://127.0.0.1' }, '/store'],
    ['an environment', { ...good, env: {} }, '/env'],
    ['headers of requests', { ...good, request: { headers: [['a', 'b']] } }, '/request'],
    ['a body of requests', { ...good, request: { method: 'POST', body: 'x' } }, '/request'],
    ['a file', load({ body: '@/etc/passwd' }), '/load/body'],
    ['a webhook', { ...good, arms: ['none', 'breaker+notify(http://example.com/)'] }, '/arms/1'],
    ['an arm that is none', { ...good, arms: ['none', 'braker'] }, '/arms/1'],
    ['an arm twice', { ...good, arms: ['none', 'none'] }, '/arms/1'],
    ['options that contradict each other', { ...good, arms: ['breaker(probes=2,lease=0)'] }, '/arms/0'],
    ['an expectation that is none', { ...good, expect: ['useful >'] }, '/expect/0'],
    ['too many arms', { ...good, arms: Array.from({ length: 9 }, (_, index) => `retry(${index})`) }, '/arms'],
    ['too many requests', load({ requests: 60_000 }), '/load/requests'],
    ['too many with repetitions', { ...load({ requests: 1_000 }), repeat: 60 }, '/load/requests'],
    ['too many at once', load({ schedule: { kind: 'batches', concurrency: 2_001 } }), '/load/schedule/concurrency'],
    ['too long', load({ schedule: { kind: 'rate', perSecond: 0.01 } }), '/load/schedule'],
    ['too many connections', load({ connections: 1_001 }), '/load/connections'],
    ['a session that is none', { ...good, session: 'nobody' }, '/session'],
    ['a scenario that is none', { ...good, conditions: { scenario: 'rain' } }, '/conditions/scenario'],
    ['days of a live run', { ...good, days: 40 }, '/days'],
    ['a list', [], ''],
    ['nothing', null, ''],
  ]
  it('refuses what reaches beyond this server, and what is too much', async test => {
    const { call } = await open(test)
    for (const [what, body, pointer] of bad) {
      const { status, body: problem } = await call('POST', '/experiments', body)
      assert.equal(status, 422, `${what}: ${JSON.stringify(problem)}`)
      assert.equal(problem.errors[0].pointer, pointer, what)
    }
    assert.deepEqual((await call('GET', '/experiments')).body.experiments, [])
  })

  it('is the host alone on a locked server', async test => {
    const { call, over } = await open(test, { token: 'a-secret-of-the-host', openSessions: true })
    assert.equal((await call('POST', '/experiments', good)).status, 401)
    const own = { authorization: 'Bearer a-secret-of-the-host' }
    const begun = await call('POST', '/experiments', good, own)
    assert.equal(begun.status, 201)
    assert.equal((await call('DELETE', `/experiments/${begun.body.id}`)).status, 401)
    assert.equal((await over(begun.body.id)).state, 'done')
    for (const body of [{ ...good, simulate: 'true' }, { ...good, simulate: false }, [], null])
      assert.equal((await call('POST', '/experiments', body)).status, 401)
  })

  it('is everybody who may read, where it is simulated', async test => {
    const { call } = await open(test, { token: 'a-secret-of-the-host', openSessions: true })
    const simulated = await call('POST', '/experiments', { ...good, simulate: true, seed: 's' })
    assert.equal(simulated.status, 200, JSON.stringify(simulated.body))
    assert.equal((await call('POST', '/experiments', { ...good, simulate: true, arms: [] })).status, 422)
    const foreign = { origin: 'http://evil.example' }
    assert.equal((await call('POST', '/experiments', { ...good, simulate: true }, foreign)).status, 403)
    assert.deepEqual((await call('GET', '/experiments')).body.experiments, [])
  })

  it('is nobody where the server has none', async test => {
    const server = await startTestServer(test)
    for (const simulate of [true, false]) {
      const answer = await fetch(`${server.url}/experiments`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ ...good, simulate }),
      })
      assert.equal(answer.status, 501)
    }
    assert.deepEqual(await (await fetch(`${server.url}/experiments`)).json(), { experiments: [] })
  })
})

describe('the presets', () => {
  it('are experiments that can be posted and simulated', async test => {
    const { call } = await open(test, {
      settings: { failRate: 50, latency: { distribution: 'fixed', delay: '900ms', cap: '1s' } },
    })
    const { presets } = (await call('GET', '/experiments/presets')).body
    assert.deepEqual(
      presets.map(({ id }: { id: string }) => id),
      ['coin-flips', 'outage', 'retry-storm'],
    )
    const codes: string[] = []
    for (const { spec, title } of presets) {
      const { status, body } = await call('POST', '/experiments', { ...spec, title, simulate: true, days: 60 })
      assert.equal(status, 200, JSON.stringify(body))
      const result = resultSchema.parse(body)
      codes.push(result.verdict.code ?? '')
      assert.equal(result.title, title)
    }
    assert.deepEqual(codes, ['hurt', 'traded', 'helped'])
  })
})

describe('what if', () => {
  const storm = {
    arms: ['none', 'breaker'],
    load: { requests: 200, schedule: { kind: 'rate', perSecond: 100 } },
    seed: 's',
  }
  const asked = { ...storm, simulate: true, conditions: { failRate: 40 } }

  it('is answered with the result of the same experiment, without sending anything', async test => {
    const { server, call } = await open(test)
    const { status, body } = await call('POST', '/experiments', asked)
    assert.equal(status, 200, JSON.stringify(body))
    const result = resultSchema.parse(body)
    assert.ok(result.simulated)
    assert.equal(result.otherDays, undefined)
    assert.deepEqual((await call('POST', '/experiments', asked)).body.arms, body.arms, 'the same again')
    const other = await call('POST', '/experiments', {
      ...asked,
      circuit: { failurePercentage: 90, openForMs: 100, probes: 3 },
    })
    assert.notDeepEqual(other.body.arms[1].outcomes, body.arms[1].outcomes)
    assert.equal(server.chaos.control.sessions.list().length, 1)
    assert.equal((await call('GET', '/chaos/stats')).body.requests, 0)
    assert.deepEqual((await call('GET', '/experiments')).body.experiments, [])
  })

  it('begins with the settings of its session', async test => {
    const { call } = await open(test)
    await call('POST', '/chaos/sessions', { id: 'mine', settings: { failRate: 100 } })
    const { body } = await call('POST', '/experiments', { ...storm, simulate: true, session: 'mine' })
    assert.equal(body.arms[0].outcomes.failed, 200)
  })

  it('says what other days are like where it is asked', async test => {
    const { call } = await open(test)
    const { body } = await call('POST', '/experiments', { ...asked, days: 40 })
    assert.equal(resultSchema.parse(body).otherDays?.replicates, 40)
  })

  it('says what cannot be simulated', async test => {
    const { call } = await open(test)
    const { status, body } = await call('POST', '/experiments', { ...asked, load: { ...asked.load, keepAlive: false } })
    assert.equal(status, 422)
    assert.match(body.detail, /keep-alive/)
  })
})

describe('many that ask at once', () => {
  /** A port whose simulations end when the test says so. */
  function held() {
    const waiting: { seed: string | undefined; end: () => void; signal: AbortSignal }[] = []
    const experiments: ExperimentPort = {
      ...port(),
      simulate: ({ spec }, signal) =>
        new Promise((resolve, reject) => {
          signal.addEventListener('abort', () => reject(signal.reason))
          waiting.push({ seed: spec.seed, end: () => resolve({ seed: spec.seed } as Result), signal })
        }),
    }
    return { experiments, waiting }
  }
  const ask = { arms: ['none'], load: LOAD, simulate: true }

  it('are served one by one, and the newest of a client replaces its last', async test => {
    const { experiments, waiting } = held()
    const { call } = await open(test, { experiments })
    const simulate = (seed: string) => call('POST', '/experiments', { ...ask, seed })
    const until = async (holds: () => boolean) => {
      while (!holds()) await new Promise(resolve => setTimeout(resolve, 5))
    }
    const first = simulate('first')
    await until(() => waiting.length === 1)
    const newer = simulate('newer')
    assert.equal((await first).status, 409)
    await until(() => waiting.length === 2)
    waiting[1]?.end()
    assert.equal((await newer).body.seed, 'newer')
  })

  it('and one that goes away is given up', async test => {
    const { experiments, waiting } = held()
    const { server } = await open(test, { experiments })
    const gone = new AbortController()
    const answer = fetch(`${server.url}/experiments`, {
      ...{ method: 'POST', signal: gone.signal, headers: { 'content-type': 'application/json' } },
      body: JSON.stringify(ask),
    })
    while (waiting.length === 0) await new Promise(resolve => setTimeout(resolve, 5))
    gone.abort()
    await assert.rejects(answer)
    while (!waiting[0]?.signal.aborted) await new Promise(resolve => setTimeout(resolve, 5))
  })
})
