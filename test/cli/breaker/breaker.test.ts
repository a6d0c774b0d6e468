/** The breaker around calls: what `run` comes to, what is counted, and what odd calls, listeners and signals may do. */

import assert from 'node:assert/strict'
import { getEventListeners } from 'node:events'
import { test } from 'node:test'
import {
  type Admission,
  type BreakerOptions,
  CircuitBreaker,
  type CircuitEvent,
  CircuitOpenError,
  type CircuitStore,
  MemoryStore,
  type Verdict,
} from '../../../cli/breaker/index.ts'
import { ManualClock } from '../../support/manual-clock.ts'

const down = new Error('down')

function setup(options: BreakerOptions = {}): { breaker: CircuitBreaker; clock: ManualClock; events: CircuitEvent[] } {
  const clock = new ManualClock()
  const breaker = new CircuitBreaker({ consecutiveFailures: 2, openForMs: 100, probes: 1, clock, ...options })
  const events: CircuitEvent[] = []
  breaker.listen(event => events.push(event))
  return { breaker, clock, events }
}

async function fail(breaker: CircuitBreaker, times = 2): Promise<void> {
  for (let call = 0; call < times; call += 1) {
    await assert.rejects(
      breaker.run(() => Promise.reject(down)),
      down,
    )
  }
}

/** A promise to be settled by hand. */
function deferred<T>(): { promise: Promise<T>; resolve: (value: T) => void; reject: (error: unknown) => void } {
  let [resolve, reject]: [(value: T) => void, (error: unknown) => void] = [() => {}, () => {}]
  const promise = new Promise<T>((yes, no) => {
    resolve = yes
    reject = no
  })
  return { promise, resolve, reject }
}

const results: readonly [name: string, call: () => unknown, value: unknown][] = [
  ['a promise', async () => 1, 1],
  ['a plain value', () => 2, 2],
  ['undefined', () => undefined, undefined],
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  ['a thenable', () => ({ then: (done: (value: number) => void) => done(3) }), 3],
  ['a promise of a promise', () => Promise.resolve(Promise.resolve(4)), 4],
]

for (const [name, call, value] of results) {
  test(`run comes to what the call comes to: ${name}`, async () => {
    const { breaker, events } = setup()
    assert.equal(await breaker.run(call), value)
    assert.deepEqual(events, [])
  })
}

const failures: readonly [name: string, call: () => unknown, error: unknown][] = [
  ['a rejection', () => Promise.reject(down), down],
  ['a throw before any promise', () => assert.fail(down), down],
  ['undefined thrown', () => Promise.reject(undefined), undefined],
  ['null thrown at once', () => raise(null), null],
  // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
  ['a thenable that refuses', () => ({ then: (_: unknown, no: (error: unknown) => void) => no(down) }), down],
  [
    'a thenable that cannot be asked',
    () => ({
      // biome-ignore lint/suspicious/noThenProperty: a thenable is what is tested
      get then() {
        throw down
      },
    }),
    down,
  ],
]

for (const [name, call, error] of failures) {
  test(`failures count and come through as they are: ${name}`, async () => {
    const { breaker } = setup()
    for (let time = 0; time < 2; time += 1) {
      const caught = await breaker.run(call).then(
        () => assert.fail('it came to something'),
        reason => [reason],
      )
      assert.deepEqual(caught, [error])
    }
    assert.equal(breaker.state, 'open')
  })
}

test('an open circuit makes no call and says when to come back, without a stack', async () => {
  const { breaker, clock } = setup()
  await fail(breaker)
  clock.advance(30)
  let called = false
  const call = async (): Promise<void> => {
    called = true
  }
  const limit = Error.stackTraceLimit
  await assert.rejects(breaker.run(call), (error: unknown) => {
    assert.ok(error instanceof CircuitOpenError && error instanceof Error)
    assert.deepEqual(
      [error.state, error.retryAfterMs, error.code, error.name],
      ['open', 70, 'CIRCUIT_OPEN', 'CircuitOpenError'],
    )
    assert.equal(error.message, 'the circuit is open: no call was made, ask again in 70 ms')
    assert.equal(error.stack, `Error: ${error.message}`.replace('Error', String(error.stack).split(':')[0] ?? ''))
    assert.doesNotMatch(String(error.stack), /\n/)
    return true
  })
  assert.equal(called, false)
  assert.equal(Error.stackTraceLimit, limit, 'other errors keep their stacks')
  clock.advance(70)
  await breaker.run(call)
  assert.deepEqual([called, breaker.state], [true, 'closed'])
})

