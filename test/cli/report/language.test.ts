/** Reports in the language that was asked for: nothing of them is in the other one, and a kept page stays in its own. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { renderHtml } from '../../../cli/report/html/html.ts'
import { renderSweepHtml } from '../../../cli/report/html/sweep.ts'
import { plain } from '../../../cli/report/look.ts'
import { renderMarkdown } from '../../../cli/report/markdown.ts'
import type { Result, Unjudged } from '../../../cli/report/result.ts'
import { renderDiff } from '../../../cli/report/text/diff.ts'
import { renderSweep } from '../../../cli/report/text/sweep.ts'
import { renderText } from '../../../cli/report/text/text.ts'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { wordsIn } from '../../../cli/report/verdict/words.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos } from '../harness.ts'
import { coinFlips, outage } from './sample-results.ts'
import { sweep } from './sample-sweep.ts'

const words = wordsIn('pt-BR')
const look = { width: 100, ascii: false, palette: plain, words }
const expectations = [{ text: 'useful>=80%', passed: false, measured: '50.5 %' }]
const judged = (run: Unjudged): Result => ({ ...run, expectations, verdict: judge(run) })
const named = (run: Unjudged, name: string) => ({ name, result: judged(run) })
const strange: Unjudged = { ...outage, arms: outage.arms.map(arm => ({ ...arm, name: `outro ${arm.name}` })) }

/** Texts without figures that are another in Portuguese: whoever finds one in a Portuguese report reads English. */
const ENGLISH = Object.entries(table('en')).flatMap(([code, text]) =>
  typeof text === 'string' && text !== table('pt-BR')[code] && !/[{]/.test(text) && /^[A-Za-z].* /.test(text)
    ? [text]
    : [],
)

function table(language: string): Readonly<Record<string, unknown>> {
  return JSON.parse(readFileSync(join(packageRoot(import.meta.url), 'data', 'words', `${language}.json`), 'utf8'))
}

describe('a report in Portuguese', () => {
  for (const [what, text] of [
    ['the text of an outage', renderText(judged(outage), look)],
    ['the text of coin flips', renderText(judged(coinFlips), look)],
    ['Markdown', renderMarkdown(judged(outage), look)],
    ['a page', renderHtml(judged(outage), look)],
    ['the text of a sweep', renderSweep(sweep, look)],
    ['the page of a sweep', renderSweepHtml(sweep, look)],
    [
      'two runs side by side',
      renderDiff(named(outage, 'um'), named({ ...coinFlips, failRate: undefined }, 'outro'), look),
    ],
    ['two runs that have nothing in common', renderDiff(named(outage, 'um'), named(strange, 'outro'), look)],
  ] as const) {
    it(`${what} has no English in it`, () => {
      assert.ok(ENGLISH.length > 80)
      assert.deepEqual(
        ENGLISH.filter(english => text.includes(english)),
        [],
        text,
      )
      assert.doesNotMatch(
        text.replace(/127\.0\.0\.1|<style>[\s\S]*<\/style>|(?:d|x|y|cx|cy|width|points)="[^"]*"/g, ''),
        /\d\.\d %|\bof the\b/,
      )
    })
  }

  it('says in its head which language it is in', () => {
    assert.match(renderHtml(judged(outage), look), /<html lang="pt-BR">/)
    assert.match(renderHtml(judged(outage)), /<html lang="en">/)
  })

  it('words a verdict anew, and leaves one without codes as it was kept', () => {
    const { code: _, ...verdict } = judge(outage)
    assert.match(renderText(judged(outage), look), /O disjuntor/)
    assert.ok(renderText({ ...outage, verdict }, { ...look, width: 2_000 }).includes(verdict.text.slice(0, 60)))
  })
})

it('--lang is heeded by what is printed and by the page that is kept, and the document is the same', async t => {
  const server = await startTestServer(t, { settings: { failRate: 100 } })
  const { code, stdout } = await chaos(['burst', '-n', '5', '-u', server.url, '--lang', 'pt-BR'])
  assert.equal(code, 0)
  assert.match(stdout, /respostas úteis/)
  assert.match(stdout, new RegExp(`npx chaos compare -u ${server.url}`))
  const {
    runs: [kept],
  } = (await (await fetch(`${server.url}/runs`)).json()) as { runs: { id: string }[] }
  assert.ok(kept)
  const page = await (await fetch(`${server.url}/runs/${kept.id}?format=html`)).text()
  assert.match(page, /<html lang="pt-BR">/)
  const { verdict } = (await (await fetch(`${server.url}/runs/${kept.id}`)).json()) as Result
  assert.match(verdict.text, /requests failed|failed/)
  assert.match((await chaos(['report', kept.id, '-u', server.url, '--lang', 'pt-BR'])).stdout, /chamadas perdidas/)
  const wrong = await chaos(['burst', '--lang', 'fr'])
  assert.equal(wrong.code, 2)
  assert.match(wrong.stderr, /Allowed choices are en, pt-BR/)
})
