/** The server of the steady soak in a process of its own; each message asks for what it holds on to, measured after a collection. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startServer } from '../../server/server.ts'

/** What the process holds on to, and how late its loop was since the last time that it was asked. */
export interface Holdings {
  readonly heapMb: number
  /** Sessions, the default one among them. */
  readonly sessions: number
  /** Requests that are being answered, are delayed or are held. */
  readonly requests: number
  readonly sockets: number
  readonly timers: number
  /** Milliseconds. */
  readonly loopDelayP99: number
}

const server = await startServer()
const delay = monitorEventLoopDelay({ resolution: 10 })
delay.enable()

function holdings(): Holdings {
  globalThis.gc?.()
  const sessions = server.chaos.control.sessions.list()
  const resources = process.getActiveResourcesInfo()
  const loopDelayP99 = delay.percentile(99) / 1e6
  delay.reset()
  return {
    heapMb: process.memoryUsage().heapUsed / 1_048_576,
    sessions: sessions.length,
    requests: sessions.reduce((sum, session) => sum + session.inFlight + session.requestTimers.size, 0),
    sockets: resources.filter(name => name === 'TCPSocketWrap').length,
    timers: resources.filter(name => name === 'Timeout').length,
    loopDelayP99,
  }
}

process.on('message', () => process.send?.(holdings()))
process.on('disconnect', () => void server.close())
process.send?.(server.url)