test('forced open says that nobody need wait; disabled counts nothing; a reset begins anew', async () => {
  const { breaker } = setup()
  await fail(breaker, 1)
  breaker.forceOpen()
  await assert.rejects(
    breaker.run(() => 1),
    { name: 'CircuitOpenError', message: 'the circuit is forced-open: no call was made', retryAfterMs: Infinity },
  )
  breaker.disable()
  await fail(breaker, 5)
  assert.equal(breaker.state, 'disabled')
  breaker.reset()
  await fail(breaker, 1)
  assert.equal(breaker.state, 'closed')
})

test('run without a function is refused in words, and nothing is counted', async () => {
  const { breaker } = setup({ consecutiveFailures: 1 })
  await assert.rejects(breaker.run(Promise.resolve(1) as never), { name: 'TypeError', message: /wants a function/ })
  assert.equal(breaker.state, 'closed')
})

test('answers with a status count by it, and come through as they are', async () => {
  const { breaker } = setup()
  for (const status of [503, 404, 500, 429]) {
    const answer = new Response('', { status })
    assert.equal(await breaker.run(async () => answer), answer)
  }
  assert.equal(breaker.state, 'open')
})

test('ignored outcomes do not break a row', async () => {
  const { breaker } = setup()
  await fail(breaker, 1)
  await breaker.run(async () => new Response('', { status: 400 }))
  await assert.rejects(
    breaker.run(async () => raise(new DOMException('x', 'AbortError'))),
    { name: 'AbortError' },
  )
  await fail(breaker, 1)
  assert.equal(breaker.state, 'open')
})

test('Retry-After of a failed answer holds the circuit open', async () => {
  const { breaker } = setup({ consecutiveFailures: 1 })
  await breaker.run(() => new Response('', { status: 503, headers: { 'retry-after': '3' } }))
  await assert.rejects(
    breaker.run(() => 1),
    { retryAfterMs: 3_000 },
  )
})

test('own judges judge', async () => {
  const { breaker } = setup({
    valueVerdict: value => (value === 'bad' ? 'fail' : 'ok'),
    errorVerdict: error => (error === down ? 'ignore' : 'fail'),
  })
  await fail(breaker, 5)
  assert.equal(breaker.state, 'closed')
  await breaker.run(() => 'bad')
  await breaker.run(() => 'bad')
  assert.equal(breaker.state, 'open')
})

test('a judge that throws is reported, the usual one speaks, and the call comes through', async () => {
  const reported: unknown[] = []
  const { breaker } = setup({
    valueVerdict: () => raise('value'),
    errorVerdict: () => raise('error'),
    onListenerError: error => reported.push(error),
  })
  assert.equal(await breaker.run(() => 1), 1)
  await fail(breaker)
  assert.deepEqual([reported, breaker.state], [['value', 'error', 'error'], 'open'])
})

test('listeners that throw do not touch the call', async () => {
  const reported: unknown[] = []
  const { breaker, events } = setup({ onListenerError: error => reported.push(error) })
  breaker.listen(() => raise('listener'))
  await fail(breaker)
  await assert.rejects(
    breaker.run(() => 1),
    CircuitOpenError,
  )
  assert.deepEqual(reported, ['listener', 'listener'])
  assert.deepEqual(
    events.map(({ type }) => type),
    ['state', 'refused'],
  )
})

