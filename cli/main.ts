#!/usr/bin/env node
/** The process of the command line: streams, signals and the exit code; the only file of cli/ that touches `process`. */

import { randomInt } from 'node:crypto'
import { createRequire } from 'node:module'
import { systemClock } from '../server/clock.ts'
import type { Io, Output } from './io.ts'
import { run } from './program.ts'

const SEED_LIMIT = 36 ** 6

const stop = new AbortController()
for (const signal of ['SIGINT', 'SIGTERM'] as const) {
  process.on(signal, () => {
    if (stop.signal.aborted) process.exit(signal === 'SIGINT' ? 130 : 143)
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
}

process.exitCode = await run(process.argv.slice(2), io, version())

/** A reader that goes away early, such as `head`, is no error. */
function output(stream: NodeJS.WriteStream): Output {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error
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
