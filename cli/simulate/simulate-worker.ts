/** The thread of a simulation whose libraries go by the clock of the process: see `thread`. */

import { parentPort, workerData } from 'node:worker_threads'
import { UserError } from '../../server/lib/user-error.ts'
import { CircuitOptionsError } from '../breaker/options.ts'
import { simulate } from './simulate.ts'
import type { ThreadAsked, ThreadError, ThreadSaid } from './thread.ts'

const stopped = new AbortController()
const say = (message: ThreadSaid) => parentPort?.postMessage(message)
parentPort?.on('message', () => stopped.abort())
const { spec, world, command, url, days } = workerData as ThreadAsked
const options = {
  command,
  days,
  url: new URL(url),
  signal: stopped.signal,
  onProgress: (share: number) => say({ share }),
}
await simulate(spec, world, options).then(
  result => say({ result }),
  error => say({ error: errorOf(error) }),
)
parentPort?.close()

function errorOf(error: unknown): ThreadError {
  if (error instanceof UserError) return { message: error.message, exitCode: error.exitCode }
  if (error instanceof CircuitOptionsError) return { message: `${error.message}.`, exitCode: 2 }
  return { message: error instanceof Error ? (error.stack ?? error.message) : String(error), exitCode: null }
}
