/** A thread of `trials`: works out one share after the other. */

import { parentPort, workerData } from 'node:worker_threads'
import { type Share, type TrialsAsked, trialsOn } from './trials.ts'

const asked = workerData as TrialsAsked
parentPort?.on('message', async (share: Share) => {
  parentPort?.postMessage(await trialsOn(asked, share))
})
