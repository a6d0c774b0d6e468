import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { test } from 'node:test'
import { pathToFileURL } from 'node:url'
import { renderHtml } from '../../../../cli/report/html/html.ts'
import { escapeMarkup, html } from '../../../../cli/report/html/markup.ts'
import { renderSweepHtml } from '../../../../cli/report/html/sweep.ts'
import type { Result, Unjudged } from '../../../../cli/report/result.ts'
import { binned, binWidthMs } from '../../../../cli/report/stats/bins.ts'
import { judge } from '../../../../cli/report/verdict/verdict.ts'
import { launch, skip } from '../../../browser/browser.ts'
import { arm, coinFlips, outage, result, series } from '../sample-results.ts'
import { sweep } from '../sample-sweep.ts'

test('the combinations that nothing beats are named in the chart of a sweep, and no two names cover each other', () => {
  const points = sweep.points.map((point, index) => ({
    ...point,
    useful: 80,
    wasted: 40,
    settings: { probes: `${index}` },
  }))
  const texts = [
    ...renderSweepHtml({ ...sweep, points }).matchAll(/<text class="ink" x="([\d.]+)" y="([\d.]+)">([^<]+)</g),
  ]
  assert.ok(texts.length > 0 && texts.length <= points.length)
  const boxes = texts.map(([, x, y, text = '']) => ({
    left: Number(x),
    right: Number(x) + 7 * text.length,
    y: Number(y),
  }))
  for (const [index, box] of boxes.entries()) {
    for (const other of boxes.slice(index + 1)) {
      assert.ok(box.right < other.left || other.right < box.left || Math.abs(box.y - other.y) >= 16, texts.join('\n'))
    }
  }
})

const judged = (run: Unjudged): Result => ({ ...run, verdict: judge(run) })
const four = result([
  ...coinFlips.arms,
  arm(
    'retry+breaker(threshold=40,open-for=2s)+cache',
    { success: 250, failed: 20, fromCache: 30 },
    { series: series([12, { success: 20, fromCache: 3, failed: 2 }]) },
  ),
  arm(
    'opossum',
    { success: 200, failed: 60, shortCircuited: 40 },
    { series: series([12, { success: 16, failed: 5, shortCircuited: 4 }]) },
  ),
])

test('templates escape what they are given, and nothing twice', () => {
  assert.equal(escapeMarkup(`<a href="x" b='y'>&`), '&lt;a href=&quot;x&quot; b=&#39;y&#39;&gt;&amp;')
  const inner = html`<b>${'<&'}</b>`
  assert.equal(
    html`<p title="${'"'}">${inner}${[inner]}${null}${1 / 3}</p>`.markup,
    '<p title="&quot;"><b>&lt;&amp;</b><b>&lt;&amp;</b>0.33</p>',
  )
})

test('bins hold every request of the series, and are no more than a chart can show', () => {
  for (const quarters of [1, 240, 241, 14_400]) {
    const bins = binned(
      arm('none', {}, { series: series([quarters, { success: 2, failed: 1 }]) }),
      quarters * 250,
      binWidthMs(quarters * 250, outage.load),
    )
    assert.ok(bins.length <= 240)
    assert.equal(
      bins.reduce((sum, bin) => sum + bin.all, 0),
      quarters * 3,
    )
    assert.equal(bins[0]?.fromMs, 0)
  }
})

