/** `chaos status`: what the server does at present, where each setting came from, and what it has counted. */

import { Control, type Hello, type Stats } from '../control/control.ts'
import { EXIT, type Io } from '../io.ts'
import type { SessionOptions, TargetOptions } from '../options/common.ts'
import { type Look, watch } from './status-watch.ts'

export interface StatusOptions extends TargetOptions, SessionOptions {
  readonly json?: boolean
  /** Looks again every second. */
  readonly watch?: boolean
}

export async function status(io: Io, options: StatusOptions): Promise<number> {
  const control = new Control({
    url: options.url,
    token: io.env.CHAOS_TOKEN || undefined,
    signal: io.interrupted,
    session: options.session,
  })
  let before: { readonly requests: number; readonly atMs: number } | null = null
  const look = async (): Promise<Look> => {
    const hello = await control.requireCatalog()
    const stats = await control.stats()
    const atMs = io.clock.now()
    const since = before && (1_000 * Math.max(0, stats.requests - before.requests)) / (atMs - before.atMs)
    before = { requests: stats.requests, atMs }
    return { lines: linesOf(options.url, hello, stats, since), json: { ...hello, stats } }
  }
  if (options.watch) return watch(io, options.json === true, look)
  const { lines, json } = await look()
  io.stdout.write(options.json ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`)
  return EXIT.ok
}

/** `perSecond` is null for a first look. */
function linesOf(url: URL, hello: Hello, stats: Stats, perSecond: number | null): string[] {
  const pace = perSecond === null ? '' : `, ${Math.round(perSecond)} a second`
  return [
    `Flaky Catalog ${hello.version} at ${url.origin}, session ${hello.session}`,
    ...Object.entries(hello.settings)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => line(name, `${shown(name, value)}${origin(hello.provenance[name])}`)),
    '',
    line('requests', `${stats.requests}, and ${stats.inFlight} under way${pace}`),
    ...Object.entries(stats.outcomes)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => line(`  ${name}`, String(count))),
  ]
}

const LABEL_WIDTH = 14
const LONGEST = 60

function line(label: string, text: string): string {
  return text === '' ? label : `  ${label.padEnd(LABEL_WIDTH)}${text}`
}

function shown(name: string, value: unknown): string {
  if (name === 'failRate') return `${String(value)} %`
  const text = typeof value === 'string' ? value : JSON.stringify(value)
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 1)}…`
}

function origin(provenance: { readonly source: string } | undefined): string {
  return provenance && provenance.source !== 'default' ? ` (from ${provenance.source})` : ''
}
