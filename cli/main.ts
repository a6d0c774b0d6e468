#!/usr/bin/env node
/** The process: streams, signals and the exit code; the only file that touches `process`. */

import module from 'node:module'
import { systemClock } from '../server/lib/clock.ts'
import { Interrupt } from '../server/lib/interrupt.ts'
import { packageRoot, packageVersion } from '../server/lib/package-root.ts'
import { withEnvFile } from './env-file.ts'
import { EXIT, exitCode, type Io, type Output } from './io.ts'
import { homeFolder, runsFolder } from './runs/data-folder.ts'

// What is imported after this is compiled once for all starts, where Node.js can (22.1).
;(module as { enableCompileCache?: () => unknown }).enableCompileCache?.()
const { run } = await import('./program.ts')

/** Why the result could not be written; null while it could. */
let lost: string | null = null

const interrupt = new Interrupt(systemClock, signal => process.exit(exitCode(AbortSignal.abort(signal))))
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.on(signal, () => interrupt.receive(signal))

// A server finishes what it has begun even then; a command has nothing to finish.
if (process.argv[2] === 'serve') {
  for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
    process.on(event, reason => interrupt.fail(reason instanceof Error ? reason : new Error(String(reason))))
  }
}

/** How long a command may take to put back what it has begun, once its user wants to stop. */
const STOPPING_MS = 15_000
interrupt.signal.addEventListener('abort', () => {
  setTimeout(() => process.exit(exitCode(interrupt.signal)), STOPPING_MS).unref()
})

const io: Io = {
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  ...(await withEnvFile('.env', process.env, text => void process.stderr.write(`chaos: ${text}\n`))),
  clock: systemClock,
  wallMs: Date.now,
  draw: () => (crypto.getRandomValues(new Uint32Array(1))[0] ?? 0).toString(36),
  interrupted: interrupt.signal,
  runsFolder: runsFolder(process.platform, process.env, homeFolder()),
  tty: () => process,
}

process.on('exit', code => {
  if (lost !== null && code === EXIT.ok) process.exitCode = EXIT.usage
})
process.exitCode = await run(process.argv.slice(2), io, packageVersion(packageRoot(import.meta.url)))

/** A reader that goes away early, such as `head` or a terminal that is closed, is no error; a disk that is full loses the result. */
function output(stream: NodeJS.WriteStream): Output {
  stream.on('error', ({ code = 'no reason given' }: NodeJS.ErrnoException) => {
    if (stream !== process.stdout) return
    // Nobody reads on: whatever goes on to write has no reason to.
    if (code === 'EPIPE' || (code === 'EIO' && stream.isTTY)) {
      if (!interrupt.signal.aborted) interrupt.receive('SIGPIPE')
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
