import assert from 'node:assert/strict'
import { spawnSync } from 'node:child_process'
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { jitter } from '../../../../cli/policy/retry.ts'
import { renderK6 } from '../../../../cli/report/k6/k6.ts'
import type { Result, Unjudged } from '../../../../cli/report/result.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { packageRoot } from '../../../../server/lib/package-root.ts'
import { arm, coinFlips, result } from '../sample-results.ts'

interface Sent {
  readonly method: string
  readonly url: string
  readonly body: string | null
  readonly params: { readonly headers: Readonly<Record<string, string>>; readonly timeout: string }
}

interface Scenario {
  readonly executor: string
  readonly iterations?: number
  readonly rate?: number
  readonly timeUnit?: string
  readonly duration?: string
  readonly startRate?: number
  readonly stages?: readonly { readonly target: number; readonly duration: string }[]
}

interface Script {
  readonly options: {
    readonly scenarios: { readonly load: Scenario }
    readonly thresholds: Record<string, string[]>
  }
  default(): Promise<void>
}

/** What the stubbed modules of k6 tell the test, by way of the global object. */
interface Stub {
  sent: Sent[]
  iteration: number
  slept: number[]
  metrics: Map<string, number[]>
  respond: (request: Sent) => unknown
}

const folder = mkdtempSync(join(tmpdir(), 'k6-'))
after(() => rmSync(folder, { recursive: true }))
const modules: Readonly<Record<string, string>> = {
  index: 'export const sleep = s => k6Stub.slept.push(s)',
  http: 'export default { asyncRequest: async (method, url, body, params) => { const sent = { method, url, body, params }; k6Stub.sent.push(sent); return k6Stub.respond(sent) } }',
  execution:
    'export default { scenario: { get iterationInTest() { return k6Stub.iteration }, }, instance: { currentTestRunDuration: 0 } }',
  timers: 'export const setTimeout = (act, ms) => globalThis.setTimeout(act, ms)',
  data: 'export class SharedArray { constructor(name, make) { return make() } }',
  metrics: `class Metric {
    constructor(name) { this.name = name; k6Stub.metrics.set(name, []) }
    add(value) { k6Stub.metrics.get(this.name).push(Number(value)) }
  }
  export { Metric as Counter, Metric as Rate, Metric as Trend }`,
}
const home = join(folder, 'node_modules/k6')
mkdirSync(home, { recursive: true })
for (const [name, text] of Object.entries(modules)) writeFileSync(join(home, `${name}.mjs`), text)
const exportsOf = Object.keys(modules).map(name => [name === 'index' ? '.' : `./${name}`, `./${name}.mjs`])
writeFileSync(join(home, 'package.json'), JSON.stringify({ name: 'k6', exports: Object.fromEntries(exportsOf) }))

const good = {
  status: 200,
  error_code: 0,
  body: '{}',
  headers: { 'Content-Type': 'application/json' },
  timings: { duration: 5 },
}
let files = 0

async function load(
  run: Unjudged,
  env: Readonly<Record<string, string>> = {},
): Promise<{ script: Script; stub: Stub; text: string }> {
  const text = renderK6({ ...run, verdict: judge(run) } satisfies Result)
  const file = join(folder, `script-${files++}.mjs`)
  writeFileSync(file, text)
  const checked = spawnSync(process.execPath, ['--check', file], { encoding: 'utf8' })
  assert.equal(checked.status, 0, checked.stderr)
  const stub: Stub = { sent: [], iteration: 0, slept: [], metrics: new Map(), respond: () => good }
  Object.assign(globalThis, { k6Stub: stub, __ENV: env })
  return { script: (await import(pathToFileURL(file).href)) as Script, stub, text }
}

function ms(text = ''): number {
  const [, number = '', unit = ''] = /^([\d.]+)(ms|s|h)$/.exec(text) ?? []
  return Number(number) * ({ ms: 1, s: 1_000, h: 3_600_000 }[unit] ?? Number.NaN)
}

/** Iterations that k6 would start, by the definition of its executors. */
function iterations({
  executor,
  iterations = 0,
  rate = 0,
  timeUnit,
  duration,
  startRate = 0,
  stages = [],
}: Scenario): number {
  if (executor === 'shared-iterations') return iterations
  if (executor === 'constant-arrival-rate') return Math.round((rate * ms(duration)) / ms(timeUnit))
  assert.equal(executor, 'ramping-arrival-rate')
  let from = startRate
  let sum = 0
  for (const { target, duration } of stages) {
    sum += (((from + target) / 2) * ms(duration)) / ms(timeUnit)
    from = target
  }
  return Math.ceil(sum)
}

async function play({ script, stub }: { script: Script; stub: Stub }): Promise<Sent[]> {
  const planned = iterations(script.options.scenarios.load)
  for (stub.iteration = 0; stub.iteration < planned + 2; stub.iteration++) await script.default()
  return stub.sent
}

