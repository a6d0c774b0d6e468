/** Whether request k met the same fate in every arm, and what the useful share should be: from the settings that are in force. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { type PairingFacts, pairingOf } from '../../../cli/experiment/pairing.ts'
import type { RunEvent } from '../../../cli/report/result.ts'
import { simulate } from '../../../cli/simulate/simulate.ts'
import { usualWorld } from '../../../cli/simulate/world.ts'
import { defaultSettings, type Settings } from '../../../server/chaos/settings/schema.ts'
import { promisedShare, settingsInForce } from '../../../server/experiments/settings-in-force.ts'
import { type ExperimentInput, experimentSchema } from '../../../server/experiments/spec.ts'

const LOAD = { requests: 400, schedule: { kind: 'batches' as const, concurrency: 10, everyMs: 100 } }
const OTHER_SEED = 'aaaaaaaa-bbbb-cccc-dddd-eeeeeeee'
const BUCKET = { kind: 'rate-limit', weight: 1, limit: 5, per: '1s' }
const STATUS = { kind: 'status', weight: 1, status: 500 }

interface Case {
  readonly settings?: Readonly<Record<string, unknown>>
  readonly document?: Partial<ExperimentInput>
  readonly scenario?: string
  readonly facts?: Partial<PairingFacts>
}

const { scenarios } = usualWorld({ seed: 's' })

function inForceOf({ settings = {}, document = {}, scenario: name }: Case) {
  const spec = experimentSchema.parse({ arms: ['none', 'breaker'], load: LOAD, ...document })
  const conditions = name === undefined ? spec.conditions : { ...spec.conditions, scenario: name }
  const scenario = scenarios.find(each => each.name === name) ?? null
  const inForce = settingsInForce({ ...defaultSettings('s'), ...settings }, conditions, scenario)
  return { spec: { ...spec, conditions }, inForce }
}

function becauseOf(one: Case): readonly string[] {
  const { spec, inForce } = inForceOf(one)
  const { holds, because } = pairingOf({
    ...{ spec, inForce, seed: 'seed-of-7', own: true, isCatalog: true, events: [], ...one.facts },
  })
  assert.equal(holds, because.length === 0)
  return because
}

const rule = (more: object) => ({ id: 'r', match: {}, rate: 50, ...more })
const event = (what: string, source?: string): RunEvent => ({
  atMs: 100,
  what,
  ...(source === undefined ? {} : { source }),
  figures: {},
})

describe('what breaks pairing', () => {
  const cases: readonly (readonly [what: string, one: Case, because: readonly string[]])[] = [
    ['nothing: coin flips', { settings: { failRate: 30 } }, []],
    ['nothing: latency and outages', { settings: { outage: { availability: 90, meanLength: '1s' } } }, []],
    ['nothing: a rule for a product', { settings: { rules: [rule({ match: { code: ['a'] } })] } }, []],
    ['a token bucket', { settings: { failRate: 50, faults: [STATUS, BUCKET] } }, ['rate-limit']],
    [
      'no token bucket without a weight',
      { settings: { failRate: 50, faults: [STATUS, { ...BUCKET, weight: 0 }] } },
      [],
    ],
    ['no token bucket that nothing can meet', { settings: { failRate: 0, faults: [BUCKET] } }, []],
    ['a token bucket of a rule', { settings: { rules: [rule({ faults: [BUCKET] })] } }, ['rate-limit']],
    ['one that a rule takes from the document', { settings: { faults: [BUCKET], rules: [rule({})] } }, ['rate-limit']],
    [
      'one that only the arms have',
      { document: { conditions: { settings: { failRate: 9, faults: [BUCKET] } } } },
      ['rate-limit'],
    ],
    [
      'one that waits for a fail rate of this run',
      { settings: { faults: [BUCKET] }, document: { conditions: { failRate: 9 } } },
      ['rate-limit'],
    ],
    [
      'one that an outage asks',
      { settings: { faults: [BUCKET] }, document: { conditions: { outages: [{ failRate: 80, fromMs: 0, toMs: 9 }] } } },
      ['rate-limit'],
    ],
    ['a rule for the first few', { settings: { rules: [rule({ limit: { first: 9 } })] } }, ['rule-limit']],
    ['a rule for every third', { settings: { rules: [rule({ limit: { every: 3 } })] } }, ['rule-limit']],
    ['capacity', { settings: { capacity: { workers: 4 } } }, ['capacity']],
    [
      'capacity that the arms switch off',
      { settings: { capacity: { workers: 4 } }, document: { conditions: { settings: { capacity: null } } } },
      [],
    ],
    ['the capacity of a scenario', { scenario: 'retry-storm' }, ['capacity']],
    ['the token bucket of a scenario', { scenario: 'rate-limited' }, ['rate-limit']],
    ['a scenario that wipes the slate', { settings: { capacity: { workers: 4 } }, scenario: 'blackout' }, []],
    ['no deck, because keys end in their count', { settings: { failRate: 30, sampler: 'deck' } }, []],
    [
      'a deck whose keys can be read as UUIDs',
      { settings: { sampler: 'deck' }, facts: { seed: OTHER_SEED } },
      ['deck'],
    ],
    ['no draws by key, whatever the keys', { facts: { seed: OTHER_SEED } }, []],
    ['a fail rate that somebody changed', { facts: { events: [event('fail-rate', 'web')] } }, ['changed']],
    ['settings that changed while nobody looked', { facts: { events: [event('settings')] } }, ['changed']],
    [
      'nothing that a scenario does',
      { scenario: 'blackout', facts: { events: [event('fail-rate', 'scenario'), event('outage-began')] } },
      [],
    ],
    ['no outage, which meets all arms at once', { facts: { events: [event('outage-began', 'api')] } }, []],
    [
      'an outage that one of several runs met',
      { document: { oneByOne: true }, facts: { events: [event('outage-began', 'api')] } },
      ['changed'],
    ],
    ['a session for all', { facts: { own: false } }, ['shared-session']],
    ['a target that nobody knows', { facts: { own: false, isCatalog: false, events: null } }, ['unknown-target']],
    [
      'a closed loop',
      { document: { load: { ...LOAD, schedule: { kind: 'closed', concurrency: 5 } } } },
      ['closed-loop'],
    ],
    ['several things', { settings: { capacity: {}, failRate: 5, faults: [BUCKET] } }, ['rate-limit', 'capacity']],
  ]
  for (const [what, one, because] of cases) it(what, () => assert.deepEqual(becauseOf(withDefaults(one)), because))

  it('settings that cannot be read break nothing', () => {
    assert.equal(settingsInForce({ failRate: 'much' }, experimentSchema.shape.conditions.parse({}), null), null)
    assert.equal(settingsInForce(undefined, experimentSchema.shape.conditions.parse({}), null), null)
  })
})

/** Settings as a server tells them: whole. */
function withDefaults(one: Case): Case {
  const capacity = one.settings?.capacity
  if (!capacity) return one
  const whole = {
    workers: 4,
    service: '40ms',
    queue: 9,
    discipline: 'fifo',
    abandoned: 'work',
    whenFull: 'status',
    slow: 1,
  }
  return { ...one, settings: { ...one.settings, capacity: { ...whole, ...capacity } } }
}

