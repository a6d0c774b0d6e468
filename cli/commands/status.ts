/** `chaos status`: what the server does at present, where each setting came from, and what it has counted; once, or again and again. */

import { settingText } from '../../server/chaos/settings/words.ts'
import { sleep } from '../../server/lib/clock.ts'
import { UserError } from '../../server/lib/user-error.ts'
import type { Hello, Stats } from '../control/control.ts'
import { EXIT, exitCode, type Io } from '../io.ts'
import { fit, styled, toAnsi } from '../live/styled-line.ts'
import { jsonOption, type ServerOptions, sessionOption, targetOptions } from '../options/common.ts'
import { byWhom, english } from '../report/verdict/words.ts'
import { wrapText } from '../report/wrap.ts'
import type { Define } from './command.ts'

interface StatusOptions extends ServerOptions {
  /** Looks again every second. */
  readonly watch?: boolean
}

export const define: Define = (command, run, env) => {
  jsonOption(sessionOption(targetOptions(command, env), env))
  command.option('-w, --watch', 'look again every second, until Ctrl-C')
  command.action(options => run(io => status(io, options)))
}

async function status(io: Io, options: StatusOptions): Promise<number> {
  const { controlFor } = await import('../control/control.ts')
  const control = controlFor(io, options.url, options.session)
  let before: { readonly requests: number; readonly atMs: number } | null = null
  const look = async (): Promise<StatusView> => {
    const hello = await control.requireCatalog()
    const stats = await control.stats()
    const atMs = io.clock.now()
    const since = before && (1_000 * Math.max(0, stats.requests - before.requests)) / (atMs - before.atMs)
    before = { requests: stats.requests, atMs }
    return { lines: linesOf(options.url, hello, stats, since, io.stdout.columns), json: { ...hello, stats } }
  }
  if (options.watch) return watch(io, options.json === true, look)
  const { lines, json } = await look()
  io.stdout.write(options.json ? `${JSON.stringify(json)}\n` : `${lines.join('\n')}\n`)
  return EXIT.ok
}

/** `perSecond` is null for a first look. */
function linesOf(url: URL, hello: Hello, stats: Stats, perSecond: number | null, columns: number): string[] {
  const pace = perSecond === null ? '' : `, ${Math.round(perSecond)} a second`
  return [
    `Flaky Catalog ${hello.version} at ${url.origin}, session ${hello.session}`,
    ...Object.entries(hello.settings)
      .map(([name, value]) => [name, settingText(name, value)] as const)
      .filter(([, text]) => text !== '')
      .flatMap(([name, words]) => {
        const [first = '', ...more] = wrapText(words, Math.max(MIN_WIDTH, columns - INDENT))
        return [line(name, first), ...more.map(text => ' '.repeat(INDENT) + text)].map((text, index, all) =>
          index === all.length - 1 ? text + origin(hello.provenance[name]) : text,
        )
      }),
    '',
    line('requests', `${stats.requests}, and ${stats.inFlight} under way${pace}`),
    ...Object.entries(stats.outcomes)
      .filter(([, count]) => count > 0)
      .map(([name, count]) => line(`  ${name}`, String(count))),
  ]
}

const LABEL_WIDTH = 14
/** Columns before a value. */
const INDENT = LABEL_WIDTH + 2
const MIN_WIDTH = 40

function line(label: string, text: string): string {
  return text === '' ? label : `  ${label.padEnd(LABEL_WIDTH)}${text}`
}

function origin(provenance: { readonly source?: unknown } | null | undefined): string {
  const source = provenance?.source
  return typeof source === 'string' && source !== 'default' ? ` (${byWhom(source, english)})` : ''
}

/** The status at one moment. */
export interface StatusView {
  /** For people. */
  readonly lines: readonly string[]
  /** For programs: one document. */
  readonly json: object
}

const EVERY_MS = 1_000

/**
 * Looks once a second until the user stops it. A server that goes away is said and waited for; one that was never there ends it.
 * @throws {UserError} with code 3 where nothing answers at the first look
 */
export async function watch(io: Io, json: boolean, look: () => Promise<StatusView>): Promise<number> {
  const draw = json ? documents(io) : io.stdout.isTTY && io.env.TERM !== 'dumb' ? inPlace(io) : changes(io)
  draw(await look())
  for (;;) {
    await sleep(io.clock, EVERY_MS, io.interrupted)
    if (io.interrupted.aborted) return exitCode(io.interrupted)
    draw(await look().catch(lost))
  }
}

function lost(error: unknown): StatusView {
  if (!(error instanceof UserError) || error.exitCode !== EXIT.unreachable) throw error
  return { lines: [error.message, 'trying again every second'], json: { error: error.message } }
}

/** Every look is a line. */
function documents({ stdout }: Io) {
  return ({ json }: StatusView): void => stdout.write(`${JSON.stringify(json)}\n`)
}

/** A look that says what the last one said is left out. */
function changes({ stdout }: Io) {
  let last = ''
  return ({ lines }: StatusView): void => {
    const text = `${lines.join('\n')}\n`
    if (text !== last) stdout.write(last === '' ? text : `\n${text}`)
    last = text
  }
}

/** Writes over the last look, line by line and without blanking anything first, so that nothing flickers. */
function inPlace({ stdout }: Io) {
  let height = 0
  return ({ lines }: StatusView): void => {
    const cut = lines.map(
      line => `${toAnsi(fit([styled(line)], Math.max(1, stdout.columns - 1), false), false)}\x1b[K\n`,
    )
    stdout.write(`${height > 0 ? `\x1b[${height}A\r` : ''}${cut.join('')}\x1b[J`)
    height = cut.length
  }
}
