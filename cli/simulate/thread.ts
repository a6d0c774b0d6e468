/** A whole simulation in a thread of its own, for arms whose libraries go by the clock of the process. */

import { extname } from 'node:path'
import { isMainThread, Worker } from 'node:worker_threads'
import type { ExperimentSpec } from '../../server/experiments/spec.ts'
import { UserError } from '../../server/lib/user-error.ts'
import { parseArm } from '../policy/parse.ts'
import type { Result } from '../report/result.ts'
import { libraryOf } from './refusal.ts'
import type { World } from './world.ts'

/** What the thread is asked for. */
export interface ThreadAsked {
  readonly spec: ExperimentSpec
  readonly world: World
  readonly command: Result['command']
  readonly url: string
  readonly days: number | undefined
}

/** What it says: how far it is, 0 to 1, or what it came to. */
export type ThreadSaid = { readonly share: number } | { readonly result: Result } | { readonly error: ThreadError }

/** An error, which loses its class on its way. */
export interface ThreadError {
  readonly message: string
  /** Of what a user can do something about; null for a bug. */
  readonly exitCode: number | null
}

export interface ThreadWatched {
  /** Ends it early; what was measured by then is the result. */
  readonly signal?: AbortSignal | undefined
  readonly onProgress?: ((share: number) => void) | undefined
}

/** A thread takes no source in TypeScript: the tests of the sources do without one. */
const EXTENSION = extname(import.meta.url)

/** Whether an experiment has to be simulated in a thread of its own. */
export function needsThread({ arms }: Pick<ExperimentSpec, 'arms'>): boolean {
  return isMainThread && EXTENSION !== '.ts' && arms.some(text => libraryOf(parseArm(text).policies) !== undefined)
}

function errorFrom({ message, exitCode }: ThreadError): Error {
  return exitCode === null ? new Error(message) : new UserError(message, exitCode)
}

/** @throws {UserError} for what a user can do something about, {Error} for a bug */
export function simulateInThread(asked: ThreadAsked, { signal, onProgress }: ThreadWatched): Promise<Result> {
  return new Promise((resolve, reject) => {
    const thread = new Worker(new URL(`./simulate-worker${EXTENSION}`, import.meta.url), { workerData: asked })
    const stop = () => thread.postMessage('stop')
    if (signal?.aborted) stop()
    signal?.addEventListener('abort', stop, { once: true })
    thread.on('message', (said: ThreadSaid) => {
      if ('share' in said) onProgress?.(said.share)
      else if ('result' in said) resolve(said.result)
      else reject(errorFrom(said.error))
    })
    thread.once('error', reject)
    thread.once('exit', code => {
      signal?.removeEventListener('abort', stop)
      reject(new Error(`the thread of the simulation ended with ${code}`))
    })
  })
}
