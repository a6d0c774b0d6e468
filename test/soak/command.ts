/** Runs commands for the soaks, each in a process group of its own, so that nothing of them outlives the soak. */

import { spawn } from 'node:child_process'

export interface Options {
  readonly cwd: string
  readonly env?: NodeJS.ProcessEnv
}

export interface Outcome {
  /** -1 after a signal. */
  readonly code: number
  readonly stdout: string
  readonly stderr: string
  readonly seconds: number
}

const groups = new Set<Command>()
process.on('exit', () => {
  for (const group of groups) group.signal('SIGKILL')
})
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(name, () => process.exit(1))

/** A command that runs, and whatever it started. */
export class Command {
  stdout = ''
  stderr = ''
  /** The exit code, once the output is closed. */
  readonly ended: Promise<number>
  readonly #group: number | undefined
  readonly #hears: (listener: () => void) => void

  constructor(command: string, args: readonly string[], { cwd, env = process.env }: Options) {
    const child = spawn(command, args, { cwd, env, detached: true, stdio: ['ignore', 'pipe', 'pipe'] })
    this.#group = child.pid
    groups.add(this)
    for (const name of ['stdout', 'stderr'] as const) {
      child[name].setEncoding('utf8').on('data', (text: string) => {
        this[name] += text
      })
    }
    this.#hears = listener => void child.stdout.on('data', listener)
    this.ended = new Promise((resolve, reject) => {
      child.on('error', reject)
      child.on('close', code => {
        groups.delete(this)
        resolve(code ?? -1)
      })
    })
  }

  /** As a terminal does it: to the command and to everything that it started. */
  signal(name: NodeJS.Signals): void {
    if (this.#group === undefined) return
    try {
      process.kill(-this.#group, name)
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error
    }
  }

  /** Resolves with the match once the output has it; rejects when the command ends without, or after so many milliseconds. */
  sees(pattern: RegExp, mostMs: number): Promise<RegExpExecArray> {
    return new Promise((resolve, reject) => {
      const fail = (why: string) => reject(new Error(`${why} before ${pattern}\n${this.stdout}${this.stderr}`))
      const late = setTimeout(() => fail(`${mostMs} ms passed`), mostMs)
      const look = () => {
        const match = pattern.exec(this.stdout)
        if (!match) return
        clearTimeout(late)
        resolve(match)
      }
      this.#hears(look)
      look()
      void this.ended.then(code => {
        clearTimeout(late)
        fail(`ended with ${code}`)
      }, reject)
    })
  }
}

/** Runs a command to its end; after so many milliseconds it is killed. */
export async function finish(
  command: string,
  args: readonly string[],
  options: Options & { readonly mostMs: number },
): Promise<Outcome> {
  const startedAt = performance.now()
  const running = new Command(command, args, options)
  const late = setTimeout(() => {
    running.stderr += `\nno end of ${command} ${args.join(' ')} after ${options.mostMs / 60_000} minutes\n`
    running.signal('SIGKILL')
  }, options.mostMs)
  try {
    const code = await running.ended
    const { stdout, stderr } = running
    return { code, stdout, stderr, seconds: Math.round((performance.now() - startedAt) / 1_000) }
  } finally {
    clearTimeout(late)
  }
}

/** The error code of an npm that failed, such as `E404`, or an empty text. */
export function npmError({ stderr }: Outcome): string {
  return /^npm (?:error|ERR!) code (\w+)/m.exec(stderr)?.[1] ?? ''
}

/** Codes of an npm that has no network. */
export const OFFLINE = /^(ENOTFOUND|EAI_AGAIN|ECONNREFUSED|ENETUNREACH|ETIMEDOUT|ERR_SOCKET_TIMEOUT|ENOTCACHED)$/

export function tail(text: string, lines = 40): string {
  return text.trimEnd().split('\n').slice(-lines).join('\n')
}
