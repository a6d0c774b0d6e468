/** A server in a process of its own, known by the first URL that it prints. */

import { type ChildProcess, spawn } from 'node:child_process'

export interface Child {
  readonly url: string
  /** Ends the process and resolves when it has ended. */
  stop(): Promise<void>
}

/** Starts Node.js with `args` and waits for the URL. */
export async function startChild(...args: string[]): Promise<Child> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  return {
    url: await firstUrl(child, args),
    stop() {
      child.kill('SIGTERM')
      return ended
    },
  }
}

function firstUrl(child: ChildProcess, args: readonly string[]): Promise<string> {
  return new Promise((resolve, reject) => {
    let text = ''
    child.stdout?.setEncoding('utf8').on('data', chunk => {
      text += chunk
      const url = /http:\/\/[\d.]+:\d+/.exec(text)?.[0]
      if (url) resolve(url)
    })
    child.once('exit', code => reject(new Error(`${args.join(' ')} ended with ${code} before it printed a URL`)))
  })
}
