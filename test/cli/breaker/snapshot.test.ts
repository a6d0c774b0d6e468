/** Snapshots from outside are checked member by member. */

import assert from 'node:assert/strict'
import { test } from 'node:test'
import { MemoryStore } from '../../../cli/breaker/memory-store.ts'
import { circuitSettings } from '../../../cli/breaker/options.ts'
import { checkSnapshot } from '../../../cli/breaker/snapshot.ts'

const clock = { now: () => 5 }
const counted = new MemoryStore({ clock }).snapshot()
const timed = new MemoryStore({ clock, settings: circuitSettings({ windowMs: 100 }) }).snapshot()

test('a snapshot is a snapshot', () => {
  for (const snapshot of [counted, timed]) assert.equal(checkSnapshot(snapshot), snapshot)
  const leased = { ...counted, probes: { ...counted.probes, leases: [{ probe: 1, leftMs: 5 }] } }
  assert.equal(checkSnapshot(leased), leased)
  const marked = { ...counted, window: { kind: 'calls', marks: [1, 3] } }
  assert.equal(checkSnapshot(marked), marked)
})

const numbers = ['generation', 'openLeftMs', 'closedForMs', 'restLeftMs', 'level', 'streak']
const bad: readonly (readonly [value: unknown, message: RegExp])[] = [
  [undefined, /the snapshot is undefined, it must be an object$/],
  [null, /the snapshot is null/],
  ['{}', /the snapshot is \{\}/],
  [{ ...counted, version: 2 }, /version is 2, it must be 1$/],
  [{ ...counted, state: 'ajar' }, /state is ajar, it must be one of closed, open, half-open, forced-open, disabled$/],
  ...numbers.flatMap(name => [
    [{ ...counted, [name]: -1 }, new RegExp(`${name} is -1, it must be a number from 0 on$`)] as const,
    [{ ...counted, [name]: '1' }, new RegExp(`${name} is 1, it must be a number`)] as const,
    [{ ...counted, [name]: Number.NaN }, new RegExp(`${name} is NaN`)] as const,
  ]),
  [{ ...counted, probes: 3 }, /probes is 3, it must be an object$/],
  [{ ...counted, probes: { ...counted.probes, counted: null } }, /counted is null/],
  [{ ...counted, probes: { ...counted.probes, last: null } }, /last is null/],
  [{ ...counted, probes: { ...counted.probes, failed: null } }, /failed is null/],
  [{ ...counted, probes: { ...counted.probes, slow: null } }, /slow is null/],
  [{ ...counted, probes: { ...counted.probes, leases: {} } }, /leases is \[object Object\], it must be a list$/],
  [{ ...counted, probes: { ...counted.probes, leases: [1] } }, /a lease is 1/],
  [{ ...counted, probes: { ...counted.probes, leases: [{ leftMs: 1 }] } }, /probe is undefined/],
  [{ ...counted, probes: { ...counted.probes, leases: [{ probe: 1 }] } }, /leftMs is undefined/],
  [{ ...counted, rests: 1 }, /rests is 1, it must be a list$/],
  [{ ...counted, rests: [{ age: 1 }] }, /leftMs is undefined/],
  [{ ...counted, window: undefined }, /window is undefined/],
  [{ ...counted, window: { kind: 'sliding' } }, /window.kind is sliding, it must be calls or time$/],
  [{ ...counted, window: { kind: 'calls' } }, /marks is undefined, it must be a list$/],
  [{ ...counted, window: { kind: 'calls', marks: [1, 'x'] } }, /marks\[1\] is x/],
  [{ ...timed, window: { ...timed.window, bucketMs: 'x' } }, /bucketMs is x/],
  [{ ...timed, window: { ...timed.window, ageMs: 'x' } }, /ageMs is x/],
  [{ ...timed, window: { ...timed.window, buckets: 'x' } }, /buckets is x/],
  [{ ...timed, window: { ...timed.window, buckets: [[1, 1, 1], 5] } }, /buckets\[1\] is 5, it must be a list/],
  [{ ...timed, window: { ...timed.window, buckets: [[1, 'x', 1]] } }, /buckets\[0\] is x/],
]

for (const [value, message] of bad) {
  test(`refused: ${message.source.slice(0, 60)}`, () => {
    assert.throws(() => checkSnapshot(value), message)
    assert.throws(() => checkSnapshot(value), { name: 'TypeError', message: /^no snapshot of a circuit: / })
  })
}

test('a store refuses what is no snapshot and stays as it was', () => {
  const store = new MemoryStore({ clock })
  const before = store.snapshot()
  assert.throws(() => store.restore({ ...before, state: 'ajar' } as never), /state is ajar/)
  assert.deepEqual(store.snapshot(), before)
})