test('listeners may call run again: they meet a whole circuit, and everybody hears the events in order', async () => {
  const { breaker, clock } = setup()
  const inner: Promise<unknown>[] = []
  breaker.on('state', ({ to }) => {
    if (to === 'open') inner.push(breaker.run(() => 'never').catch(error => error.state))
    if (to === 'half-open') inner.push(breaker.run(() => 'never').catch(error => error.state))
  })
  const heard: string[] = []
  breaker.listen(event => heard.push(event.type === 'state' ? event.to : event.type))
  await fail(breaker)
  clock.advance(100)
  await breaker.run(() => 'probe')
  assert.deepEqual(await Promise.all(inner), ['open', 'half-open'], 'the probe was taken when the listener heard of it')
  assert.deepEqual(heard, ['open', 'refused', 'half-open', 'probe', 'refused', 'probe', 'closed'])
})

test('on hears one kind of event until it leaves', async () => {
  const { breaker } = setup()
  const states: string[] = []
  const leave = breaker.on('state', ({ from, to }) => states.push(`${from}>${to}`))
  await fail(breaker)
  leave()
  breaker.reset()
  assert.deepEqual(states, ['closed>open'])
})

test('a signal that has fired: no call, no permit, its own reason', async () => {
  const { breaker } = setup({ consecutiveFailures: 1 })
  await assert.rejects(
    breaker.run(() => assert.fail('called'), { signal: AbortSignal.abort('gone') }),
    (reason: unknown) => reason === 'gone',
  )
  assert.equal(breaker.state, 'closed')
})

test('a signal reaches the call, and an abort gives a probe its slot back at once, even if the call never obeys', async () => {
  const { breaker, clock, events } = setup()
  await fail(breaker)
  clock.advance(100)
  const controller = new AbortController()
  let seen: AbortSignal | undefined
  const given = breaker.run(
    signal => {
      seen = signal
      return new Promise(() => {})
    },
    { signal: controller.signal },
  )
  assert.equal(seen, controller.signal)
  await assert.rejects(
    breaker.run(() => 1),
    CircuitOpenError,
  )
  controller.abort('user left')
  await assert.rejects(given, (reason: unknown) => reason === 'user left')
  assert.deepEqual(events.at(-1), { type: 'probe', atMs: 100, probe: 1, outcome: 'ignore' })
  assert.equal(await breaker.run(() => 1), 1)
  assert.equal(breaker.state, 'closed')
})

test('a timeout signal counts as a failure', async () => {
  const { breaker } = setup({ consecutiveFailures: 1 })
  const controller = new AbortController()
  const given = breaker.run(() => new Promise(() => {}), { signal: controller.signal })
  controller.abort(new DOMException('too long', 'TimeoutError'))
  await assert.rejects(given, { name: 'TimeoutError' })
  assert.equal(breaker.state, 'open')
})

test('a result after the abort is nobody’s, and a failure after it is no unhandled rejection', async () => {
  const { breaker, events } = setup({ consecutiveFailures: 1 })
  for (const end of ['resolve', 'reject'] as const) {
    const controller = new AbortController()
    const call = deferred<never>()
    const given = breaker.run(() => call.promise, { signal: controller.signal })
    controller.abort()
    await assert.rejects(given, { name: 'AbortError' })
    call[end](down as never)
    await new Promise(setImmediate)
  }
  assert.deepEqual([breaker.state, events], ['closed', []])
})

test('with a signal that does not fire, outcomes count as without, and the signal forgets the call', async () => {
  const { breaker } = setup()
  const { signal } = new AbortController()
  assert.equal(await breaker.run(async () => 1, { signal }), 1)
  for (const call of [() => raise(down), () => Promise.reject(down)]) {
    await assert.rejects(breaker.run(call, { signal }), down)
  }
  await new Promise(setImmediate)
  assert.deepEqual([getEventListeners(signal, 'abort').length, breaker.state], [0, 'open'])
})

test('calls that never settle wedge nothing: their leases end', async () => {
  const { breaker, clock } = setup({ probes: 2, probeLeaseMs: 500 })
  await fail(breaker)
  const never = (): Promise<never> => new Promise(() => {})
  for (let round = 0; round < 3; round += 1) {
    clock.advance(100)
    void breaker.run(never)
    void breaker.run(never)
    await assert.rejects(breaker.run(never), { state: 'half-open', retryAfterMs: 500 })
    clock.advance(500)
    await assert.rejects(breaker.run(never), { state: 'open', retryAfterMs: 100 })
  }
  clock.advance(100)
  await Promise.all([breaker.run(() => 1), breaker.run(() => 1)])
  assert.equal(breaker.state, 'closed')
})

