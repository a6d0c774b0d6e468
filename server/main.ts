#!/usr/bin/env node
/** The process of `npm start`: streams, signals and the exit code; the only file of server/ that touches `process`. */

import { randomInt } from 'node:crypto'
import { systemClock } from './lib/clock.ts'
import { Interrupt } from './lib/interrupt.ts'
import type { Lines } from './lib/log.ts'
import { serve } from './serve.ts'

/** Seeds are drawn below it: six digits are easy to say across a room. */
const SEED_LIMIT = 1_000_000

const interrupt = new Interrupt(systemClock, signal => process.exit(signal === 'SIGINT' ? 130 : 143))
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => interrupt.receive(signal))
for (const event of ['uncaughtException', 'unhandledRejection'] as const) {
  process.on(event, reason => interrupt.fail(reason instanceof Error ? reason : new Error(String(reason))))
}

const code = await serve({
  args: process.argv.slice(2),
  name: 'npm start --',
  env: process.env,
  stdout: lines(process.stdout),
  stderr: lines(process.stderr),
  clock: systemClock,
  draw: () => String(randomInt(SEED_LIMIT)),
  interrupted: interrupt.signal,
})
process.exit(code)

/** A reader that goes away, such as `head`, and a disk that is full are no reasons to end: what cannot be written is lost. */
function lines(stream: NodeJS.WriteStream): Lines {
  stream.on('error', () => {})
  return { write: text => void stream.write(text), isTTY: stream.isTTY === true }
}