test('one file that loads nothing, with the verdict, the table, and data below each chart', () => {
  const text = renderHtml(judged(outage))
  assert.doesNotMatch(text, /<script|<link|<img|@import|src=|url\((?!#)/)
  assert.match(text, /default-src 'none'/)
  assert.match(text, /The breaker saved more than it cost/)
  assert.equal(text.match(/<details>/g)?.length, 4)
  assert.equal(text.match(/role="img"/g)?.length, 4)
  assert.match(text, /outage 100 %/)
})

test('everything that a result carries is escaped', () => {
  const evil = '</title><script>alert("x")</script><img src=x onerror=alert(1)>\'"&'
  const text = renderHtml(
    judged({
      ...result([
        arm(evil, { success: 1, failed: 1 }, { series: series([8, { success: 1 }]) }),
        arm(`${evil}2`, { success: 2 }),
      ]),
      title: evil,
      seed: evil,
      target: evil,
      trouble: [{ fromMs: 0, toMs: 1_000, what: evil }],
      expectations: [{ text: evil, passed: false, measured: evil }],
    }),
  )
  assert.doesNotMatch(text, /<script|<img|onerror=alert\(1\)>/)
  assert.ok(text.includes('&lt;script&gt;'))
})

test('a run of no time and no requests is a page all the same', () => {
  const text = renderHtml(judged(result([arm('none', {})])))
  assert.doesNotMatch(text, /NaN|undefined|Infinity|null/)
  assert.match(text, /No request was made/)
})

test('charts stand before tables, and every point of a sweep has its number or its settings', () => {
  const text = renderHtml(judged(outage))
  assert.ok(text.lastIndexOf('<figure') < text.indexOf('<div class="tables">'))
  assert.ok(text.indexOf('<div class="tables">') < text.indexOf('class="wide"'))
  const labels = [...renderSweepHtml(sweep).matchAll(/<text class="ink" x="[\d.]+" y="[\d.]+">([\d, ]+)(?:: [^<]+)?</g)]
  const numbers = labels.flatMap(([, list = '']) => list.split(', ').map(Number))
  assert.deepEqual(
    numbers.toSorted((a, b) => a - b),
    sweep.points.map((_, index) => index + 1),
  )
})

test('in a browser: no request leaves, nothing overflows, axe finds nothing, a phone has room for it, and it prints on two pages', {
  skip,
}, async () => {
  const folder = mkdtempSync(join(tmpdir(), 'report-'))
  const axe = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')
  const browser = await launch()
  try {
    const page = await browser.newPage({ viewport: { width: 900, height: 800 } })
    let requests: string[] = []
    page.on('request', request => requests.push(request.url()))
    const pages = { outage: renderHtml(judged(outage)), four: renderHtml(judged(four)), sweep: renderSweepHtml(sweep) }
    for (const [name, text] of Object.entries(pages)) {
      const file = join(folder, `${name}.html`)
      writeFileSync(file, text)
      for (const colorScheme of ['light', 'dark'] as const) {
        requests = []
        await page.emulateMedia({ colorScheme })
        await page.goto(pathToFileURL(file).href)
        assert.equal(requests.length, 1)
        const wide = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth')
        assert.equal(wide, 0, `${name} overflows by ${wide}`)
        if (name === 'outage')
          await page.evaluate('document.querySelectorAll("details").forEach(each => { each.open = true })')
        // Evaluated through the debugger, which the policy of the page does not hold back.
        await page.evaluate(axe)
        const found = await page.evaluate(
          'axe.run().then(({ violations }) => violations.map(v => v.id + ": " + v.nodes.map(n => n.target + " " + n.failureSummary).slice(0, 3)))',
        )
        assert.deepEqual(found, [], `${name} ${colorScheme}`)
      }
      await page.setViewportSize({ width: 390, height: 844 })
      assert.equal(await page.evaluate('document.documentElement.scrollWidth'), 390, `${name} on a phone`)
      // Letters of a chart are no smaller than this on a phone, where it scrolls in a frame of its own.
      const letters = `Math.min(...[...document.querySelectorAll('figure text')].map(text => text.getBoundingClientRect().height))`
      assert.ok(((await page.evaluate(letters)) as number) >= 11, name)
      await page.setViewportSize({ width: 900, height: 800 })
      const printed = (await page.pdf({ format: 'A4', preferCSSPageSize: true })).toString('latin1')
      assert.equal(printed.match(/\/Type\s*\/Page\b/g)?.length, name === 'sweep' ? 1 : 2, name)
    }
  } finally {
    await browser.close()
    rmSync(folder, { recursive: true })
  }
})
