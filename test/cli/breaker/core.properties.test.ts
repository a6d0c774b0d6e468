/** What holds for a circuit in every life: properties over random histories, and how far those histories got. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import type { CircuitEvent, State } from '../../../cli/breaker/circuit.ts'
import { CircuitCore } from '../../../cli/breaker/core.ts'
import { Model } from './model.ts'
import { evenChance, life, lifeWithHand, Player, recorded, settings } from './trace.ts'

/** How often random lives reached what is worth reaching; the floors below keep the generators honest. */
const reached = { halfOpen: 0, late: 0, closedAgain: 0, reopened: 0, overdue: 0, refused: 0, lives: 0 }
/** How often `canCall` was asked, by the state and its answer. */
const canCall: Record<string, number> = {}
/** How often each rule spoke, by its words with N for numbers. */
const spoken = new Map<string, number>()

function tally(events: readonly CircuitEvent[]): void {
  reached.lives += 1
  for (const event of events) {
    if (event.type === 'late') reached.late += 1
    if (event.type === 'refused') reached.refused += 1
    if (event.type === 'probe' && event.outcome === 'overdue') reached.overdue += 1
    if (event.type !== 'state') continue
    const words = event.why.replace(/\d+/g, 'N')
    spoken.set(words, (spoken.get(words) ?? 0) + 1)
    if (event.to === 'half-open') reached.halfOpen += 1
    if (event.from === 'half-open' && event.to === 'closed') reached.closedAgain += 1
    if (event.from === 'half-open' && event.to === 'open') reached.reopened += 1
  }
}

/** Asserts `property` over random lives, the same ones in every run. */
function always<Ts>(seed: number, property: fc.IProperty<Ts>, numRuns = 300): void {
  fc.assert(property, { seed, numRuns })
}

const start = fc.constantFrom(0, 1, 1_000_000)

test('the circuit is the oracle: answers, states, generations and events', () => {
  always(
    1,
    fc.property(settings, lifeWithHand, start, (own, steps, from) => {
      const { core, events } = recorded(own, from)
      const model = new Model(own, from, evenChance())
      const ours = new Player(core, from).play(steps)
      const theirs = new Player(model, from).play(steps)
      assert.deepEqual(ours.log, theirs.log)
      assert.deepEqual(
        events.map(event => (event.type === 'state' ? { ...event, why: undefined } : event)),
        model.events.map(event => (event.type === 'state' ? { ...event, why: undefined } : event)),
      )
      tally(events)
    }),
    1_000,
  )
})

test('the window of a closed circuit is the oracle of all its calls', () => {
  always(
    2,
    fc.property(settings, life, (own, steps) => {
      const core = new CircuitCore(own, 0, evenChance())
      const model = new Model(own, 0, evenChance())
      const theirs = new Player(model, 0)
      const ours = new Player(core, 0)
      for (const step of steps) {
        ours.step(step)
        theirs.step(step)
        if (model.state !== 'closed') continue
        const expected = model.window(theirs.now)
        const { window } = core.snapshot(ours.now)
        const sum =
          window.kind === 'calls'
            ? window.marks.map(mark => [1, mark & 2 ? 1 : 0, mark & 4 ? 1 : 0] as const)
            : window.buckets
        const total = (at: 0 | 1 | 2): number => sum.reduce((all, counts) => all + counts[at], 0)
        assert.deepEqual(
          [total(0), total(1), total(2)],
          [expected.length, expected.filter(({ failed }) => failed).length, expected.filter(({ slow }) => slow).length],
        )
      }
    }),
  )
})

const LEGAL: Readonly<Record<State, readonly State[]>> = {
  closed: ['open', 'forced-open', 'disabled', 'closed'],
  open: ['half-open', 'forced-open', 'disabled', 'closed'],
  'half-open': ['open', 'closed', 'forced-open', 'disabled'],
  'forced-open': ['closed', 'disabled'],
  disabled: ['closed', 'forced-open'],
}

