/** What is left at a server: a result with its page, or, where the two are too large together, the result alone. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { Control } from '../../../cli/control/control.ts'
import { ServerStore } from '../../../cli/runs/server-store.ts'
import { MAX_RUN_BYTES } from '../../../server/runs/run.ts'
import { control as ask } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'
import { kept } from './samples.ts'

it('a result that is too large to keep with its page is kept without it, and that is said', async test => {
  const server = await startTestServer(test)
  const store = new ServerStore(server.url, new Control({ url: new URL(server.url) }))
  const result = kept('2026-01-01T00:00:00.000Z')
  const room = MAX_RUN_BYTES - Buffer.byteLength(JSON.stringify({ result, html: '' }))
  for (const [html, hasPage] of [
    ['x'.repeat(room), true],
    ['x'.repeat(room + 1), false],
  ] as const) {
    const left = await store.keep(result, html)
    assert.equal(left.hasPage, hasPage)
    assert.deepEqual((await store.list()).find(({ id }) => id === left.id)?.html, hasPage)
    const { status, body } = await ask(server)('GET', `/runs/${left.id}`)
    assert.deepEqual([status, body.arms.length], [200, result.arms.length])
  }
})
