/** Runs the command line in this process, with streams that are kept, and as a process of its own. */

import { type ChildProcess, spawn } from 'node:child_process'
import { closeSync, mkdtempSync, openSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Io } from '../../cli/io.ts'
import { run } from '../../cli/program.ts'
import { type Result, resultSchema } from '../../cli/report/result.ts'
import { type Clock, systemClock } from '../../server/lib/clock.ts'
import { moduleFile, nodeArguments } from '../support/project.ts'

export interface Ran {
  readonly code: number
  readonly stdout: string
  readonly stderr: string
}

export interface Surroundings {
  readonly env?: Readonly<Record<string, string>>
  readonly columns?: number
  readonly isTTY?: boolean
  readonly interrupted?: AbortSignal
  /** Where runs are kept that no server keeps; nowhere unless given. */
  readonly runsFolder?: string
  /** Other days of live runs, which take half a second of two threads; none unless given. */
  readonly days?: Io['days']
  /** Keyboard and screen; none unless given. */
  readonly tty?: Io['tty']
  /** The clock of this process unless given. */
  readonly clock?: Clock
}

/** What a command gets within this process, and what it writes there. */
export function testIo(surroundings: Surroundings = {}): { io: Io; text: { stdout: string; stderr: string } } {
  const {
    env = {},
    columns = 80,
    isTTY = false,
    interrupted = new AbortController().signal,
    runsFolder,
    days = null,
    tty,
    clock = systemClock,
  } = surroundings
  const text = { stdout: '', stderr: '' }
  const keep = (stream: 'stdout' | 'stderr') => ({
    isTTY,
    columns,
    write: (more: string) => {
      text[stream] += more
    },
  })
  let drawn = 0
  const io: Io = {
    stdout: keep('stdout'),
    stderr: keep('stderr'),
    env,
    clock,
    wallMs: Date.now,
    draw: () => `test${drawn++}`,
    ...{ interrupted, days },
    ...(tty === undefined ? {} : { tty }),
    ...(runsFolder === undefined ? {} : { runsFolder }),
  }
  return { io, text }
}

/** `chaos …` within this process. */
export async function chaos(args: readonly string[], surroundings: Surroundings = {}): Promise<Ran> {
  const { io, text } = testIo(surroundings)
  return { code: await run(args, io, '0.0.0', async () => io), ...text }
}

/** The document that a command printed with `--json`; the text must hold nothing else. */
export function documentOf({ stdout }: Ran): Result {
  return resultSchema.parse(JSON.parse(stdout))
}

export interface Spawned {
  readonly process: ChildProcess
  readonly ended: Promise<Ran & { readonly signal: NodeJS.Signals | null }>
  /** Resolves with the first match when the text of both streams matches; rejects where the process ends before it does. */
  says(pattern: RegExp): Promise<string>
}

let dataHome: string | null = null

/** What spawned commands leave behind goes with this process. */
function temporaryHome(): string {
  if (dataHome !== null) return dataHome
  const made = mkdtempSync(join(tmpdir(), 'chaos-'))
  process.on('exit', () => rmSync(made, { recursive: true, force: true }))
  dataHome = made
  return made
}

const MAIN = moduleFile('cli/main')

/** `chaos …` as a process; a stream that is given a path goes there and is not kept. */
export function spawnChaos(
  args: readonly string[],
  env: Readonly<Record<string, string>> = {},
  { stdout, stderr }: { readonly stdout?: string; readonly stderr?: string } = {},
): Spawned {
  const [out, err] = [stdout, stderr].map(path => (path === undefined ? 'pipe' : openSync(path, 'w')))
  const child = spawn(process.execPath, [...nodeArguments(MAIN), ...args], {
    stdio: ['ignore', out, err],
    env: { PATH: process.env.PATH, HOME: process.env.HOME, XDG_DATA_HOME: temporaryHome(), ...env },
  })
  for (const opened of [out, err]) if (typeof opened === 'number') closeSync(opened)
  const text = { stdout: '', stderr: '' }
  const watchers = new Set<() => void>()
  for (const stream of ['stdout', 'stderr'] as const) {
    child[stream]?.setEncoding('utf8').on('data', (more: string) => {
      text[stream] += more
      for (const look of watchers) look()
    })
  }
  return {
    process: child,
    ended: new Promise(resolve => child.on('close', (code, signal) => resolve({ code: code ?? -1, signal, ...text }))),
    says: pattern =>
      new Promise((resolve, reject) => {
        const ended = () => reject(new Error(`${args.join(' ')} ended: ${text.stdout}${text.stderr}`))
        child.once('close', ended)
        const look = () => {
          const match = pattern.exec(text.stdout + text.stderr)
          if (!match) return
          watchers.delete(look)
          child.removeListener('close', ended)
          resolve(match[0])
        }
        watchers.add(look)
        look()
      }),
  }
}
