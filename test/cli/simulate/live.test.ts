/** A run at a server and the same one in virtual time: equal counts, request for request. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import type { Result } from '../../../cli/report/result.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

/** A live run whose requests left or were answered later than this is no proof: the machine was busy. */
const MAX_LATE_MS = 45
const TRIES = 4

/** Everything but times. */
function countsOf({ arms, pairs, trouble, load, failRate, seed }: Result) {
  return {
    arms: arms.map(({ name, outcomes, upstream, failures, statuses, states }) => ({
      ...{ name, outcomes, upstream, failures, statuses },
      states: states.map(({ state }) => state),
    })),
    ...{ pairs, trouble, failRate, seed, requests: load.requests, schedule: load.schedule },
  }
}

/** By how much requests left late, or an answer of the server was. */
function lateMs({ arms, load }: Result): number {
  return Math.max(load.lagMs.max, ...arms.map(({ latencyMs }) => latencyMs.success.max ?? 0))
}

/** The same run live and simulated come to the same; answers take up to `waits` milliseconds by the settings themselves. */
async function agree(
  t: TestContext,
  settings: Parameters<typeof startTestServer>[1],
  words: readonly string[],
  waits = 0,
) {
  const server = await startTestServer(t, settings)
  const all = [...words, '-u', server.url, '--json', '--seed', 'same']
  const simulated = await chaos(['simulate', ...all])
  assert.equal(simulated.code, 0, simulated.stderr)
  const expected = countsOf(documentOf(simulated))
  for (let left = TRIES; left > 0; left--) {
    const live = documentOf(await chaos(['compare', ...all, '--no-keep']))
    if (lateMs(live) > MAX_LATE_MS + waits) continue
    assert.deepEqual(countsOf(live), expected)
    return
  }
  t.skip(`the machine was too busy: in ${TRIES} runs requests were more than ${MAX_LATE_MS} ms late`)
}

// A request each 100 ms, circuits that end between two of them, and no answer that takes long.
const PACE = ['-n', '40', '-c', '1', '--every', '100ms', '--open-for', '250ms', '--min-calls', '4', '--window', '6']

test('coin flips', t =>
  agree(t, { settings: { failRate: 40 } }, [...PACE, '--arms', 'none,retry(2,base=1ms),cache,breaker']))

test('an outage', t =>
  agree(t, {}, [...PACE, '--arms', 'none,breaker,retry(1,base=1ms)+breaker', '--outage', '1050ms-2450ms']))

test('outages at random, with connections that break', t =>
  agree(
    t,
    {
      // With this seed no outage begins or ends within 40 ms of a request.
      seed: '4700',
      settings: {
        faults: [
          { kind: 'reset', weight: 1 },
          { kind: 'status', status: 503, weight: 2, retryAfterAs: 'seconds' },
          { kind: 'malformed', weight: 1 },
        ],
        outage: { availability: 60, meanLength: '600ms' },
      },
    },
    [...PACE, '--arms', 'none,breaker', '--fail-rate', '10'],
  ))

test('a closed loop, and batches of which some wait for a connection', async t => {
  await agree(t, { settings: { failRate: 30 } }, [
    '-n',
    '60',
    '-c',
    '4',
    '--closed',
    '--arms',
    'none,retry(2,base=1ms)',
  ])
  const batches = ['-n', '60', '-c', '20', '--every', '300ms', '--connections', '4']
  await agree(t, { settings: { failRate: 30 } }, [...batches, '--arms', 'none,bulkhead(3),bulkhead(2,queue=9)'])
})

test('capacity that is not enough', t =>
  agree(
    t,
    {
      settings: {
        capacity: {
          workers: 1,
          service: '150ms',
          queue: 1,
          discipline: 'fifo',
          abandoned: 'work',
          whenFull: 'status',
          slow: 1,
        },
      },
    },
    [...['-n', '30', '-c', '3', '--every', '500ms', '--arms', 'none,retry(1,base=1ms)']],
    600,
  ))

// Their timers and dates count whole milliseconds, and their circuits end between two requests.
const LIBRARIES = ['--window', '10s', '--arms', 'none,opossum,cockatiel,retry(1,base=1ms)+opossum']

test('circuit breakers of other libraries, and coin flips', t =>
  agree(t, { settings: { failRate: 40 } }, [...PACE, ...LIBRARIES]))

test('circuit breakers of other libraries, and an outage', t =>
  agree(t, {}, [...PACE, ...LIBRARIES, '--outage', '1050ms-2450ms']))
