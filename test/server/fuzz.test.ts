/** Two thousand generated requests: no 5xx but injected ones, no hang, settings always valid; npm run test:soak fires 100,000. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { fuzz } from '../soak/fuzz.ts'
import { startTestServer } from '../support/server.ts'

it('generated requests find no bug', async t => {
  const figures = await fuzz(await startTestServer(t), { seed: 7, requests: 2_000 })
  t.diagnostic(JSON.stringify(figures.statuses))
  assert.deepEqual([figures.bugs, figures.hangs, figures.invalid], [[], [], []])
  // The generator is worth something: all kinds of answers came.
  for (const status of [200, 204, 400, 403, 404, 405, 415, 422])
    assert.ok((figures.statuses[status] ?? 0) > 0, String(status))
})
