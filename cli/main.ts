#!/usr/bin/env node
/** The process of the command line: streams, signals and the exit code; the only file of cli/ that touches `process`. */

import { randomInt } from 'node:crypto'
import { createRequire } from 'node:module'
import { systemClock } from '../server/clock.ts'
import { exitCode, type Io, type Output } from './io.ts'
import { run } from './program.ts'

const SEED_LIMIT = 36 ** 6

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(exitCode(stop.signal))
    stop.abort(signal)
  })
}

const io: Io = {
  stdout: output(process.stdout),
  stderr: output(process.stderr),
  env: process.env,
  clock: systemClock,
  wallMs: Date.now,
  draw: () => randomInt(SEED_LIMIT).toString(36).padStart(6, '0'),
  interrupted: stop.signal,
  tty: () => process,
}

process.exitCode = await run(process.argv.slice(2), io, version())

/** A reader that goes away early, such as `head` or a terminal that is closed, is no error. */
function output(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE' && error.code !== 'EIO') throw error
  })
  return {
    write: text => void stream.write(text),
    isTTY: stream.isTTY === true,
    get columns() {
      return stream.columns || 80
    },
  }
}

function version(): string {
  return (createRequire(import.meta.url)('flaky-catalog/package.json') as { version: string }).version
}
