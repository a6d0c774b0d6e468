/** What goes wrong in opossum and cockatiel, shown there and shown not to happen here. Late results, queues, diluted rates. */

import assert from 'node:assert/strict'
import { after, before, mock, test } from 'node:test'
import { BrokenCircuitError, CircuitState, ConsecutiveBreaker, circuitBreaker, handleAll, handleWhen } from 'cockatiel'
import Opossum from 'opossum'
import { CircuitBreaker, CircuitOpenError } from '../../../cli/breaker/index.ts'

const down = new Error('down')
const succeed = async (): Promise<string> => 'fine'
const fail = async (): Promise<never> => {
  throw down
}

before(() => mock.timers.enable({ apis: ['Date', 'setTimeout', 'setInterval'] }))
after(() => mock.timers.reset())

/** Lets every promise that can move, move. */
const settle = (): Promise<void> => new Promise(setImmediate)

/** Time of the mocked world, for a breaker that takes its clock as an argument. */
const clock = { now: () => Date.now() }

/** A call that ends when it is told to. */
function slowCall(): { call: () => Promise<string>; succeed: () => void; fail: () => void } {
  let [yes, no]: [() => void, () => void] = [() => {}, () => {}]
  const promise = new Promise<string>((resolve, reject) => {
    yes = () => resolve('at last')
    no = () => reject(down)
  })
  return { call: () => promise, succeed: yes, fail: no }
}

function opossum(options: Opossum.Options = {}): Opossum<[call: () => Promise<string>], string> {
  return new Opossum((call: () => Promise<string>) => call(), {
    timeout: false,
    resetTimeout: 1_000,
    rollingCountTimeout: 10_000,
    volumeThreshold: 4,
    errorThresholdPercentage: 49,
    ...options,
  })
}

function ours(): CircuitBreaker {
  return new CircuitBreaker({ windowMs: 10_000, minimumCalls: 4, openForMs: 1_000, probes: 1, clock })
}

async function times(count: number, call: () => Promise<unknown>): Promise<void> {
  for (let made = 0; made < count; made += 1) await call().catch(() => {})
}

test('opossum closes half-open on the late success of a call from before; here it waits for the probe', async () => {
  const theirs = opossum()
  const late = slowCall()
  const lateThere = theirs.fire(late.call)
  await times(4, () => theirs.fire(fail))
  assert.ok(theirs.opened)
  mock.timers.tick(1_000)
  const probe = slowCall()
  const probeThere = theirs.fire(probe.call).catch(() => {})
  assert.ok(theirs.halfOpen)
  late.succeed()
  await lateThere
  assert.ok(theirs.closed, 'closed, though its probe is still out and about to fail')
  probe.fail()
  await probeThere
  theirs.shutdown()

  const breaker = ours()
  const lateHere = slowCall()
  const lateResult = breaker.run(lateHere.call)
  await times(4, () => breaker.run(fail))
  assert.equal(breaker.state, 'open')
  mock.timers.tick(1_000)
  const probeHere = slowCall()
  const probeResult = breaker.run(probeHere.call).catch(() => {})
  assert.equal(breaker.state, 'half-open')
  const heard: string[] = []
  breaker.on('late', ({ verdict }) => heard.push(verdict))
  lateHere.succeed()
  await lateResult
  assert.deepEqual([breaker.state, heard], ['half-open', ['ok']], 'reported, and nothing moved')
  probeHere.fail()
  await probeResult
  assert.equal(breaker.state, 'open')
})

test('opossum counts refusals as calls, which dilutes its failure rate; here a refusal is no call', async () => {
  const theirs = opossum()
  await times(4, () => theirs.fire(fail))
  await times(100, () => theirs.fire(succeed))
  mock.timers.tick(1_000)
  await theirs.fire(succeed)
  assert.ok(theirs.closed)
  await times(40, () => theirs.fire(fail))
  assert.ok(theirs.closed, 'forty failures out of forty calls, and it is closed')
  theirs.shutdown()

  const breaker = ours()
  await times(4, () => breaker.run(fail))
  await times(100, () => breaker.run(succeed))
  mock.timers.tick(1_000)
  await breaker.run(succeed)
  assert.equal(breaker.state, 'closed')
  await times(4, () => breaker.run(fail))
  assert.equal(breaker.state, 'open')
})

test('opossum takes a filtered error for a success, and closes on it; here an ignored probe gives its slot back', async () => {
  const theirs = opossum({ errorFilter: error => error.name === 'AbortError' })
  const abort = async (): Promise<never> => {
    throw new DOMException('user left', 'AbortError')
  }
  await times(4, () => theirs.fire(fail))
  mock.timers.tick(1_000)
  await times(1, () => theirs.fire(abort))
  assert.ok(theirs.closed, 'closed, though nobody has heard from the upstream')
  theirs.shutdown()

  const breaker = ours()
  await times(4, () => breaker.run(fail))
  mock.timers.tick(1_000)
  await times(1, () => breaker.run(abort))
  assert.equal(breaker.state, 'half-open')
  await times(1, () => breaker.run(fail))
  assert.equal(breaker.state, 'open')
})

