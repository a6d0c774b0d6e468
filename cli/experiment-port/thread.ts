/** A thread of this process, as both of its ends see it. */

import { extname } from 'node:path'
import { MessageChannel, type MessagePort, Worker } from 'node:worker_threads'

/** What the work of a thread talks through. */
export type Channel = Pick<MessagePort, 'postMessage' | 'on' | 'close'>

/** A thread, as its owner sees it. */
export interface Thread<Out> {
  post(message: unknown): void
  onMessage(listener: (message: Out) => void): void
  /** Called once, with the error that ended it or null. */
  onEnd(listener: (error: Error | null) => void): void
  /** Ends it wherever it is. */
  terminate(): Promise<unknown>
}

/** A thread takes no source in TypeScript: in the tests of the sources the work is done by this one. */
const EXTENSION = extname(import.meta.url)

/**
 * Opens the thread of `file`, a module of this folder without its extension, which calls `attend` with its channel and `data`.
 * It keeps no process alive.
 */
export function openThread<In, Out>(
  file: string,
  data: In,
  attend: () => Promise<(channel: Channel, data: In) => Promise<void>>,
): Thread<Out> {
  if (EXTENSION === '.ts') return inThisThread(data, attend)
  const worker = new Worker(new URL(`./${file}${EXTENSION}`, import.meta.url), { workerData: data })
  worker.unref()
  let error: Error | null = null
  worker.on('error', thrown => {
    error = thrown instanceof Error ? thrown : new Error(String(thrown))
  })
  return {
    post: message => worker.postMessage(message),
    onMessage: listener => void worker.on('message', listener),
    onEnd: listener => void worker.once('exit', () => listener(error)),
    terminate: () => worker.terminate(),
  }
}

function inThisThread<In, Out>(
  data: In,
  attend: () => Promise<(channel: Channel, data: In) => Promise<void>>,
): Thread<Out> {
  const { port1, port2 } = new MessageChannel()
  port2.unref()
  const ends: ((error: Error | null) => void)[] = []
  const end = (error: Error | null) => {
    port1.close()
    for (const listener of ends.splice(0)) listener(error)
  }
  attend()
    .then(work => work(port1, structuredClone(data)))
    .then(() => setImmediate(() => end(null)), end)
  return {
    post: message => port2.postMessage(message),
    onMessage: listener => void port2.on('message', listener),
    onEnd: listener => void ends.push(listener),
    terminate: async () => end(null),
  }
}
