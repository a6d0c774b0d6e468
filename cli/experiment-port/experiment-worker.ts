/** The thread of an experiment, so that the page and everybody else are served while its load leaves. */

import { parentPort, workerData } from 'node:worker_threads'
import { attendExperiment, type ThreadOrder } from './attend.ts'

if (parentPort) {
  await attendExperiment(parentPort, workerData as ThreadOrder)
  parentPort.close()
}