test('only legal edges, each a generation further, times in order', () => {
  always(
    3,
    fc.property(settings, lifeWithHand, (own, steps) => {
      const { core, events } = recorded(own, 0)
      new Player(core, 0).play(steps)
      let [state, generation, at]: [State, number, number] = ['closed', 1, 0]
      for (const event of events) {
        assert.ok(event.atMs >= at, 'events come in order')
        at = event.atMs
        if (event.type !== 'state') continue
        if (event.to === 'closed' && event.from !== 'half-open') assert.equal(event.why, 'by hand')
        assert.equal(event.from, state)
        assert.equal(event.generation, generation + 1)
        assert.ok(LEGAL[state].includes(event.to), `${state} to ${event.to}`)
        state = event.to
        generation = event.generation
      }
      assert.deepEqual([core.state, core.generation], [state, generation])
    }),
  )
})

test('without a hand, a circuit closes only from half-open and is never forced or disabled', () => {
  always(
    4,
    fc.property(settings, life, (own, steps) => {
      const { core, events } = recorded(own, 0)
      new Player(core, 0).play(steps)
      for (const event of events) {
        if (event.type !== 'state') continue
        assert.notEqual(event.why, 'by hand')
        assert.ok(
          ['closed>open', 'open>half-open', 'half-open>open', 'half-open>closed'].includes(`${event.from}>${event.to}`),
        )
      }
    }),
  )
})

test('nothing starts while open, and the refusal is honest to the millisecond', () => {
  always(
    5,
    fc.property(settings, life, fc.double({ min: 0, max: 1, noNaN: true }), (own, steps, part) => {
      const core = new CircuitCore(own, 0, evenChance())
      const player = new Player(core, 0)
      player.play(steps, undefined, () => {
        if (core.state !== 'open') return
        const at = player.now + part
        const asked = copyOf(core, player.now).acquire(at)
        if (asked.admitted) return
        assert.equal(asked.state, 'open')
        assert.equal(
          asked.retryAfterMs,
          Math.trunc(asked.retryAfterMs),
          'whole milliseconds, for timers cut fractions off',
        )
        assert.ok(asked.retryAfterMs >= 1)
        assert.equal(copyOf(core, player.now).acquire(at + asked.retryAfterMs).admitted, true, 'admitted when it said')
        assert.equal(
          copyOf(core, player.now).acquire(at + asked.retryAfterMs - 1).admitted,
          false,
          'and not 1 ms before',
        )
      })
    }),
  )
})

test('a half-open circuit never has more probes on the way and counted than it may', () => {
  always(
    6,
    fc.property(settings, life, (own, steps) => {
      const { core, events } = recorded(own, 0)
      new Player(core, 0).play(steps)
      let [started, given, back] = [0, 0, 0]
      for (const event of events) {
        if (event.type === 'state') [started, given, back] = [0, 0, 0]
        if (event.type !== 'probe') continue
        if (event.outcome === 'started') started += 1
        else if (event.outcome === 'ignore') given += 1
        else back += 1
        assert.ok(started - given <= own.probes, 'slots')
        assert.ok(started - given - back >= 0, 'a probe ends once')
      }
    }),
  )
})

test('a late result and a second settlement move nothing', () => {
  always(
    7,
    fc.property(settings, lifeWithHand, (own, steps) => {
      const { core, events } = recorded(own, 0)
      const player = new Player(core, 0)
      player.play(steps, step => {
        if (step.do !== 'end' && step.do !== 'again') return
        const permits = step.do === 'end' ? player.out : player.back
        const permit = permits[step.pick % Math.max(1, permits.length)]
        if (!permit) return
        const before = core.snapshot(player.now)
        const late = permit.settled || permit.generation !== core.generation
        const told = events.length
        if (!late) return
        core.settle({ ...permit }, step.verdict, player.now)
        assert.deepEqual(core.snapshot(player.now), before)
        assert.deepEqual(
          events.splice(told).map(({ type }) => type),
          permit.settled ? [] : ['late'],
        )
      })
    }),
  )
})

test('every call is accounted for once', () => {
  always(
    8,
    fc.property(settings, lifeWithHand, (own, steps) => {
      const { core, events } = recorded(own, 0)
      const player = new Player(core, 0).play(steps)
      const count = (type: CircuitEvent['type']): number => events.filter(event => event.type === type).length
      assert.equal(player.asked, player.admitted + player.refused)
      assert.equal(count('refused'), player.refused)
      assert.equal(player.admitted, player.out.length + player.back.length)
      const { probes } = core.snapshot(player.now)
      assert.ok(probes.failed <= probes.counted && probes.slow <= probes.counted, 'never more than all')
      assert.ok(probes.counted + probes.leases.length <= own.probes)
    }),
  )
})

