#!/usr/bin/env node
/** The process: streams, signals and the exit code; the only file that touches `process`. */

import module from 'node:module'
import type { Interrupt } from '../server/lib/interrupt.ts'
import type { Io, Output, Streams } from './io.ts'

/** How long a command may take to put back what it has begun, once its user wants to stop. */
const STOPPING_MS = 15_000

// What is imported after this is compiled once for all starts, where Node.js can (22.1).
;(module as { enableCompileCache?: () => unknown }).enableCompileCache?.()
const { run } = await import('./program.ts')

/** Why the result could not be written; null while it could. */
let lost: string | null = null
/** There once a command runs: help is over before anybody could interrupt it. */
let interrupt: Interrupt | null = null

const [stdout, stderr] = [once(() => output(process.stdout)), once(() => output(process.stderr))]
const streams: Streams = {
  get stdout() {
    return stdout()
  },
  get stderr() {
    return stderr()
  },
}

process.on('exit', code => {
  if (lost !== null && code === 0) process.exitCode = 2
})
const args = process.argv.slice(2)
process.exitCode = await run(args, streams, await version(), commandIo)

/** What a command gets of the process; help does without, and so without the time that it takes to load. */
async function commandIo(): Promise<Io> {
  const [{ systemClock }, { Interrupt }, { withEnvFile }, { exitCode }, { homeFolder, runsFolder }] = await Promise.all(
    [
      import('../server/lib/clock.ts'),
      import('../server/lib/interrupt.ts'),
      import('./env-file.ts'),
      import('./io.ts'),
      import('./runs/data-folder.ts'),
    ],
  )
  const interrupted = new Interrupt(systemClock, signal => process.exit(exitCode(AbortSignal.abort(signal))))
  interrupt = interrupted
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupted.receive(signal))

  // A server finishes what it has begun even then; a command has nothing to finish.
  if (args[0] === 'serve') {
    for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
      process.on(event, reason => interrupted.fail(reason instanceof Error ? reason : new Error(String(reason))))
    }
  }
  interrupted.signal.addEventListener('abort', () => {
    setTimeout(() => process.exit(exitCode(interrupted.signal)), STOPPING_MS).unref()
  })
  return {
    stdout: streams.stdout,
    stderr: streams.stderr,
    ...(await withEnvFile('.env', process.env, text => void process.stderr.write(`chaos: ${text}\n`))),
    clock: systemClock,
    wallMs: Date.now,
    draw: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0).toString(36),
    interrupted: interrupted.signal,
    runsFolder: runsFolder(process.platform, process.env, homeFolder()),
    tty: () => process,
  }
}

/** The version, where it is asked for; it is in a file. */
async function version(): Promise<string> {
  if (!args.some(arg => arg === '--version' || arg.startsWith('-V'))) return ''
  const { packageRoot, packageVersion } = await import('../server/lib/package-root.ts')
  return packageVersion(packageRoot(import.meta.url))
}

function once<T>(make: () => T): () => T {
  let made: T | undefined
  return () => {
    made ??= make()
    return made
  }
}

/** A reader that goes away early, such as `head` or a terminal that is closed, is no error; a disk that is full loses the result. */
function output(stream: NodeJS.WriteStream): Output {
  stream.on('error', ({ code = 'no reason given' }: NodeJS.ErrnoException) => {
    if (stream !== process.stdout) return
    // Nobody reads on: whatever goes on to write has no reason to.
    if (code === 'EPIPE' || (code === 'EIO' && stream.isTTY)) {
      if (interrupt?.signal.aborted === false) interrupt.receive('SIGPIPE')
      return
    }
    if (lost === null) process.stderr.write(`chaos: what it had to say could not be written (${code})\n`)
    lost = code
  })
  return {
    write: text => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns || 80
    },
  }
}
