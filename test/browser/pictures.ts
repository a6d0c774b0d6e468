/**
 * Makes the pictures of the web console for the README, out of a real server and a real comparison.
 * Run it with: node --import tsx test/browser/pictures.ts [name …]
 */

import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import type { Browser, Page } from 'playwright-core'
import { openExperimentPort } from '../../cli/experiment-port/port.ts'
import { systemClock } from '../../server/lib/clock.ts'
import { packageRoot } from '../../server/lib/package-root.ts'
import { startServer } from '../../server/server.ts'
import { launch, openPage } from './browser.ts'

interface Picture {
  readonly name: string
  readonly size: { readonly width: number; readonly height: number }
  readonly theme: 'dark' | 'light'
  readonly language: string
  readonly view?: string
  /** A key that is pressed before. */
  readonly key?: string
  /** The server is gone. */
  readonly lost?: boolean
  /** Nothing has happened yet. */
  readonly quiet?: boolean
}

const PROJECTOR = { width: 1280, height: 720 }
const PICTURES: readonly Picture[] = [
  { name: 'console-empty', size: PROJECTOR, theme: 'dark', language: 'en-GB', quiet: true },
  { name: 'console-dark', size: PROJECTOR, theme: 'dark', language: 'en-GB' },
  { name: 'console-light', size: PROJECTOR, theme: 'light', language: 'en-GB' },
  { name: 'console-presenter', size: PROJECTOR, theme: 'dark', language: 'en-GB', key: 'p' },
  { name: 'console-board', size: PROJECTOR, theme: 'light', language: 'en-GB', view: '#board' },
  { name: 'console-phone', size: { width: 390, height: 844 }, theme: 'dark', language: 'pt-BR' },
  { name: 'console-disconnected', size: PROJECTOR, theme: 'light', language: 'pt-BR', lost: true },
]
const ATTENDEES = ['ana', 'bruno', 'carla', 'diego', 'elisa', 'fabio', 'gabi', 'hugo', 'iris', 'joao', 'katia']

const root = packageRoot(import.meta.url)
const folder = join(root, 'data', 'pictures')
const wanted = process.argv.slice(2)
const closers: (() => Promise<void>)[] = []
const later = { after: (close: () => Promise<void>) => void closers.push(close) }

mkdirSync(folder, { recursive: true })
const latency = { distribution: 'lognormal', p50: '25ms', p99: '160ms', cap: '60s' } as const
const experiments = openExperimentPort({
  ...{ clock: systemClock, wallMs: Date.now, draw: () => Math.random().toString(36).slice(2, 10) },
  usualUrl: new URL('http://127.0.0.1:8000'),
})
const server = await startServer({ seed: '42', settings: { latency }, experiments })
const browser = await launch()
try {
  await shoot(picture => picture.quiet === true)
  const room = attend()
  await put('/chaos/fail-rate', { failRate: 8 })
  const over = compare()
  await sleep(20_000)
  await post('/chaos/outages', { for: '14s' })
  await sleep(34_000)
  await post('/chaos/outages', { for: '20s' })
  await sleep(5_000)
  // Pages that come now are told all that has happened.
  await shoot(picture => !picture.quiet && !picture.lost)
  await over
  room.stop()
  await shoot(picture => picture.lost === true)
} finally {
  for (const close of closers) await close()
  await browser.close()
  await server.close(0)
}

async function open(browser: Browser, { size, theme, language, view = '', key }: Picture): Promise<Page> {
  const { page } = await openPage(later as never, browser, `${server.url}/${view}`, {
    viewport: size,
    colorScheme: theme,
    locale: language,
    deviceScaleFactor: size.width < 600 ? 2 : 1.5,
  })
  if (key) await page.keyboard.press(key)
  return page
}

async function shoot(now: (picture: Picture) => boolean): Promise<void> {
  const chosen = PICTURES.filter(({ name }) => wanted.length === 0 || wanted.includes(name))
  for (const picture of chosen.filter(now)) {
    const page = await open(browser, picture)
    // The board learns what is new from one second to the next.
    await sleep(picture.view === '#board' ? 14_000 : 1_500)
    if (picture.lost) {
      await server.close(0)
      await sleep(1_500)
    }
    await page.screenshot({ path: join(folder, `${picture.name}.png`) })
    await page.context().close()
    console.log(`data/pictures/${picture.name}.png`)
  }
}

/** `chaos compare`, as somebody in the room would type it. */
async function compare(): Promise<void> {
  const { run } = await import('../../cli/program.ts')
  const words = [
    'compare',
    '--url',
    server.url,
    '--requests',
    '3800',
    '--concurrency',
    '5',
    '--every',
    '100ms',
    '--seed',
    '42',
  ]
  const quiet = { write: () => {}, isTTY: false, columns: 80 }
  const io = {
    stdout: quiet,
    stderr: quiet,
    env: {},
    clock: systemClock,
    wallMs: Date.now,
    draw: () => Math.random().toString(36).slice(2, 10),
    interrupted: new AbortController().signal,
  }
  await run(words, io, '0.0.0', async () => io)
}

/** Attendees with sessions of their own, each with a fail rate of its own. */
function attend(): { stop(): void } {
  let over = false
  const ask = async (name: string, failRate: number): Promise<void> => {
    await post('/chaos/sessions', { id: name, settings: { failRate } })
    while (!over) {
      const headers = { 'x-chaos-session': name }
      await fetch(`${server.url}/catalogs/155568600`, { headers }).then(
        answer => answer.text(),
        () => {},
      )
      await sleep(150)
    }
  }
  for (const [index, name] of ATTENDEES.entries()) void ask(name, index * 8).catch(() => {})
  return {
    stop() {
      over = true
    },
  }
}

function post(path: string, body: unknown): Promise<Response> {
  return send('POST', path, body)
}

function put(path: string, body: unknown): Promise<Response> {
  return send('PUT', path, body)
}

function send(method: string, path: string, body: unknown): Promise<Response> {
  const headers = { 'content-type': 'application/json', 'x-chaos-origin': 'web' }
  return fetch(`${server.url}${path}`, { method, headers, body: JSON.stringify(body) })
}
