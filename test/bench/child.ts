/** A server in a process of its own, known by the first URL that it prints. */

import { type ChildProcess, spawn } from 'node:child_process'
import { readFileSync } from 'node:fs'

export interface Child {
  readonly url: string
  /** Milliseconds of processor time so far, in steps of 10; NaN where the system is not Linux. */
  cpuMs(): number
  /** Ends the process and resolves when it has ended. */
  stop(): Promise<void>
}

/** Starts Node.js with `args` and waits for the URL. */
export async function startChild(...args: string[]): Promise<Child> {
  const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'inherit'] })
  const ended = new Promise<void>(resolve => child.once('exit', () => resolve()))
  return {
    url: await firstUrl(child, args),
    cpuMs: () => cpuMs(child.pid ?? 0),
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

/** Fields 14 and 15 of proc(5) `stat`, user and system time in hundredths of a second; the second field may hold blanks. */
function cpuMs(pid: number): number {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.split(' ') ?? []
    return (Number(fields[11]) + Number(fields[12])) * 10
  } catch {
    return Number.NaN
  }
}
