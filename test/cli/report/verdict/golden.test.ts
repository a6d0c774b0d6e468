/**
 * What is said of sixty runs, each read and true: `record-runs.ts` made them, and UPDATE_GOLDENS=1 writes anew what is said.
 * Who changes a sentence reads all that change.
 */

import assert from 'node:assert/strict'
import { readFileSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import type { Result } from '../../../../cli/report/result.ts'
import { notes } from '../../../../cli/report/verdict/notes.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { inWords, wordsIn } from '../../../../cli/report/verdict/words.ts'
import { resultSchema } from '../../../../server/runs/result.ts'
import { ROOT } from '../../../support/project.ts'

const FOLDER = join(ROOT, 'test', 'contract', 'golden')
const runs = JSON.parse(readFileSync(join(FOLDER, 'verdict-runs.json'), 'utf8')) as Readonly<Record<string, Result>>
const GOLDEN = join(FOLDER, 'verdicts.json')

function saidOf(run: Result) {
  const { text, hint, code } = judge(run)
  return { code, text, hint, notes: notes(run) }
}

if (process.env.UPDATE_GOLDENS === '1') {
  const said = Object.fromEntries(Object.entries(runs).map(([name, run]) => [name, saidOf(run)]))
  writeFileSync(GOLDEN, `${JSON.stringify(said, null, 2)}\n`)
}
const golden = JSON.parse(readFileSync(GOLDEN, 'utf8')) as Readonly<Record<string, unknown>>

describe('what is said of', () => {
  for (const [name, run] of Object.entries(runs)) {
    it(name, () => {
      resultSchema.parse(run)
      assert.deepEqual(JSON.parse(JSON.stringify(saidOf(run))), golden[name])
    })
  }

  it('sixty runs, and nothing else', () => {
    assert.deepEqual(Object.keys(golden), Object.keys(runs))
    assert.ok(Object.keys(runs).length >= 60)
  })

  it('all of them has words in Portuguese', () => {
    const portuguese = wordsIn('pt-BR')
    for (const [name, run] of Object.entries(runs)) {
      const { code = '', figures = {}, more = [], advice = { code: '', figures: {} } } = judge(run)
      const { text, hint } = inWords({ code, figures, more, advice }, portuguese)
      assert.doesNotMatch(`${text} ${hint} ${notes(run, portuguese).join(' ')}`, /NaN|undefined|null|\{/, name)
    }
  })
})

describe('verdicts hold', () => {
  it('no hint is the run itself', () => {
    for (const [name, run] of Object.entries(runs)) {
      const { hint } = judge(run)
      const { outages = [] } = run.conditions ?? {}
      if (outages.length > 0) assert.doesNotMatch(hint, /failures that come in spells|Make it fail/, name)
    }
  })

  it('a cause is named only with the figures that bear it out', () => {
    for (const [name, run] of Object.entries(runs)) {
      const { more = [] } = judge(run)
      const reason = more.map(({ figures }) => figures.reason).find(Boolean)
      const lost = run.differences?.at(-1)?.lost
      if (reason === 'all-refused-late') assert.equal(lost?.afterTrouble, lost?.answers, name)
      if (reason === 'independent' || reason === 're-opened') assert.equal(lost?.afterTrouble, 0, name)
    }
  })
})