test('whatever hangs for ever, a healthy upstream gets its circuit closed', () => {
  always(
    9,
    fc.property(settings, life, (own, steps) => {
      const { core, events } = recorded(own, 0)
      const player = new Player(core, 0).play(steps)
      for (let tries = 0; core.state !== 'closed'; tries += 1) {
        assert.ok(tries < 3 * own.probes + 3, 'it takes a bounded number of asks')
        const asked = core.acquire(player.now)
        if (asked.admitted) core.settle(asked, 'ok', player.now)
        else player.now += asked.retryAfterMs
      }
      tally(events)
    }),
  )
})

test('canCall answers what acquire would, and changes nothing', () => {
  always(
    16,
    fc.property(settings, lifeWithHand, (own, steps) => {
      const { core, events } = recorded(own, 0)
      const player = new Player(core, 0)
      player.play(steps, undefined, () => {
        const before = core.snapshot(player.now)
        const told = events.length
        const able = core.canCall(player.now)
        const asked = copyOf(core, player.now).acquire(player.now)
        assert.deepEqual(
          [able.admitted, able.state, able.retryAfterMs],
          [asked.admitted, before.state, asked.admitted ? 0 : asked.retryAfterMs],
        )
        canCall[`${before.state} ${able.admitted}`] = (canCall[`${before.state} ${able.admitted}`] ?? 0) + 1
        assert.deepEqual(core.snapshot(player.now), before)
        assert.equal(events.length, told)
      })
    }),
  )
  const seen = ['closed true', 'disabled true', 'forced-open false', 'half-open false', 'half-open true', 'open false']
  assert.deepEqual(Object.keys(canCall).sort(), [...seen, 'open true'])
  assert.ok(Object.values(canCall).every(times => times >= 100))
})

test('canCall counts overdue probes, as acquire does', () => {
  always(
    17,
    fc.property(settings, life, fc.nat(1_000), (own, steps, ms) => {
      const core = new CircuitCore({ ...own, jitter: 0 }, 0, evenChance())
      const player = new Player(core, 0).play(steps)
      const asked = copyOf(core, player.now).acquire(player.now + ms)
      const able = core.canCall(player.now + ms)
      assert.deepEqual([able.admitted, able.retryAfterMs], [asked.admitted, asked.admitted ? 0 : asked.retryAfterMs])
    }),
  )
})

test('where the clock starts makes no difference', () => {
  always(
    10,
    fc.property(settings, lifeWithHand, fc.integer({ min: -1_000_000, max: 1_000_000 }), (own, steps, shift) => {
      const here = recorded(own, 0)
      const there = recorded(own, shift)
      const log = new Player(here.core, 0).play(steps).log
      assert.deepEqual(new Player(there.core, shift).play(steps).log, log)
      assert.deepEqual(
        there.events.map(event => ({ ...event, atMs: event.atMs - shift })),
        here.events,
      )
    }),
  )
})

test('a clock that is set back costs no time and gives none', () => {
  always(
    11,
    fc.property(settings, life, fc.array(fc.nat(5_000), { minLength: 1, maxLength: 5 }), (own, steps, backs) => {
      const steady = recorded(own, 10_000)
      const jumpy = recorded(own, 10_000)
      const straight = new Player(steady.core, 10_000)
      const player = new Player(jumpy.core, 10_000)
      for (const [at, step] of steps.entries()) {
        const back = backs[Math.floor((at * backs.length) / steps.length)] ?? 0
        if (at % 7 === 3) {
          player.now -= back
          jumpy.core.snapshot(player.now)
        }
        straight.step(step)
        player.step(step)
        // What passes between two readings is lost to a clock that is set back in between: read after each step.
        steady.core.snapshot(straight.now)
        jumpy.core.snapshot(player.now)
      }
      assert.deepEqual(player.log, straight.log)
      assert.deepEqual(jumpy.events, steady.events)
    }),
  )
})

