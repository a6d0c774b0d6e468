/** The capacity model on a clock moved by hand: who is served when, and what a queue full of nobody costs. */

import assert from 'node:assert/strict'
import { suite, test } from 'node:test'
import fc from 'fast-check'
import { Capacity } from '../../../../server/chaos/capacity/capacity.ts'
import { type CapacitySettings, capacitySchema } from '../../../../server/chaos/settings/schema.ts'
import { ManualClock } from '../../../support/manual-clock.ts'

fc.configureGlobal({ seed: 42 })

function model(given: Partial<CapacitySettings> = {}) {
  const clock = new ManualClock()
  const settings = capacitySchema.parse({ workers: 2, service: '10ms', queue: 3, ...given })
  const capacity = new Capacity(clock, settings)
  const log: string[] = []
  const enter = (name: string) => {
    const note = (what: string) => log.push(`${name} ${what} ${clock.now()}`)
    const ticket = capacity.enter({ run: () => note('run'), refuse: () => note('late') }, clock.now())
    if (!ticket) note('full')
    return ticket
  }
  return { clock, capacity, enter, log, settings }
}

suite('workers and queue', () => {
  test('work takes its time, the queue waits for it, and what does not fit is refused', () => {
    const { clock, capacity, enter, log } = model()
    for (const name of ['a', 'b', 'c', 'd', 'e', 'f']) enter(name)
    assert.deepEqual(log, ['f full 0'])
    assert.deepEqual(capacity.load, { busy: 2, queued: 3 })
    assert.equal(clock.pending, 1)
    clock.advance(100)
    assert.deepEqual(log.slice(1), ['a run 10', 'b run 10', 'c run 20', 'd run 20', 'e run 30'])
    assert.deepEqual(capacity.load, { busy: 0, queued: 0 })
    assert.equal(clock.pending, 0)
  })

  test('the newest first, with lifo', () => {
    const { clock, enter, log } = model({ workers: 1, discipline: 'lifo' })
    for (const name of ['a', 'b', 'c', 'd']) enter(name)
    clock.advance(100)
    assert.deepEqual(log, ['a run 10', 'd run 20', 'c run 30', 'b run 40'])
  })

  test('a slow factor holds for work that begins later', () => {
    const { clock, capacity, enter, log, settings } = model({ workers: 1 })
    enter('a')
    enter('b')
    clock.advance(5)
    capacity.configure({ ...settings, slow: 8 })
    clock.advance(100)
    assert.deepEqual(log, ['a run 10', 'b run 90'])
  })

  test('more workers begin at once', () => {
    const { clock, capacity, enter, log, settings } = model({ workers: 1 })
    for (const name of ['a', 'b', 'c']) enter(name)
    clock.advance(4)
    capacity.configure({ ...settings, workers: 3 })
    clock.advance(100)
    assert.deepEqual(log, ['a run 10', 'b run 14', 'c run 14'])
  })
})

suite('clients that leave', () => {
  test('their work goes on, and keeps others waiting', () => {
    const { clock, capacity, enter, log } = model({ workers: 1 })
    enter('a')?.leave()
    enter('b')?.leave()
    enter('c')
    assert.deepEqual(capacity.load, { busy: 1, queued: 2 })
    clock.advance(100)
    assert.deepEqual(log, ['c run 30'])
  })

  test('unless it is dropped while it waits', () => {
    const { clock, capacity, enter, log } = model({ workers: 1, abandoned: 'drop' })
    enter('a')?.leave()
    enter('b')?.leave()
    enter('c')
    assert.deepEqual(capacity.load, { busy: 1, queued: 1 })
    clock.advance(100)
    assert.deepEqual(log, ['c run 20'])
  })
})

suite('deadline', () => {
  test('who waited too long is refused at that moment, and costs no work', () => {
    const { clock, enter, log } = model({ workers: 1, deadline: '15ms' })
    for (const name of ['a', 'b', 'c', 'd']) enter(name)
    clock.advance(100)
    assert.deepEqual(log, ['a run 10', 'c late 15', 'd late 15', 'b run 20'])
  })
})

suite('release', () => {
  test('answers everybody, and leaves no timer', () => {
    const { clock, capacity, enter, log } = model()
    for (const name of ['a', 'b', 'c']) enter(name)
    capacity.release()
    assert.deepEqual(log, ['a run 0', 'b run 0', 'c run 0'])
    assert.equal(clock.pending, 0)
    clock.advance(100)
    assert.equal(log.length, 3)
  })
})

