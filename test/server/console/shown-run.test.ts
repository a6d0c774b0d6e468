/** Which run a page shows, and a drag of the slider in the log. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { emptyModel, reduce } from '../../../server/console/model/model.js'
import { chartedRun, currentRun, runsOfPage } from '../../../server/console/model/shown-run.js'

type Told = readonly [id: string, arms: readonly { name: string; session?: string }[], startedAtMs: number]
const COMPARISON = [{ name: 'none' }, { name: 'breaker' }]

/** A page of `session` that heard of runs, each as long as is told. */
function heard(runs: readonly Told[], ends: Readonly<Record<string, number>> = {}, session = 'default') {
  let model = emptyModel(session)
  for (const [id, arms, startedAtMs] of runs)
    model = reduce(model, { type: 'run', data: { type: 'start', run: { id, title: id, arms, startedAtMs } } })
  for (const [id, atMs] of Object.entries(ends)) {
    model = reduce(model, { type: 'run', data: { type: 'progress', id, atMs, arms: [] } })
    model = reduce(model, { type: 'run', data: { type: 'end', id } })
  }
  return model
}

describe('the run that a page shows', () => {
  it('is a running comparison before a burst, and the one that ended last when all are over', () => {
    const runs: Told[] = [
      ['compare', COMPARISON, 0],
      ['burst', [{ name: 'none' }], 1_000],
    ]
    assert.equal(currentRun(heard(runs))?.id, 'compare')
    assert.equal(currentRun(heard(runs, { burst: 500 }))?.id, 'compare')
    assert.equal(currentRun(heard(runs, { compare: 9_000 }))?.id, 'burst')
    assert.equal(currentRun(heard(runs, { compare: 9_000, burst: 500 }))?.id, 'compare')
    assert.equal(currentRun(heard([])), null)
  })

  it('is the pinned one until it is let go, and stays on the charts', () => {
    const runs: Told[] = [
      ['old', COMPARISON, 0],
      ['new', COMPARISON, 10_000],
    ]
    const pinned = reduce(heard(runs, { old: 1_000 }), { type: 'pin', data: 'old' })
    assert.deepEqual([currentRun(pinned)?.id, chartedRun(pinned, 10_000)?.id], ['old', 'old'])
    assert.equal(currentRun(reduce(pinned, { type: 'pin', data: 'old' }))?.id, 'new')
    const over = heard(runs, { old: 1_000, new: 1_000 })
    assert.deepEqual([chartedRun(over, 20)?.id, chartedRun(over, 1_000)], ['new', null])
  })

  it('belongs to the page of its session', () => {
    const shared = COMPARISON.map(arm => ({ ...arm, session: 'ana' }))
    const own = COMPARISON.map((arm, index) => ({ ...arm, session: `own-${index}` }))
    const runs: Told[] = [
      ['hers', shared, 0],
      ['theirs', own, 1],
    ]
    assert.deepEqual(
      runsOfPage(heard(runs, {}, 'ana')).map(({ id }) => id),
      ['hers'],
    )
    assert.deepEqual(
      runsOfPage(heard(runs)).map(({ id }) => id),
      ['theirs'],
    )
  })
})

describe('the log', () => {
  it('has one line for a drag of the slider, from where it began to where it ended', () => {
    let model = emptyModel()
    const change = (atMs: number, failRate: number, source = 'web') => {
      const data = { atMs, settings: { failRate }, changed: ['failRate'], origin: { source } }
      model = reduce(model, { type: 'settings', data })
    }
    change(0, 10)
    for (const [step, failRate] of [20, 30, 25, 40].entries()) change(5_000 + 80 * step, failRate)
    change(5_400, 70, 'cli')
    change(9_000, 50, 'cli')
    assert.deepEqual(
      model.log.map(({ data }) => [data.from.failRate, data.to.failRate]),
      [
        [70, 50],
        [40, 70],
        [10, 40],
        [undefined, 10],
      ],
    )
  })
})