test('a circuit goes on from its snapshot, through JSON and on another clock, as if nothing had happened', () => {
  always(
    12,
    fc.property(
      settings,
      lifeWithHand,
      lifeWithHand,
      fc.integer({ min: -9_999, max: 9_999 }),
      (own, past, future, shift) => {
        const without = { ...own, jitter: 0 }
        const { core, events } = recorded(without, 0)
        const player = new Player(core, 0).play(past)
        const other = recorded(without, shift)
        const twin = new Player(other.core, player.now + shift)
        other.core.restore(JSON.parse(JSON.stringify(core.snapshot(player.now))), player.now + shift)
        assert.equal(other.events.length, 0, 'coming back is no event')
        twin.out.push(...structuredClone(player.out))
        twin.back.push(...structuredClone(player.back))
        const [toldBefore, loggedBefore] = [events.length, player.log.length]
        assert.deepEqual(twin.play(future).log, player.play(future).log.slice(loggedBefore))
        assert.deepEqual(
          other.events.map(event => ({ ...event, atMs: event.atMs - shift })),
          events.slice(toldBefore),
        )
      },
    ) as never,
  )
})

test('an ignored call leaves no trace', () => {
  always(
    13,
    fc.property(settings, lifeWithHand, fc.nat(500), (own, steps, durationMs) => {
      const core = new CircuitCore(own, 0, evenChance())
      const player = new Player(core, 0)
      player.play(steps, () => {
        const before = core.snapshot(player.now)
        if (before.state === 'open') return
        const asked = core.acquire(player.now)
        if (asked.admitted) core.settle(asked, 'ignore', player.now, { durationMs, retryAfterMs: 300 })
        const { probes, ...rest } = core.snapshot(player.now)
        const { probes: probesBefore, ...restBefore } = before
        assert.deepEqual(rest, restBefore)
        assert.deepEqual({ ...probes, last: 0 }, { ...probesBefore, last: 0 }, 'but for the number of the last probe')
      })
    }),
  )
})

test('a quick success never opens a circuit', () => {
  always(
    14,
    fc.property(settings, life, (own, steps) => {
      const { core, events } = recorded(own, 0)
      const player = new Player(core, 0)
      player.play(steps, () => {
        if (core.state !== 'closed') return
        const asked = core.acquire(player.now)
        if (asked.admitted) core.settle(asked, 'ok', player.now)
        assert.equal(core.state, 'closed')
      })
      tally(events)
    }),
  )
})

test('looking does not change anything: with and without snapshots in between, the same life', () => {
  always(
    15,
    fc.property(settings, lifeWithHand, (own, steps) => {
      const [seen, unseen] = [recorded(own, 0), recorded(own, 0)]
      const watched = new Player(seen.core, 0)
      watched.play(steps, () => void seen.core.snapshot(watched.now))
      assert.deepEqual(watched.log.filter(isAnswer), new Player(unseen.core, 0).play(steps).log.filter(isAnswer))
      seen.core.snapshot(watched.now)
      unseen.core.snapshot(watched.now)
      assert.deepEqual(seen.events, unseen.events)
    }),
  )
})

test('the random lives got far enough to mean something', t => {
  t.diagnostic(JSON.stringify({ ...reached, ...Object.fromEntries(spoken) }))
  const floors: typeof reached = {
    lives: 1_600,
    halfOpen: 4_000,
    late: 5_000,
    closedAgain: 1_000,
    reopened: 3_000,
    overdue: 1_000,
    refused: 40_000,
  }
  for (const name of Object.keys(floors) as (keyof typeof reached)[]) {
    assert.ok(reached[name] >= floors[name], `${name}: ${reached[name]} is below ${floors[name]}`)
  }
  const rules = ['N failures in a row', 'N failures in the window', 'N of N calls failed', 'N of N calls were slow']
  for (const rule of [...rules, 'N of N probes failed', 'N of N probes were slow', 'by hand']) {
    assert.ok((spoken.get(rule) ?? 0) >= 100, `${rule}: ${spoken.get(rule)} times`)
  }
})

/** Whether a line of a player's log is the answer to an ask, and not the state in between. */
function isAnswer(line: unknown): boolean {
  return Array.isArray(line) && (line[0] === 'admitted' || line[0] === 'refused')
}

/** The same circuit again, so that a question can be asked without having been asked. */
function copyOf(core: CircuitCore, now: number): CircuitCore {
  const copy = new CircuitCore(core.settings, now, evenChance())
  const { tell } = core
  core.tell = null
  copy.restore(core.snapshot(now), now)
  core.tell = tell
  return copy
}
