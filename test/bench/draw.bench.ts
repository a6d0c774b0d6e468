/** What a draw costs: bernoulli by key and by arrival, and the deck, in nanoseconds. The limit is 200. */

import { CompiledSettings } from '../../server/chaos/decision/compiled-settings.ts'
import { decide } from '../../server/chaos/decision/decide.ts'
import { Deck, trailingNumber } from '../../server/chaos/decision/deck.ts'
import { draw, drawNumber, streamSeed } from '../../server/chaos/decision/draw.ts'
import { RuleState } from '../../server/chaos/decision/rule-state.ts'
import { defaultSettings } from '../../server/chaos/settings/schema.ts'
import { contextOf, requestRecord } from '../support/request-record.ts'
import { judge } from './goals.ts'
import { spread, words } from './turns.ts'

const LIMIT_NS = 200
const DRAWS = 500_000
const ROUNDS = 9

const keys = Array.from({ length: 10_000 }, (_, i) => `workshop-lisbon-${String(i).padStart(4, '0')}`)
const fail = streamSeed('42', 'fail')
const deck = new Deck(streamSeed('42', 'deck'))
const compile = (sampler: 'bernoulli' | 'deck') =>
  new CompiledSettings({ ...defaultSettings('42'), failRate: 70, sampler }, new RuleState())
const [bernoulli, decked] = [compile('bernoulli'), compile('deck')]
const records = keys.map((key, arrival) => requestRecord({ key, arrival }))

const key = (i: number) => keys[i % keys.length] ?? ''
const CLIENT = contextOf()
const record = (i: number) => records[i % records.length] ?? requestRecord()

/** Each returns a number, so that nothing can be left out; only the first three are draws alone. */
const contestants: { name: string; limited: boolean; act: (i: number) => number }[] = [
  { name: 'bernoulli, a key of 20 characters', limited: true, act: i => draw(fail, key(i), 0) },
  { name: 'bernoulli, an arrival number', limited: true, act: i => drawNumber(fail, i, 0) },
  { name: 'deck, requests in order', limited: true, act: i => deck.draw(i, 0) },
  { name: 'deck, a key of 20 characters', limited: true, act: i => deck.draw(trailingNumber(key(i)), 0) },
  {
    name: 'the whole decision, bernoulli at 70 %',
    limited: false,
    act: i => decide(bernoulli, null, record(i), CLIENT, 0).draw,
  },
  {
    name: 'the whole decision, deck at 70 %',
    limited: false,
    act: i => decide(decked, null, record(i), CLIENT, 0).draw,
  },
]

const results = contestants.map(() => [] as number[])
let sum = 0
for (let round = 0; round <= ROUNDS; round += 1) {
  for (const [index, { act }] of contestants.entries()) {
    const before = process.cpuUsage()
    for (let i = 0; i < DRAWS; i += 1) sum += act(i)
    const { user, system } = process.cpuUsage(before)
    // The first round warms up.
    if (round > 0) results[index]?.push(((user + system) * 1e3) / DRAWS)
  }
}

console.log(
  `\nA draw, nanoseconds of processor time (median of ${ROUNDS} rounds of ${DRAWS}, in turns; checksum ${sum.toFixed(0)})`,
)
for (const [index, { name, limited }] of contestants.entries()) {
  const figure = spread(results[index] ?? [])
  if (limited) judge(name, figure, { atMost: LIMIT_NS }, 'ns')
  else console.log(`          ${name}: ${words(figure, 0)} ns`)
}
