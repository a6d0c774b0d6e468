/** The challenges on the page's board: begin one, follow it, stop it, and read a report, whatever its name is. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { createRequire } from 'node:module'
import { after, before, describe, it } from 'node:test'
import type { Browser } from 'playwright-core'
import { grade } from '../../server/challenge/grade.ts'
import { referenceExams } from '../../server/challenge/reference.ts'
import { report } from '../../server/challenge/report.ts'
import { resultsOf } from '../server/challenge/recorded.ts'
import { startTestServer } from '../support/server.ts'
import { launch, openPage, skip } from './browser.ts'

const AXE = readFileSync(createRequire(import.meta.url).resolve('axe-core/axe.min.js'), 'utf8')

describe('challenges on the board', { skip, timeout: 120_000 }, () => {
  let browser: Browser
  before(async () => {
    browser = await launch()
  })
  after(() => browser.close())

  it('are begun, followed and stopped', async test => {
    const server = await startTestServer(test, { settings: { failRate: 70 } })
    const { page, complaints } = await openPage(test, browser, `${server.url}/#board`)
    await page.getByText('Nobody was judged yet.').waitFor()
    await page.getByRole('button', { name: 'Judge the client in default' }).click()
    await page.getByText('waiting for 20 starts a second: 0 now').first().waitFor()
    assert.equal(server.chaos.settings().failRate, 0)
    await page.locator('.challenges summary').click()
    await page.getByRole('button', { name: 'Stop' }).click()
    await page.getByRole('button', { name: 'Remove' }).waitFor()
    assert.equal(server.chaos.settings().failRate, 70)
    await page.getByRole('button', { name: 'Remove' }).click()
    await page.getByText('Nobody was judged yet.').waitFor()
    assert.deepEqual(complaints, [])
  })

  it('let only who has the token of the host hide and remove', async test => {
    const server = await startTestServer(test, { token: 'of-the-host', openSessions: true })
    const { page } = await openPage(test, browser, server.url)
    const challenge = { id: 'challenge-1', session: 'x1', name: 'José', phase: 'done', startedAt: '', grades: {} }
    await page.route('**/challenges', route => route.fulfill({ json: { challenges: [challenge] } }))
    await page.route('**/challenges/challenge-1*', route =>
      route.fulfill({ json: { ...challenge, says: 'done', report: [] } }),
    )
    await page.goto(`${server.url}/#board`)
    await page.locator('.challenges summary').click()
    await page.locator('.challenge-report li').waitFor()
    const buttons = page.locator('.challenges button:visible')
    assert.equal(await buttons.count(), 0)
    await page.evaluate("sessionStorage.setItem('token', 'of-the-host')")
    await page.reload()
    await page.locator('.challenges summary').click()
    await page.getByRole('button', { name: 'Remove' }).waitFor()
    assert.deepEqual(await buttons.allTextContents(), ['Hide', 'Hide the name', 'Remove'])
  })

  it('show the grade and twelve lines, and a name is text', async test => {
    const server = await startTestServer(test)
    const exams = resultsOf('lasier')
    const grades = grade(exams)
    const letters = Object.fromEntries(Object.entries(grades).map(([name, each]) => [name, each.grade]))
    const challenge = { id: 'challenge-1', session: 'default', name: '<b>José</b>', phase: 'done', grades: letters }
    const { page, complaints } = await openPage(test, browser, server.url)
    await page.route('**/challenges**', route => {
      const lines = report(exams, grades, 'en', referenceExams())
      const whole = { ...challenge, says: 'done', report: lines }
      return route.fulfill({
        json: route.request().url().includes('challenge-1') ? whole : { challenges: [challenge] },
      })
    })
    await page.goto(`${server.url}/#board`)
    await page.reload()
    await page.getByText('<b>José</b> (default)').waitFor()
    await page.locator('.session-card .challenge-grade', { hasText: 'D' }).waitFor()
    await page.locator('.challenges summary').click()
    await page.getByText('not back in 16 s (reference breaker 201 ms)').waitFor()
    assert.equal(await page.locator('.challenge-report li').count(), 12)
    await page.evaluate(AXE)
    const violations = (await page.evaluate('axe.run().then(result => result.violations)')) as { id: string }[]
    assert.deepEqual(
      violations.map(({ id }) => id),
      [],
    )
    assert.deepEqual(complaints, [])
  })
})
