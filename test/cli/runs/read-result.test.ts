/** Documents that say they are runs: read where they are, and refused with their first flaw where no run can be so. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import type { Control } from '../../../cli/control/control.ts'
import { parseResult } from '../../../cli/runs/read-result.ts'
import { ServerStore } from '../../../cli/runs/server-store.ts'
import { summaryOf } from '../../../server/runs/run.ts'
import { kept } from './samples.ts'

const whole = kept('2026-01-01T00:00:00.000Z')
const [arm] = whole.arms
const quarter = { success: 1, failed: 0, shortCircuited: 0, fromCache: 0, calls: 1, wasted: 0 }
const armed = (part: object) => ({ ...whole, arms: [{ ...arm, ...part }] })

describe('a document', () => {
  it('of a run is its result', () => {
    assert.deepEqual(parseResult(JSON.stringify(whole), 'x'), whole)
  })

  for (const [what, document, flaw] of [
    ['lasts longer than the universe', { ...whole, load: { ...whole.load, durationMs: 1e300 } }, '/load/durationMs'],
    ['has an answer at the end of time', armed({ series: [{ atMs: 1e300, ...quarter }] }), '/arms/0/series/0/atMs'],
    ['has an answer in thirty years', armed({ series: [{ atMs: 1e12, ...quarter }] }), '/arms/0/series/0/atMs'],
    ['goes back in time', armed({ series: [1_000, 0].map(atMs => ({ atMs, ...quarter })) }), '/arms/0/series'],
    ['has buckets of nothing', armed({ histogramMs: { success: [[1, 0]] } }), '/arms/0/histogramMs/success/0/1'],
    ['has a hundred thousand flawed arms', { ...whole, arms: Array.from({ length: 100_000 }, () => ({})) }, '/arms'],
  ] as const) {
    it(`that ${what} is refused`, () => {
      assert.throws(() => parseResult(JSON.stringify(document), 'x'), {
        exitCode: 2,
        message: new RegExp(`^x is no result of a run \\(${flaw}: `),
      })
    })
  }
})

describe('the runs of a server', () => {
  const answering = (answer: unknown) => new ServerStore('there', { call: async () => answer } as unknown as Control)

  it('that are none are left out of the list', async () => {
    const good = summaryOf('tirado', whole, false)
    const runs = [good, null, {}, { ...good, id: 'x; rm -rf ~' }, { ...good, title: 'x'.repeat(201) }]
    assert.deepEqual(await answering({ runs }).list(), [good])
  })

  it('have names that a command line takes as they are', async () => {
    assert.deepEqual(await answering({ id: 'tirado' }).keep(whole, ''), { id: 'tirado', hasPage: true })
    for (const id of ['', 'x; rm -rf ~', '../x', 'x'.repeat(65), 7, undefined]) {
      await assert.rejects(answering({ id }).keep(whole, ''), /without an id/)
    }
  })
})