test('opossum without its timeout never ends a probe that hangs; here its lease ends', async () => {
  const theirs = opossum()
  await times(4, () => theirs.fire(fail))
  mock.timers.tick(1_000)
  theirs.fire(slowCall().call).catch(() => {})
  mock.timers.tick(3_600_000)
  await times(10, () => theirs.fire(succeed))
  assert.ok(theirs.halfOpen, 'an hour later it still refuses')
  theirs.shutdown()

  const breaker = ours()
  await times(4, () => breaker.run(fail))
  mock.timers.tick(1_000)
  void breaker.run(slowCall().call)
  mock.timers.tick(3_600_000)
  await breaker.run(succeed)
  assert.equal(breaker.state, 'closed')
})

const cockatiel = (): ReturnType<typeof circuitBreaker> =>
  circuitBreaker(handleAll, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(3) })
const oursInARow = (): CircuitBreaker =>
  new CircuitBreaker({ consecutiveFailures: 3, openForMs: 1_000, probes: 1, clock })

test('cockatiel lets late failures reopen a circuit that has recovered; here they change nothing', async () => {
  const theirs = cockatiel()
  const slow = [slowCall(), slowCall(), slowCall()]
  const lateThere = slow.map(({ call }) => theirs.execute(call).catch(() => {}))
  await times(3, () => theirs.execute(fail))
  mock.timers.tick(1_000)
  await theirs.execute(succeed)
  assert.equal(theirs.state, CircuitState.Closed)
  for (const call of slow) call.fail()
  await Promise.all(lateThere)
  assert.equal(theirs.state, CircuitState.Open, 'open again, over calls from before it opened the first time')

  const breaker = oursInARow()
  const slowHere = [slowCall(), slowCall(), slowCall()]
  const lateHere = slowHere.map(({ call }) => breaker.run(call).catch(() => {}))
  await times(3, () => breaker.run(fail))
  mock.timers.tick(1_000)
  await breaker.run(succeed)
  for (const call of slowHere) call.fail()
  await Promise.all(lateHere)
  assert.equal(breaker.state, 'closed')
})

test('cockatiel queues whoever calls while half-open, without bound; here they are refused at once', async () => {
  const theirs = cockatiel()
  await times(3, () => theirs.execute(fail))
  mock.timers.tick(1_000)
  theirs.execute(slowCall().call).catch(() => {})
  let answered = 0
  for (let call = 0; call < 1_000; call += 1)
    theirs
      .execute(succeed)
      .finally(() => (answered += 1))
      .catch(() => {})
  mock.timers.tick(3_600_000)
  await settle()
  assert.equal(answered, 0, 'a thousand callers wait for one probe, an hour later still')

  const breaker = oursInARow()
  await times(3, () => breaker.run(fail))
  mock.timers.tick(1_000)
  void breaker.run(slowCall().call)
  const answers = await Promise.all(Array.from({ length: 1_000 }, () => breaker.run(succeed).catch(error => error)))
  assert.ok(answers.every(answer => answer instanceof CircuitOpenError && answer.retryAfterMs === 10_000))
})

test('cockatiel closes on an error that it was told not to handle; here an ignored probe decides nothing', async () => {
  const abort = async (): Promise<never> => {
    throw new DOMException('user left', 'AbortError')
  }
  const handled = handleWhen(error => error.name !== 'AbortError')
  const theirs = circuitBreaker(handled, { halfOpenAfter: 1_000, breaker: new ConsecutiveBreaker(3) })
  await times(3, () => theirs.execute(fail))
  mock.timers.tick(1_000)
  await times(1, () => theirs.execute(abort))
  assert.equal(theirs.state, CircuitState.Closed, 'closed, though nobody has heard from the upstream')

  const breaker = oursInARow()
  await times(3, () => breaker.run(fail))
  mock.timers.tick(1_000)
  await times(1, () => breaker.run(abort))
  assert.equal(breaker.state, 'half-open')
})

test('both pay for a stack trace with every refusal; here there is none', async () => {
  const theirs = cockatiel()
  await times(3, () => theirs.execute(fail))
  const refusal = await theirs.execute(succeed).catch((error: unknown) => error)
  assert.ok(refusal instanceof BrokenCircuitError)
  assert.match(String(refusal.stack), /\n +at /)
  const others = opossum()
  await times(4, () => others.fire(fail))
  assert.match(String(((await others.fire(succeed).catch((error: unknown) => error)) as Error).stack), /\n +at /)
  others.shutdown()

  const breaker = oursInARow()
  await times(3, () => breaker.run(fail))
  const ourRefusal = await breaker.run(succeed).catch((error: unknown) => error)
  assert.doesNotMatch(String((ourRefusal as Error).stack), /\n +at /)
})