const withLoad = (load: Partial<Result['load']>): Unjudged => ({ ...coinFlips, load: { ...coinFlips.load, ...load } })

const schedules: readonly { name: string; load: Partial<Result['load']>; executor: string; lastsMs?: number }[] = [
  {
    name: 'batches',
    load: { requests: 300, concurrency: 10, everyMs: 100 },
    executor: 'constant-arrival-rate',
    lastsMs: 3_000,
  },
  {
    name: 'a last batch that is not full',
    load: { requests: 305, concurrency: 10, everyMs: 100 },
    executor: 'constant-arrival-rate',
    lastsMs: 3_100,
  },
  { name: 'all at once', load: { requests: 100, concurrency: 100, everyMs: 100 }, executor: 'shared-iterations' },
  {
    name: 'a rate',
    load: { requests: 1_000, schedule: { kind: 'rate', perSecond: 200 } },
    executor: 'constant-arrival-rate',
    lastsMs: 5_000,
  },
  {
    name: 'a broken rate',
    load: { requests: 30, schedule: { kind: 'rate', perSecond: 2.5 } },
    executor: 'constant-arrival-rate',
    lastsMs: 12_000,
  },
  {
    name: 'a ramp',
    load: { requests: 4_500, schedule: { kind: 'ramp', fromPerSecond: 0, toPerSecond: 300, overMs: 30_000 } },
    executor: 'ramping-arrival-rate',
  },
  {
    name: 'a ramp that is held',
    load: { requests: 6_000, schedule: { kind: 'ramp', fromPerSecond: 0, toPerSecond: 300, overMs: 30_000 } },
    executor: 'ramping-arrival-rate',
  },
  {
    name: 'random arrivals',
    load: { requests: 500, schedule: { kind: 'poisson', perSecond: 100 } },
    executor: 'shared-iterations',
  },
  {
    name: 'a closed loop',
    load: { requests: 77, concurrency: 7, schedule: { kind: 'closed' } },
    executor: 'shared-iterations',
  },
]

for (const { name, load: part, executor, lastsMs } of schedules) {
  test(`k6: ${name} adds up`, async () => {
    const loaded = await load(withLoad(part))
    const scenario = loaded.script.options.scenarios.load
    assert.equal(scenario.executor, executor)
    if (lastsMs !== undefined) assert.equal(ms(scenario.duration), lastsMs)
    const requests = part.requests ?? 0
    const batch = Number(/^const BATCH = (\d+)$/m.exec(loaded.text)?.[1])
    assert.equal(iterations(scenario), Math.ceil(requests / batch))
    const sent = await play(loaded)
    assert.equal(sent.length, requests)
    assert.deepEqual(
      sent.map(each => each.params.headers['X-Chaos-Key']),
      Array.from({ length: requests }, (_, index) => `42-${index}`),
    )
  })
}

test('k6: random arrivals keep their rate, and each waits for its own start', async () => {
  const loaded = await load(withLoad({ requests: 2_000, schedule: { kind: 'poisson', perSecond: 100 } }))
  await play(loaded)
  const last = loaded.stub.slept.at(-1) ?? 0
  assert.ok(last > 18 && last < 22, `2,000 requests at 100/s end after ${last} s`)
  assert.ok(loaded.stub.slept.every((seconds, index) => index === 0 || seconds >= (loaded.stub.slept[index - 1] ?? 0)))
})

test('k6: requests are those of the run', async () => {
  const loaded = await load({
    ...coinFlips,
    request: {
      method: 'POST',
      path: '/items/{code}',
      codes: ['a b', 'c'],
      headers: { 'X-Mine': '"quoted"' },
      body: '{"x":1}',
      expectsJson: true,
    },
  })
  const [first, second] = await play(loaded)
  assert.equal(first?.method, 'POST')
  assert.equal(first?.url, 'http://127.0.0.1:8000/items/a%20b')
  assert.equal(second?.url, 'http://127.0.0.1:8000/items/c')
  assert.equal(first?.body, '{"x":1}')
  assert.deepEqual(first?.params.headers, { 'X-Mine': '"quoted"', 'X-Chaos-Key': '42-0', 'X-Chaos-Attempt': '0' })
  assert.equal(first?.params.timeout, '2000ms')
})

test('k6: answers are judged as the engine judges them', async () => {
  const loaded = await load(withLoad({ requests: 6, concurrency: 6 }))
  const bad = { ...good, status: 500 }
  const answers = [
    good,
    { ...good, status: 404 },
    bad,
    { ...good, status: 0, error_code: 1050 },
    { ...good, body: '{"tru' },
    { ...good, headers: {} },
  ]
  loaded.stub.respond = ({ params }) => answers[Number(params.headers['X-Chaos-Key']?.split('-')[1])]
  await loaded.script.default()
  assert.deepEqual(loaded.stub.metrics.get('useful'), [1, 1, 0, 0, 0, 0])
  assert.equal(loaded.stub.metrics.get('failed_answers')?.length, 4)
  assert.equal(loaded.stub.metrics.get('latency_success')?.length, 2)
})

