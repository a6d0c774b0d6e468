/** The server of a room in a process of its own; each message asks for what it holds on to and has spent. */

import { monitorEventLoopDelay } from 'node:perf_hooks'
import { startServer } from '../../server/server.ts'

/** What the process holds on to, and what it has spent since the last time that it was asked. */
export interface RoomHoldings {
  readonly heapMb: number
  readonly rssMb: number
  /** Share of one processor, from 0 to 1. */
  readonly processor: number
  /** Milliseconds. */
  readonly loopDelayP99: number
  /** Sessions, the default one among them. */
  readonly sessions: number
  readonly requests: number
  readonly sockets: number
  readonly timers: number
}

const [token = ''] = process.argv.slice(2)
const server = await startServer({
  ...{ host: '0.0.0.0', token, openSessions: true },
  limits: { sessions: 400, listeners: 400, listenersPerClient: 400 },
})
const delay = monitorEventLoopDelay({ resolution: 1 })
delay.enable()
let [since, spent] = [performance.now(), process.cpuUsage()]

function holdings(): RoomHoldings {
  const used = process.cpuUsage(spent)
  const processor = (used.user + used.system) / 1_000 / (performance.now() - since)
  const loopDelayP99 = delay.percentile(99) / 1e6
  globalThis.gc?.()
  const sessions = server.chaos.control.sessions.list()
  const resources = process.getActiveResourcesInfo()
  const memory = process.memoryUsage()
  delay.reset()
  ;[since, spent] = [performance.now(), process.cpuUsage()]
  return {
    ...{ processor, loopDelayP99, sessions: sessions.length },
    heapMb: memory.heapUsed / 1_048_576,
    rssMb: memory.rss / 1_048_576,
    requests: sessions.reduce((sum, session) => sum + session.inFlight + session.requestTimers.size, 0),
    sockets: resources.filter(name => name === 'TCPSocketWrap').length,
    timers: resources.filter(name => name === 'Timeout').length,
  }
}

process.on('message', () => process.send?.(holdings()))
process.on('disconnect', () => void server.close())
process.send?.(server.port)
