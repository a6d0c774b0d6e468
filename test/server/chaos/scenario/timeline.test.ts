/** A compiled scenario against the plainest reading of it: at every moment, all that holds then, one patch after the other. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { type Scenario, scenarioSchema } from '../../../../server/chaos/scenario/schema.ts'
import { compileTimeline } from '../../../../server/chaos/scenario/timeline.ts'
import { readPatch, SettingsError } from '../../../../server/chaos/settings/patch.ts'
import { ms } from '../../../../server/chaos/settings/quantity.ts'
import { defaultSettings, type Settings } from '../../../../server/chaos/settings/schema.ts'

const START: Settings = { ...defaultSettings('42'), failRate: 7, sampler: 'deck' }

const patch = fc.constantFrom(
  ...[{ failRate: 50 }, { failRate: null }, { capacity: { slow: 8 } }, { capacity: { workers: 2 } }],
  ...[{ capacity: null }, { capacity: { slow: null } }, { latency: { distribution: 'fixed', delay: '5ms' } }],
  ...[{ rules: [{ id: 'a', rate: 5 }], failRate: 3 }, { latency: { delay: '9ms' } }, { failRate: 101 }, { odd: 1 }],
)
const at = fc.integer({ min: 0, max: 6 }).map(seconds => `${seconds}s`)
const lasting = fc.integer({ min: 1, max: 5 }).map(seconds => `${seconds}s`)
const step = fc.oneof(
  fc.record({ at, set: patch }),
  fc.record({ at, for: lasting, set: patch }),
  fc.record({
    at,
    for: lasting,
    ramp: fc.record({
      member: fc.constantFrom('failRate', 'capacity.slow'),
      from: fc.integer({ min: 1, max: 110 }),
      to: fc.integer({ min: 1, max: 100 }),
    }),
  }),
)
const scenario = fc
  .record({ base: patch, slate: fc.constantFrom('clean', 'current'), timeline: fc.array(step) })
  .map(given =>
    scenarioSchema.parse({
      ...{ name: 'x', title: 'X', about: 'x', lasts: '20s', load: { rate: 1, duration: '1s' } },
      ...given,
    }),
  )

/** What is in force at a moment; throws where something of it is not valid. */
function plainly({ base, slate, timeline }: Scenario, atMs: number): Settings {
  const clean = { ...defaultSettings('42'), sampler: START.sampler }
  let settings = slate === 'clean' ? clean : START
  const apply = (given: unknown) => {
    settings = { ...settings, ...readPatch(given, settings).values }
  }
  apply(base)
  for (const { at: from, for: length, set, ramp } of timeline) {
    const begin = ms(from)
    const end = begin + ms(length ?? '0ms')
    if (atMs < begin) continue
    if (set && (length === undefined || atMs < end)) apply(set)
    if (!ramp) continue
    const value = Number((ramp.from + (ramp.to - ramp.from) * Math.min(1, (atMs - begin) / (end - begin))).toFixed(3))
    apply(ramp.member === 'failRate' ? { failRate: value } : { capacity: { slow: value } })
  }
  return settings
}

test('every frame leads to what the plain reading says, and what that refuses is refused', () => {
  let refused = 0
  let keyframes = 0
  fc.assert(
    fc.property(scenario, given => {
      let score: ReturnType<typeof compileTimeline>
      try {
        score = compileTimeline(given, START)
      } catch (error) {
        assert.ok(error instanceof SettingsError)
        refused += 1
        return
      }
      let settings = START
      for (const { atMs, values } of score.keyframes) {
        settings = { ...settings, ...values }
        keyframes += 1
        assert.deepEqual(settings, plainly(given, atMs), `at ${atMs}`)
      }
      // Moments at which nothing was planned are as the moment before.
      for (const step of given.timeline) assert.ok(score.keyframes.some(keyframe => keyframe.atMs === ms(step.at)))
    }),
    { seed: 20, numRuns: 400 },
  )
  assert.ok(refused > 40 && keyframes > 2_000, `${refused} refused, ${keyframes} frames`)
})

test('a scenario as large as it may be is compiled without checking the same again for each of its moments', () => {
  let parsed = 0
  const rules = Array.from({ length: 50 }, (_, index) => ({ id: `r${index}` }))
  const counting = new Proxy(rules, {
    get(target, name, receiver) {
      if (name === 'length') parsed += 1
      return Reflect.get(target, name, receiver)
    },
  })
  const timeline = Array.from({ length: 50 }, (_, index) => ({
    at: `${index * 7}s`,
    for: `${3_000 - index}s`,
    ...(index % 2 ? { set: {} } : { ramp: { member: 'failRate' as const, from: 1, to: 99 } }),
  }))
  const given = scenarioSchema.parse({
    ...{ name: 'x', title: 'X', about: 'x', lasts: '1h', load: { rate: 1, duration: '1s' }, timeline },
  })
  const withRules = {
    ...given,
    timeline: given.timeline.map(each => (each.set ? { ...each, set: { rules: counting } } : each)),
  }
  const score = compileTimeline(withRules as Scenario, START)
  assert.ok(score.keyframes.length > 2_000)
  const once = parsed / 25
  assert.ok(once < 60, `${once} looks at each list of rules`)
})