describe('the useful share that is promised', () => {
  for (const [what, one, share] of [
    ['is what the fail rate leaves', { settings: { failRate: 30 } }, 0.7],
    [
      'is that of the run, where it has one',
      { settings: { failRate: 30 }, document: { conditions: { failRate: 10 } } },
      0.9,
    ],
    ['is that of its own settings', { document: { conditions: { settings: { failRate: 20 } } } }, 0.8],
    ['is that of a scenario before anything happens', { settings: { failRate: 30 }, scenario: 'flapping' }, 1],
    [
      'is not that of an outage from the start',
      { document: { conditions: { outages: [{ failRate: 80, fromMs: 0, toMs: 9 }] } } },
      1,
    ],
    ['is unknown where rules decide', { scenario: 'rate-limited' }, null],
    ['is unknown with a scenario that nobody knows', { scenario: 'nowhere' }, null],
  ] satisfies [string, Case, number | null][]) {
    it(what, () => assert.equal(promisedShare(inForceOf(one).inForce), share))
  }
})

describe('a result whose arms did not meet the same fates', () => {
  const run = (settings: Partial<Settings>) =>
    simulate(
      experimentSchema.parse({ arms: ['none', 'breaker'], load: LOAD, seed: 's' }),
      usualWorld({ seed: 's', settings: { failRate: 60, ...settings } }),
    )

  it('says why, and has no pairs', async () => {
    const paired = await run({})
    const unpaired = await run({
      rules: [{ id: 'none', match: { code: ['nothing'] }, rate: 100, limit: { first: 1 } }],
    })
    assert.deepEqual(paired.pairing, { holds: true, because: [] })
    assert.deepEqual(unpaired.pairing, { holds: false, because: ['rule-limit'] })
    assert.ok(paired.pairs && paired.differences?.[0]?.pairs)
    assert.deepEqual([unpaired.pairs, unpaired.differences?.[0]?.pairs], [null, undefined])
    // The rule matches nothing, so that all else is the same.
    assert.deepEqual(
      unpaired.arms.map(arm => arm.outcomes),
      paired.arms.map(arm => arm.outcomes),
    )
    assert.equal(unpaired.verdict.code, paired.verdict.code)
    assert.equal(unpaired.verdict.usefulPoints, paired.verdict.usefulPoints)
  })

  it('has the formula for pairs beside it only where each request fails on its own', async () => {
    const of = async (arms: string[], settings: Partial<Settings>, conditions = {}) => {
      const spec = experimentSchema.parse({ arms, load: LOAD, seed: 's', conditions })
      const { differences } = await simulate(spec, usualWorld({ seed: 's', settings: { failRate: 60, ...settings } }))
      return differences?.at(-1)?.usefulPoints?.ci95 !== undefined
    }
    assert.equal(await of(['none', 'retry'], {}), true)
    assert.equal(await of(['none', 'breaker', 'retry(1)'], {}), true)
    for (const [arms, settings, conditions] of [
      [['none', 'breaker'], {}, {}],
      [['breaker', 'retry'], {}, {}],
      [['none', 'retry+budget'], {}, {}],
      [['none', 'retry'], { sampler: 'deck' }, {}],
      [['none', 'retry'], { outage: { availability: 80, meanLength: '1s' } }, {}],
      [['none', 'retry'], {}, { outages: [{ failRate: 100, fromMs: 100, toMs: 200 }] }],
    ] as [string[], Partial<Settings>, object][])
      assert.equal(await of(arms, settings, conditions), false, JSON.stringify([arms, settings, conditions]))
  })

  it('has nothing to say of pairing where there is one arm', async () => {
    const spec = experimentSchema.parse({ arms: ['none'], load: LOAD, seed: 's' })
    assert.equal((await simulate(spec, usualWorld({ seed: 's' }))).pairing, undefined)
  })
})
