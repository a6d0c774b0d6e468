/** Listeners, judges and signals may be anything: what is wrong with one is reported, and neither the call nor the circuit suffers. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type Admission, type BreakerOptions, CircuitBreaker, MemoryStore } from '../../../cli/breaker/index.ts'
import { circuitSettings } from '../../../cli/breaker/options.ts'
import { RedisStore } from '../../../cli/breaker/redis/store.ts'
import { ManualClock } from '../../support/manual-clock.ts'
import { FakeStore } from '../policy/fake-store.ts'

const turn = (): Promise<void> => new Promise(resolve => setImmediate(resolve))
const fail = (): Promise<never> => Promise.reject(new Error('down'))
const once = { consecutiveFailures: 1 } as const

/** Whatever becomes an uncaught exception, a rejection that nobody handles or a warning while `act` runs. */
async function strays(act: () => Promise<void>): Promise<string[]> {
  const seen: string[] = []
  const note = (error: unknown): void => void seen.push(String(error))
  const kinds = ['uncaughtException', 'unhandledRejection', 'warning'] as const
  for (const kind of kinds) process.on(kind, note)
  await act()
  await turn()
  await turn()
  for (const kind of kinds) process.off(kind, note)
  return seen
}

/** A breaker of each kind of store, with what its `onListenerError` heard. */
function breakers(): [name: string, breaker: CircuitBreaker, errors: unknown[]][] {
  const make = (name: string, options: BreakerOptions): [string, CircuitBreaker, unknown[]] => {
    const errors: unknown[] = []
    return [name, new CircuitBreaker({ ...options, onListenerError: error => errors.push(error) }), errors]
  }
  const settings = circuitSettings(once)
  const reply = (what: string, state: string): Promise<unknown> =>
    Promise.resolve([what, state, '8', 'why', '0', '0', [], ''])
  const link = {
    acquire: () => reply('admitted', 'closed'),
    settle: () => reply('settled', 'open'),
    onReady: () => () => {},
    error: () => null,
    close: () => {},
  }
  const clock = new ManualClock()
  return [
    make('of its own', once),
    make('memory', { store: new MemoryStore({ settings }) }),
    make('Redis', { store: new RedisStore({ link, key: 'c', settings, clock, random: () => 0 }) }),
    make('careless', { store: new CarelessStore() }),
  ]
}

/** A store that calls its listeners without a net. */
class CarelessStore extends FakeStore {
  override settle(...args: Parameters<FakeStore['settle']>): void {
    super.settle(...args)
    this.open(1_000)
  }
}

describe('a listener', () => {
  for (const [name, breaker, errors] of breakers()) {
    it(`may throw or reject: it reaches onListenerError and nothing else, with a store ${name}`, async () => {
      const mine = [new Error('thrown'), new Error('rejected'), new Error('a thenable')]
      const heard: string[] = []
      breaker.on('state', () => {
        throw mine[0]
      })
      breaker.listen((async () => {
        throw mine[1]
      }) as () => void)
      // biome-ignore lint/suspicious/noThenProperty: a promise of somebody else's making
      breaker.listen((() => ({ then: (_: unknown, no: (error: unknown) => void) => no(mine[2]) })) as () => void)
      breaker.on('state', ({ to }) => heard.push(to))
      const stray = await strays(() => assert.rejects(breaker.run(fail), /down/))
      await turn()
      assert.deepEqual([new Set(errors), errors.length, heard, stray], [new Set(mine), 3, ['open'], []])
    })
  }
})

