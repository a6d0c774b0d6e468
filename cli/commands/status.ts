/** `chaos status`: what the server does at present, where each setting came from, and what it has counted. */

import { Control } from '../control.ts'
import { EXIT, type Io } from '../io.ts'
import type { SessionOptions, TargetOptions } from './options.ts'

export interface StatusOptions extends TargetOptions, SessionOptions {
  readonly json?: boolean
}

export async function status(io: Io, options: StatusOptions): Promise<number> {
  const control = new Control({ url: options.url, token: io.env.CHAOS_TOKEN || undefined, session: options.session })
  const hello = await control.requireCatalog()
  const stats = await control.stats()
  if (options.json) {
    io.stdout.write(`${JSON.stringify({ ...hello, stats })}\n`)
    return EXIT.ok
  }
  const lines = [
    `Flaky Catalog ${hello.version} at ${options.url.origin}, session ${hello.session}`,
    ...Object.entries(hello.settings)
      .filter(([, value]) => value !== null)
      .map(([name, value]) => line(name, `${shown(name, value)}${origin(hello.provenance[name])}`)),
    '',
    line('requests', `${stats.requests}, and ${stats.inFlight} under way`),
    ...Object.entries(stats.outcomes)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => line(`  ${name}`, String(count))),
  ]
  io.stdout.write(`${lines.join('\n')}\n`)
  return EXIT.ok
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