test('slow calls are timed, from their start to their end', async () => {
  const { breaker, clock } = setup({
    consecutiveFailures: null,
    slowCallPercentage: 100,
    slowCallMs: 50,
    minimumCalls: 2,
  })
  const taking = (ms: number) => async (): Promise<void> => clock.advance(ms)
  await breaker.run(taking(50))
  await breaker.run(taking(49))
  assert.equal(breaker.state, 'closed')
  await breaker.run(taking(50))
  await breaker.run(taking(50))
  assert.equal(breaker.state, 'closed', 'two of four')
  const { window } = breaker.snapshot()
  assert.deepEqual(window, { kind: 'calls', marks: [5, 1, 5, 5] })
})

test('wrap gives the same call behind the breaker', async () => {
  const { breaker } = setup()
  const add = breaker.wrap(async (a: number, b: number) => a + b)
  assert.equal(await add(2, 3), 5)
  await fail(breaker)
  await assert.rejects(add(2, 3), CircuitOpenError)
})

test('a snapshot goes on in another breaker', async () => {
  const { breaker, clock } = setup()
  await fail(breaker)
  clock.advance(60)
  const other = setup()
  other.breaker.restore(JSON.parse(JSON.stringify(breaker.snapshot())))
  await assert.rejects(
    other.breaker.run(() => 1),
    { retryAfterMs: 40 },
  )
})

test('wrap keeps the object that the call belongs to', async () => {
  class Catalog {
    readonly #prefix = 'product '
    readonly get = setup().breaker.wrap(this.#load)
    async #load(code: string): Promise<string> {
      return this.#prefix + code
    }
  }
  assert.equal(await new Catalog().get('jj2a97g940'), 'product jj2a97g940')
  const bound = {
    rate: 2,
    times: setup().breaker.wrap(function (this: unknown, n: number) {
      return (this as { rate: number }).rate * n
    }),
  }
  assert.equal(await bound.times(21), 42)
})

test('canCall says whether a call would be admitted now, and when, and takes nothing', async () => {
  const { breaker, clock } = setup()
  const closed = { admitted: true, state: 'closed', retryAfterMs: 0 }
  assert.deepEqual(breaker.canCall(), closed)
  await fail(breaker)
  assert.deepEqual(breaker.canCall(), { admitted: false, state: 'open', retryAfterMs: 100 })
  clock.advance(99)
  assert.deepEqual(breaker.canCall(), { admitted: false, state: 'open', retryAfterMs: 1 })
  clock.advance(1)
  for (const _ of [1, 2]) assert.deepEqual(breaker.canCall(), { admitted: true, state: 'open', retryAfterMs: 0 })
  const probe = deferred<number>()
  const running = breaker.run(() => probe.promise)
  assert.deepEqual(breaker.canCall(), { admitted: false, state: 'half-open', retryAfterMs: 10_000 })
  probe.resolve(1)
  await running
  assert.deepEqual(breaker.canCall(), closed)
  breaker.forceOpen()
  assert.deepEqual(breaker.canCall(), { admitted: false, state: 'forced-open', retryAfterMs: Number.POSITIVE_INFINITY })
  breaker.disable()
  assert.deepEqual(breaker.canCall(), { admitted: true, state: 'disabled', retryAfterMs: 0 })
})

test('canCall is as good as its word: what it says is what a call meets', async () => {
  const { breaker, clock } = setup({ probes: 2, probeLeaseMs: 30 })
  let refused = 0
  for (let step = 0; step < 2_000; step += 1) {
    clock.advance(step % 7)
    const said = breaker.canCall()
    const call = step % 5 === 0 ? () => new Promise(() => {}) : step % 50 < 25 ? () => raise(down) : () => step
    let met = true
    breaker.run(call).catch(error => {
      if (error instanceof CircuitOpenError) met = false
    })
    await new Promise(setImmediate)
    assert.equal(said.admitted, met, `step ${step}`)
    if (!met) refused += 1
  }
  assert.ok(refused > 200 && refused < 1_800, String(refused))
})

