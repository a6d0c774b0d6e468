/** The worst documents that the schemas allow cost no more than their length: work is counted, as reads of the document. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { ScenarioRunner } from '../../../server/chaos/scenario/runner.ts'
import { type Scenario, scenarioSchema } from '../../../server/chaos/scenario/schema.ts'
import { compileTimeline } from '../../../server/chaos/scenario/timeline.ts'
import { check, readPatch } from '../../../server/chaos/settings/patch.ts'
import { defaultSettings, settingsSchema } from '../../../server/chaos/settings/schema.ts'
import { frameOf } from '../../../server/telemetry/channel.ts'
import { chaosControl } from '../../support/chaos-control.ts'

/** The same document, and how often something in it has been read. */
function counted<T extends object>(document: T): { document: T; reads(): number } {
  let count = 0
  const proxies = new WeakMap<object, object>()
  const of = (value: object): object => {
    let proxy = proxies.get(value)
    if (!proxy) {
      proxy = new Proxy(value, {
        get(target, name, receiver) {
          count += 1
          const found: unknown = Reflect.get(target, name, receiver)
          return typeof found === 'object' && found !== null ? of(found) : found
        },
      })
      proxies.set(value, proxy)
    }
    return proxy
  }
  return {
    document: of(document) as T,
    reads() {
      const reads = count
      count = 0
      return reads
    },
  }
}

const FAULTS = Array.from({ length: 20 }, (_, index) => ({
  kind: 'rate-limit',
  limit: 999_983 - index,
  per: '3599.999s',
}))
const WINDOWS = Array.from({ length: 100 }, (_, index) => ({ from: `${index}s`, to: '24h' }))
/** 100 rules, as long as a body may be, each with a count and with twenty buckets. */
const RULES = check(
  settingsSchema.shape.rules,
  Array.from({ length: 100 }, (_, index) => ({
    id: `rule-${index}`,
    match: { code: Array.from({ length: 30 }, (__, code) => `code-${index}-${code}`) },
    limit: { every: 2 },
  })),
)

test('settings are compiled once for all sessions that inherit them, and looked at without being compiled', () => {
  const { control, make, set } = chaosControl()
  const { first } = control.sessions
  const { document: rules, reads } = counted(RULES)
  const sessions = Array.from({ length: 200 }, (_, index) => make(`s${index}`))
  set(first, { faults: FAULTS, capacity: {}, outage: { windows: WINDOWS } })
  control.change(first, { values: { rules } }, { source: 'api' })
  reads()
  for (const session of sessions) control.observeOutage(session, session.compiled(), 0)
  assert.ok(reads() <= 200 * 10, 'reads of the rules when 200 sessions are looked at')
  for (const failRate of [1, 2, 3]) set(first, { failRate })
  assert.ok(reads() <= 3 * 200 * 10, 'reads of the rules when another setting is changed')
  assert.equal(sessions[0]?.compiled().rules.length, 100)
  const once = reads()
  for (const session of sessions) session.compiled().rules.at(0)
  const each = reads() / 199
  assert.ok(each <= 100 * 12, `${each} reads of 100 rules in each session, ${once} in the first`)
})

test('what rules remember is copied for a look ahead as far as it is looked at', () => {
  const { control, set } = chaosControl()
  const { first } = control.sessions
  set(first, { rules: RULES.map(rule => ({ ...rule, match: {} })), faults: FAULTS })
  const { bucket } = first.compiled().rules[0]?.pickFault(0) ?? {}
  for (let client = 0; client < 1_000; client += 1) bucket?.take(String(client), 0)
  const ahead = first.rehearsal().rules[0]?.pickFault(0).bucket
  assert.equal(ahead?.take('a', 0).remaining, bucket?.take('a', 0).remaining ?? 0)
})

test('a long list of settings is written once for all who hear of it', () => {
  const { document, reads } = counted({ settings: { rules: RULES } })
  frameOf(1, 'settings', document)
  reads()
  for (let id = 2; id < 200; id += 1) frameOf(id, 'settings', document)
  assert.ok(reads() < 200 * 20)
  const data = { at: 'now', settings: { ...defaultSettings('"42"'), rules: RULES }, changed: ['rules'] }
  const written = /^data:(.*)$/m.exec(frameOf(1, 'settings', data).read())?.[1] ?? ''
  assert.deepEqual(JSON.parse(written), data)
})

const HEAD = { name: 'x', title: 'X', about: 'x', lasts: '1h', load: { rate: 1, duration: '1s' } }
const START = defaultSettings('42')

function scenario(rest: object): Scenario {
  return scenarioSchema.parse({ ...HEAD, ...rest })
}

const steps = (make: (index: number) => object) =>
  Array.from({ length: 50 }, (_, index) => ({ at: `${index * 7}s`, for: `${3_000 - index * 20}s`, set: make(index) }))

test('a list that many steps pass on is not checked again: it stays the same list', () => {
  const { values } = readPatch({ outage: { windows: WINDOWS, faults: FAULTS } }, START)
  const timeline = steps(index => ({ outage: { availability: 50 + index / 10, meanLength: '1s' } }))
  const { keyframes } = compileTimeline(scenario({ timeline }), { ...START, ...values })
  const outages = keyframes.flatMap(({ values: { outage } }) => outage ?? [])
  assert.equal(outages.length, 100)
  assert.deepEqual(new Set(outages.map(({ windows }) => windows)), new Set([values.outage?.windows]))
  assert.ok(
    outages.every(({ windows, faults }) => windows === values.outage?.windows && faults === values.outage?.faults),
  )
})

test('a list of a step is checked once, whatever it meets', () => {
  const { document, reads } = counted(
    scenario({ timeline: steps(index => ({ outage: { windows: WINDOWS.slice(0, 10 + index) }, rules: RULES })) }),
  )
  const { keyframes } = compileTimeline(document, START)
  assert.equal(keyframes.length, 100)
  const length = 50 * (35 * 4 + 100 * 40)
  const read = reads()
  assert.ok(read < 4 * length, `${read} reads of a document of ${length}`)
})

test('many ramps have fewer steps each, and are not looked for again at every moment of theirs', () => {
  const timeline = Array.from({ length: 50 }, (_, index) => ({
    at: `${index * 70}s`,
    for: '69s',
    ramp: { member: index % 2 ? 'failRate' : 'capacity.slow', from: 1, to: 90 },
  }))
  const { document, reads } = counted(scenario({ timeline }))
  const { keyframes } = compileTimeline(document, START)
  assert.ok(keyframes.length > 2_400 && keyframes.length < 2_700, `${keyframes.length} moments`)
  const read = reads()
  assert.ok(read < 101 * 50 * 6 + keyframes.length * 5, `${read} reads for ${keyframes.length} moments`)
})

test('ramps that run at once move together: ten changes a second, and those at which one begins or ends', () => {
  const { clock, control, make } = chaosControl()
  const session = make('lab')
  const timeline = Array.from({ length: 50 }, (_, index) => ({
    at: `${index * 2}ms`,
    for: '8s',
    ramp: { member: index % 2 ? 'failRate' : 'capacity.slow', from: 1, to: 90 },
  }))
  let changes = 0
  control.on(({ type }) => {
    if (type === 'settings') changes += 1
  })
  new ScenarioRunner(control, []).start(scenario({ timeline }), session)
  clock.advance(10_000)
  assert.ok(changes > 80 && changes <= 80 + 100 + 1, `${changes} changes in 8 s`)
})
