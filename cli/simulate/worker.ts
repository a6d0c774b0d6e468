/** A thread that works out other days, so that the process it belongs to stays awake. */

import { parentPort, workerData } from 'node:worker_threads'
import type { DaysAsked } from './days.ts'
import { replicates } from './replicates.ts'

const { spec, distribution, count, seed, budgetMs } = workerData as DaysAsked
await replicates(spec, distribution, count, seed, { budgetMs, onDay: day => parentPort?.postMessage(day) })