/** The plainest model there is: arrivals in order, workers as free times. */
function oracle(arrivals: readonly number[], workers: number, service: number, queue: number): (number | null)[] {
  const free = new Array<number>(workers).fill(0)
  const starts: number[] = []
  return arrivals.map(at => {
    if (starts.filter(start => start > at).length >= queue && free.every(time => time > at)) return null
    const next = free.indexOf(Math.min(...free))
    const start = Math.max(at, free[next] ?? 0)
    free[next] = start + service
    starts.push(start)
    return start + service
  })
}

test('agrees with the plainest model for any arrivals', () => {
  fc.assert(
    fc.property(
      fc.array(fc.nat(30), { maxLength: 120 }),
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 40 }),
      fc.integer({ min: 0, max: 10 }),
      (gaps, workers, service, queue) => {
        const clock = new ManualClock()
        const settings = capacitySchema.parse({ workers, service: `${service}ms`, queue })
        const capacity = new Capacity(clock, settings)
        const arrivals: number[] = []
        const ends: (number | null)[] = []
        gaps.forEach((gap, index) => {
          clock.advance(gap)
          arrivals.push(clock.now())
          ends.push(null)
          const run = () => {
            ends[index] = clock.now()
          }
          capacity.enter({ run, refuse: run }, clock.now())
        })
        clock.advance(100_000)
        assert.deepEqual(ends, oracle(arrivals, workers, service, queue))
        assert.equal(clock.pending, 0)
      },
    ),
  )
})

test('every job that was let in is answered once, whatever happens to the settings', () => {
  const change = fc.record({
    workers: fc.integer({ min: 1, max: 5 }),
    queue: fc.nat(10),
    slow: fc.constantFrom(0.1, 1, 8),
    discipline: fc.constantFrom('fifo' as const, 'lifo' as const),
    abandoned: fc.constantFrom('work' as const, 'drop' as const),
    deadline: fc.constantFrom('5ms', '50ms'),
  })
  const step = fc.oneof(
    { weight: 6, arbitrary: fc.constant('enter' as const) },
    { weight: 2, arbitrary: fc.constant('leave' as const) },
    { weight: 3, arbitrary: fc.nat(30) },
    { weight: 1, arbitrary: change },
  )
  fc.assert(
    fc.property(fc.array(step, { maxLength: 200 }), steps => {
      const { clock, capacity, settings } = model()
      const answers: number[] = []
      const gone = new Set<number>()
      const tickets: { leave(): void }[] = []
      for (const what of steps) {
        if (typeof what === 'number') clock.advance(what)
        else if (what === 'leave') {
          gone.add(tickets.length - 1)
          tickets.at(-1)?.leave()
        } else if (what === 'enter') {
          const index = tickets.length
          const answered = () => {
            answers[index] = (answers[index] ?? 0) + 1
          }
          const ticket = capacity.enter({ run: answered, refuse: answered }, clock.now())
          if (ticket) tickets.push(ticket)
        } else capacity.configure({ ...settings, ...what })
      }
      clock.advance(1_000_000)
      assert.deepEqual(capacity.load, { busy: 0, queued: 0 })
      assert.equal(clock.pending, 0)
      tickets.forEach((_, index) => {
        const count = answers[index] ?? 0
        assert.ok(count === 1 || (count === 0 && gone.has(index)), `job ${index} was answered ${count} times`)
      })
    }),
  )
})

test('a metastable failure: after a short trigger, retries alone keep the queue full; without them it drains', () => {
  for (const tries of [1, 4]) {
    const clock = new ManualClock()
    const settings = capacitySchema.parse({})
    const capacity = new Capacity(clock, settings)
    const useful = new Map<number, number>()
    const send = (left: number) => {
      let over = false
      const entered = capacity.enter(
        {
          run() {
            over = true
            const second = Math.floor(clock.now() / 1_000)
            useful.set(second, (useful.get(second) ?? 0) + 1)
          },
          refuse() {},
        },
        clock.now(),
      )
      // The client's patience: 500 ms, or at once where it is refused.
      clock.after(entered ? 500 : 50, () => {
        if (over) return
        entered?.leave()
        if (left > 1) send(left - 1)
      })
    }
    for (let i = 0; i < 70 * 20; i += 1) clock.after((i * 1_000) / 70, () => send(tries))
    clock.after(3_000, () => capacity.configure({ ...settings, slow: 8 }))
    clock.after(8_000, () => capacity.configure(settings))
    clock.advance(20_000)
    assert.ok((useful.get(1) ?? 0) >= 68, 'all is well before the trigger')
    const afterwards = [15, 16, 17, 18].map(second => useful.get(second) ?? 0)
    if (tries === 1) assert.ok(Math.min(...afterwards) >= 68, `${afterwards}`)
    else assert.ok(Math.max(...afterwards) <= 7, `${afterwards}`)
  }
})
