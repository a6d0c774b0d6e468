/** Runs a real process of the project and watches what it prints, until it ends or the test does. */

import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { moduleFile, nodeArguments } from './project.ts'

export interface RunOptions {
  readonly args?: readonly string[]
  /** The whole environment beside PATH. */
  readonly env?: Readonly<Record<string, string>>
  /** Working directory. */
  readonly cwd: string
  /** The script; the main of this project unless given. */
  readonly script?: string
  /** Of `chaos`; the server unless given. */
  readonly command?: string
  /** Further arguments of Node.js itself. */
  readonly node?: readonly string[]
}

export interface Running {
  readonly stdout: string
  readonly stderr: string
  /** Exit code, once the process has ended; -1 after a signal that it did not handle. */
  readonly ended: Promise<number>
  /** Resolves with the match once the output has it. Rejects when the process ends without. */
  sees(pattern: RegExp): Promise<RegExpExecArray>
  signal(name: NodeJS.Signals): void
}

/** Starts a process that is killed when the test ends. */
export function run(test: { after(end: () => void): void }, options: RunOptions): Running {
  const { script = moduleFile('cli/main'), command = 'serve', args: typed = [] } = options
  const args = [...nodeArguments(script, options.node), command, ...typed]
  const child = spawn(process.execPath, args, {
    cwd: options.cwd,
    env: { PATH: process.env.PATH, ...options.env },
    stdio: ['ignore', 'pipe', 'pipe'],
  })
  test.after(() => void child.kill('SIGKILL'))
  const text = { stdout: '', stderr: '' }
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', chunk => {
      text[name] += chunk
    })
  }
  const ended = once(child, 'close').then(([code]) => (typeof code === 'number' ? code : -1))
  return {
    get stdout() {
      return text.stdout
    },
    get stderr() {
      return text.stderr
    },
    ended,
    signal: name => void child.kill(name),
    sees(pattern) {
      return new Promise((resolve, reject) => {
        const look = () => {
          const match = pattern.exec(text.stdout + text.stderr)
          if (match) resolve(match)
        }
        child.stdout.on('data', look)
        child.stderr.on('data', look)
        look()
        void ended.then(code => reject(new Error(`ended with ${code} before ${pattern}\n${text.stdout}${text.stderr}`)))
      })
    },
  }
}
