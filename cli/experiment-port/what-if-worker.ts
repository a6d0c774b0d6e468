/** The thread of simulations, so that the server answers others meanwhile. */

import { parentPort, workerData } from 'node:worker_threads'
import { attendSimulations, type SimulatorData } from './what-if.ts'

if (parentPort) await attendSimulations(parentPort, workerData as SimulatorData)