test('options of a circuit beside a store are refused, and so is nothing else', () => {
  const store = new MemoryStore()
  assert.throws(() => new CircuitBreaker({ store, openForMs: 5, probes: 1 }), {
    name: 'CircuitOptionsError',
    message: 'openForMs, probes beside a store: the store brings the options of its circuit',
  })
  assert.ok(new CircuitBreaker({ store, openForMs: undefined, valueVerdict: () => 'ok', onListenerError: () => {} }))
  const silent: CircuitStore = new LaterStore(new ManualClock())
  assert.throws(() => new CircuitBreaker({ store: silent }).canCall(), { name: 'TypeError', message: /cannot tell/ })
})

/** A store that answers later, as one across a network does. */
class LaterStore implements CircuitStore {
  readonly #inner: MemoryStore
  readonly settled: Verdict[] = []
  constructor(clock: ManualClock) {
    this.#inner = new MemoryStore({ clock })
  }
  async acquire(): Promise<Admission> {
    await new Promise(setImmediate)
    return this.#inner.acquire()
  }
  async settle(permit: Parameters<CircuitStore['settle']>[0], verdict: Verdict): Promise<void> {
    this.settled.push(verdict)
    await new Promise(setImmediate)
    this.#inner.settle(permit, verdict)
  }
  state(): ReturnType<CircuitStore['state']> {
    return this.#inner.state()
  }
  listen(listener: (event: CircuitEvent) => void): () => void {
    return this.#inner.listen(listener)
  }
  close(): void {
    this.settled.length = 0
  }
}

test('a store that answers later does the same', async () => {
  const store = new LaterStore(new ManualClock())
  const breaker = new CircuitBreaker({ store })
  assert.equal(await breaker.run(() => 1), 1)
  for (let call = 0; call < 10; call += 1) await breaker.run(() => raise(down)).catch(() => {})
  await new Promise(setImmediate)
  assert.equal(breaker.state, 'open')
  await assert.rejects(
    breaker.run(() => assert.fail('called')),
    CircuitOpenError,
  )
  assert.throws(() => breaker.snapshot(), { name: 'TypeError', message: /shared store/ })
  assert.throws(() => breaker.forceOpen(), { name: 'TypeError', message: /cannot be set to forced-open by hand/ })
  await breaker.close()
  assert.deepEqual(store.settled, [])
})

test('an abort while a store makes up its mind: no call, and the permit goes back', async () => {
  const store = new LaterStore(new ManualClock())
  const breaker = new CircuitBreaker({ store })
  const controller = new AbortController()
  const given = breaker.run(() => assert.fail('called'), { signal: controller.signal })
  controller.abort('gone')
  await assert.rejects(given, (reason: unknown) => reason === 'gone')
  await new Promise(setImmediate)
  assert.deepEqual(store.settled, ['ignore'])
})

test('two thousand idle breakers hold nothing that ticks or keeps the process alive', () => {
  const before = process.getActiveResourcesInfo().length
  const breakers = Array.from({ length: 2_000 }, () => new CircuitBreaker({ consecutiveFailures: 1 }))
  for (const breaker of breakers) breaker.run(() => raise(down)).catch(() => {})
  assert.equal(process.getActiveResourcesInfo().length, before)
})

test('bad options are named by the breaker too', () => {
  assert.throws(() => new CircuitBreaker({ failurePercentage: 150, jitter: 2 }), {
    name: 'CircuitOptionsError',
    message: /^2 bad options: failurePercentage is 150.*; jitter is 2/,
  })
})

test('the defaults do: the system clock and its chance', async () => {
  const breaker = new CircuitBreaker({ consecutiveFailures: 1, jitter: 1, openForMs: 3_600_000 })
  await assert.rejects(
    breaker.run(() => raise(down)),
    down,
  )
  const { openLeftMs } = breaker.snapshot()
  assert.ok(openLeftMs > 3_600_000 - 60_000 && openLeftMs < 7_200_000, String(openLeftMs))
})

function raise(error: unknown): never {
  throw error
}