test('k6: ARM=retry tries again what blames the upstream, after the pauses of the run', async t => {
  const run = result([arm('none', { success: 1 }), arm('retry(2,base=40ms)', { success: 1 })], { seed: '42' })
  const once = { ...run, load: { ...run.load, requests: 3, concurrency: 3, everyMs: 0 } }
  const loaded = await load(once, { ARM: 'retry' })
  const pauses: number[] = []
  t.mock.method(globalThis, 'setTimeout', (resolve: () => void, ms: number) => {
    pauses.push(ms)
    queueMicrotask(resolve)
  })
  loaded.stub.respond = ({ params: { headers } }) => {
    if (headers['X-Chaos-Key'] === '42-0') return { ...good, status: 503, headers: { 'Retry-After': '1' } }
    if (headers['X-Chaos-Key'] === '42-1') return { ...good, status: 400 }
    return headers['X-Chaos-Attempt'] === '0' ? { ...good, status: 500 } : good
  }
  await loaded.script.default()
  const tries = loaded.stub.sent.map(
    ({ params: { headers } }) => `${headers['X-Chaos-Key']} ${headers['X-Chaos-Attempt']}`,
  )
  assert.deepEqual(tries.toSorted(), ['42-0 0', '42-0 1', '42-0 2', '42-1 0', '42-2 0', '42-2 1'])
  const random = jitter('42')
  const pause = (index: number, attempt: number, asked: number) =>
    asked + random({ index, key: `42-${index}`, attempt, code: '' }) * 40 * 2 ** attempt
  assert.deepEqual(
    pauses.toSorted((a, b) => a - b),
    [pause(0, 0, 1_000), pause(0, 1, 1_000), pause(2, 0, 0)].toSorted((a, b) => a - b),
  )
  const sum = (name: string) => loaded.stub.metrics.get(name)?.length
  assert.deepEqual(['requests', 'calls', 'wasted_calls', 'useful_answers', 'failed_answers'].map(sum), [3, 6, 5, 1, 2])
  await assert.rejects(load(once, { ARM: 'breaker' }), /write none or retry/)
})

test('k6: expectations are thresholds, and those that cannot be are named', async () => {
  const texts = [
    'useful>=80%',
    'none.wasted<100',
    'p95<100ms',
    'p99.success<=1.5s',
    'breaker.useful>=none.useful',
    'breaker.useful>50%',
    'recovery<3s',
    'gibberish',
  ]
  const { script, text } = await load({
    ...coinFlips,
    expectations: texts.map(each => ({ text: each, passed: true, measured: '' })),
  })
  assert.deepEqual(script.options.thresholds, {
    useful: ['rate>=0.8'],
    wasted_calls: ['count<100'],
    latency_all: ['p(95)<100'],
    latency_success: ['p(99)<=1500'],
  })
  for (const left of texts.slice(4)) assert.ok(text.includes(`// Not expressible as a threshold here: ${left}\n`))
})

test('k6: the script is what the types of k6 take', async () => {
  const root = packageRoot(import.meta.url)
  const within = mkdtempSync(join(mkdirSync(join(root, 'build'), { recursive: true }) ?? join(root, 'build'), 'k6-'))
  after(() => rmSync(within, { recursive: true }))
  const files = (['rate', 'poisson'] as const).map(kind => {
    const file = join(within, `${kind}.mjs`)
    writeFileSync(file, renderK6({ ...withLoad({ schedule: { kind, perSecond: 50 } }), verdict: judge(coinFlips) }))
    return file
  })
  const compilerOptions = {
    noEmit: true,
    allowJs: true,
    checkJs: true,
    strict: false,
    target: 'es2022',
    lib: ['es2022'],
    module: 'esnext',
    moduleResolution: 'bundler',
    types: ['k6'],
    skipLibCheck: true,
  }
  writeFileSync(join(within, 'tsconfig.json'), JSON.stringify({ compilerOptions, files }))
  const checked = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', '.'], {
    encoding: 'utf8',
    cwd: within,
  })
  assert.equal(checked.stdout, '')
  assert.equal(checked.status, 0)
})

test('k6: nothing that a result carries can break out of the script', async () => {
  const nasty = '"\'`$' + '{0}\n*/ //\u2028 </script>'
  const { text, stub } = await load(
    result([arm('none', { success: 1 })], {
      seed: nasty,
      target: `http://127.0.0.1/${nasty}`,
      expectations: [{ text: `x\nthrow 1 ${nasty}`, passed: true, measured: '' }],
      request: {
        method: nasty,
        path: nasty,
        codes: [nasty],
        headers: { [nasty]: nasty },
        body: nasty,
        expectsJson: false,
      },
    }),
  )
  assert.equal(stub.sent.length, 0)
  assert.ok(text.length > 0)
})
