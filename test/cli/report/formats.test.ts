/** Whatever names and texts a stranger gives to a run, no format takes them for more than text. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { Script } from 'node:vm'
import fc from 'fast-check'
import { FORMATS, type Format, type Renderer, rendererOf } from '../../../cli/report/formats.ts'
import { plain } from '../../../cli/report/look.ts'
import type { Result } from '../../../cli/report/result.ts'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { english } from '../../../cli/report/verdict/words.ts'
import { resultSchema } from '../../../server/runs/result.ts'
import { outage } from './sample-results.ts'

const look = { width: 100, ascii: false, palette: plain, words: english }
const renderers = new Map<Format, Renderer>()
for (const format of FORMATS) renderers.set(format, await rendererOf(format))
const rendered = (run: Result, format: Format) => renderers.get(format)?.(run, look) ?? ''

/** A run in which every text is a stranger's. */
function named(text: string): Result {
  const arms = outage.arms.map((arm, index) => ({ ...arm, name: `${text}${index}`, failures: { [text]: 1 } }))
  const run = {
    ...outage,
    arms,
    title: text,
    seed: text,
    target: `http://x/${text}`,
    trouble: [{ fromMs: 0, toMs: 7_000, what: text }],
  }
  const request = { method: text, path: text, codes: [text], headers: { [text]: text }, body: text, expectsJson: true }
  const expectations = [{ text, passed: true, measured: text }]
  return { ...run, request, expectations, verdict: { ...judge(run), text, hint: text } }
}

const SIGNS = [
  '`',
  '```',
  '\n',
  '\r',
  '~~~',
  '|',
  '<',
  '>',
  '"',
  "'",
  '&',
  '\\',
  '*',
  '/',
  ';',
  '=',
  '+',
  '-',
  '#',
  '1.',
  ' ',
  'a',
  '$&',
  '</script>',
  '${',
  '*/',
  '\u2028',
  '{code}',
]
const texts = fc.oneof(
  fc.string({ unit: fc.constantFrom(...SIGNS), maxLength: 12 }),
  fc.string({ unit: 'binary', maxLength: 12 }),
)

/** The lines that no code block holds, read as CommonMark does: a fence ends with one at least as long. */
function outsideFences(markdown: string): string[] {
  const outside: string[] = []
  let fence = ''
  for (const line of markdown.split(/\r\n|[\r\n]/)) {
    const [, mark = ''] = /^ {0,3}(`{3,}|~{3,})/.exec(line) ?? []
    if (fence !== '') {
      if (mark.startsWith(fence) && line.trim() === mark) fence = ''
    } else if (mark !== '') fence = mark
    else outside.push(line)
  }
  return outside
}

describe('a stranger’s text', () => {
  it('stays in its place in Markdown: blocks are the same whatever it is', () => {
    const shape = (text: string) => {
      const lines = outsideFences(rendered(named(text), 'md')).filter(line => line !== '')
      return lines.map(
        line =>
          (/^(#+ |\| |- |\*\*)/.exec(line)?.[1] ?? 'text') +
          (line.startsWith('|') ? line.replaceAll(/\\./g, '').split('|').length : ''),
      )
    }
    const usual = shape('name')
    fc.assert(
      fc.property(texts, text => {
        const hint = text.trim() === ''
        assert.deepEqual(shape(text), hint ? usual.filter(mark => mark !== 'text') : usual)
        const lines = outsideFences(rendered(named(text), 'md'))
        assert.doesNotMatch(lines.join('\n').replaceAll(/\\./g, ''), /[`<>[\]&~]/)
      }),
    )
  })

  it('closes no fence of Markdown', () => {
    const text = rendered(named('a\n```\n<img src=x onerror=alert(1)>\n```'), 'md')
    assert.equal(outsideFences(text).filter(line => /(?<!\\)<img/.test(line)).length, 0)
    assert.match(text, /\n````text\n/)
  })

  it('adds no element to the page', () => {
    const elements = (text: string) =>
      Array.from(rendered(named(text), 'html').matchAll(/<[/!]?[a-z]*/gi), ([tag]) => tag)
    const usual = elements('name')
    fc.assert(
      fc.property(texts, text => assert.deepEqual(elements(text), usual)),
      { numRuns: 30 },
    )
  })

  it('is a formula to no spreadsheet, also to one that splits at semicolons', () => {
    fc.assert(
      fc.property(texts, text => {
        for (const cell of rendered(named(text), 'csv').split(/[,;\t\r\n]/))
          assert.doesNotMatch(cell, /^"*[=+\-@＝＋－＠]/)
      }),
    )
  })

  it('is a string to k6', () => {
    const code = (text: string) =>
      rendered(named(text), 'k6')
        .replace(/^import .*$/gm, '')
        .replace('\nexport default async function', '\nasync function main')
        .replace(/^export /gm, '')
    fc.assert(
      fc.property(texts, text => {
        const sandbox: Record<string, unknown> = { __ENV: {}, Rate: Object, Counter: Object, Trend: Object }
        new Script(`${code(text)}\nglobalThis.told = [TARGET, SEED, PATH, CODES, HEADERS, BODY]`).runInNewContext(
          sandbox,
        )
        const { told } = sandbox
        const headers = text === '__proto__' ? {} : { [text]: text }
        assert.deepEqual(
          JSON.parse(JSON.stringify(told)),
          [`http://x/${text}`, text, text, [text], headers, text].map(value => JSON.parse(JSON.stringify(value))),
        )
      }),
    )
  })

  it('is one line where a line is what it is in', () => {
    const lines = (text: string) => rendered(named(text), 'text').split('\n').length
    assert.equal(lines('a\nb'), lines('a b'))
  })
})

describe('the longest run that there can be', () => {
  const [arm] = outage.arms
  assert.ok(arm)
  const quarter = { success: 1, failed: 1, shortCircuited: 1, fromCache: 1, calls: 2, wasted: 1 }
  const bucket = (index: number): [number, number] => [index + 1, 1_000_000]
  const buckets = Array.from({ length: 5_000 }, (_, index) => bucket(index))
  const states = Array.from({ length: 2_000 }, (_, index) => ({
    atMs: index,
    state: index % 2 ? ('open' as const) : ('closed' as const),
  }))
  const week = {
    ...arm,
    series: [0, 604_800_000].map(atMs => ({ atMs, ...quarter })),
    states,
    histogramMs: { success: buckets, failed: buckets },
  }
  const run = {
    ...outage,
    load: { ...outage.load, durationMs: 604_800_000, requests: 1e12 },
    arms: [week, { ...week, name: 'b' }],
    trouble: [{ fromMs: -1e12, toMs: 1e12, what: 'x' }],
  }
  const longest = resultSchema.parse({ ...run, verdict: judge(run) })

  for (const format of FORMATS.filter(format => format !== 'json')) {
    it(`is written as ${format} in less than two megabytes`, () => {
      assert.ok(rendered(longest, format).length < 2_000_000)
    })
  }
})