describe('a judge', () => {
  const wrong: readonly [name: string, said: unknown][] = [
    ['a promise', Promise.resolve('ok')],
    ['a promise that is rejected', Promise.reject(new Error('mine'))],
    ['undefined', undefined],
    ['null', null],
    ['true', true],
    ['a wrong word', 'success'],
    ['an object', {}],
  ]
  for (const [, said] of wrong) if (said instanceof Promise) said.catch(() => {})

  for (const [name, said] of wrong) {
    it(`may return ${name}: it is reported, and the default judges`, async () => {
      const errors: Error[] = []
      const judge = (() => (name.endsWith('rejected') ? Promise.reject(new Error('mine')) : said)) as () => 'ok'
      const make = (): CircuitBreaker =>
        new CircuitBreaker({
          ...once,
          valueVerdict: judge,
          errorVerdict: judge,
          onListenerError: error => errors.push(error as Error),
        })
      const stray = await strays(async () => {
        const good = make()
        await good.run(() => new Response('', { status: 200 }))
        await good.run(() => Promise.reject(new DOMException('no', 'AbortError'))).catch(() => {})
        assert.equal(good.state, 'closed')
        const bad = make()
        await bad.run(() => new Response('', { status: 500 }))
        assert.equal(bad.state, 'open')
        const thrown = make()
        await thrown.run(fail).catch(() => {})
        assert.equal(thrown.state, 'open')
      })
      assert.deepEqual([errors.length, stray], [4, []])
      assert.match(String(errors[0]), /TypeError: valueVerdict returned .*: it must return ok, fail or ignore, at once/)
      assert.match(String(errors[1]), /TypeError: errorVerdict returned /)
    })
  }

  it('may be missing, and what is judged may throw when it is looked at: the permit is settled', async () => {
    const hostile = new Proxy(new Error('x'), {
      get(target, name) {
        if (['status', 'code', 'response', 'headers', 'name'].includes(String(name))) throw new Error('mine')
        return Reflect.get(target, name)
      },
    })
    const errors: unknown[] = []
    const breaker = new CircuitBreaker({ ...once, onListenerError: error => errors.push(error) })
    const stray = await strays(async () => {
      await breaker.run(() => Promise.reject(hostile)).catch(() => {})
    })
    assert.deepEqual([breaker.state, errors, stray], ['open', [], []])
  })
})

describe('a signal', () => {
  it('may be null, which is none', async () => {
    let given: unknown = 'nothing'
    const call = (signal: AbortSignal | undefined): string => {
      given = signal
      return 'made'
    }
    assert.equal(await new CircuitBreaker().run(call, { signal: null }), 'made')
    assert.equal(given, undefined)
  })

  const getter = Object.defineProperty({}, 'aborted', {
    get: () => {
      throw new Error('mine')
    },
  })
  for (const wrong of [{}, 'now', 5, true, { aborted: false }, new EventTarget(), new AbortController(), getter]) {
    it(`may be wrong (${typeof wrong} ${String(wrong)}): the call is rejected, not made and not counted`, async () => {
      const breaker = new CircuitBreaker({ ...once, probes: 1, openForMs: 1 })
      let made = 0
      const call = (): void => void made++
      const before = breaker.snapshot()
      await assert.rejects(breaker.run(call, { signal: wrong as AbortSignal }))
      assert.deepEqual([made, { ...breaker.snapshot(), closedForMs: 0 }], [0, { ...before, closedForMs: 0 }])
    })
  }

  it('gives a call up at once also while a store is slow, and a leave that comes later is handed back', async () => {
    const store = new FakeStore()
    let answer = (_: Admission): void => {}
    const slow = (): void => {
      store.admission = new Promise(resolve => {
        answer = resolve
      })
    }
    slow()
    const breaker = new CircuitBreaker({ store })
    const controller = new AbortController()
    let made = 0
    const running = breaker.run(() => void made++, { signal: controller.signal })
    controller.abort(new Error('enough'))
    await assert.rejects(running, /enough/)
    const stray = await strays(async () => answer({ admitted: true, generation: 0, probe: 0 }))
    assert.deepEqual([made, store.settled.map(({ verdict }) => verdict), stray], [0, ['ignore'], []])
    slow()
    const refused = breaker.run(() => void made++, { signal: new AbortController().signal })
    answer({ admitted: false, state: 'open', retryAfterMs: 5 })
    await assert.rejects(refused, { name: 'CircuitOpenError' })
  })

  it('may be shared by many calls: it has one listener, and none when they have ended', async () => {
    const breaker = new CircuitBreaker()
    const controller = new AbortController()
    const { signal } = controller
    let [added, removed] = [0, 0]
    const shared: AbortSignal = Object.assign(Object.create(signal), {})
    Object.defineProperties(shared, {
      aborted: { get: () => signal.aborted },
      reason: { get: () => signal.reason },
      addEventListener: {
        value(type: string, act: () => void) {
          added++
          signal.addEventListener(type, () => act.call(shared))
        },
      },
      removeEventListener: { value: () => void removed++ },
    })
    const stray = await strays(async () => {
      await Promise.all(Array.from({ length: 50 }, () => breaker.run(turn, { signal: shared })))
      assert.deepEqual([added, removed], [1, 1])
      const hanging = Array.from({ length: 50 }, () => breaker.run(() => new Promise(() => {}), { signal: shared }))
      controller.abort(new Error('enough'))
      const ends = await Promise.allSettled(hanging)
      assert.ok(ends.every(end => end.status === 'rejected' && String(end.reason) === 'Error: enough'))
    })
    assert.deepEqual([added, stray], [2, []])
  })
})
