/** A real Redis of a test's own, on a free port: started, stopped, continued and killed as the test likes. */

import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { createConnection } from 'node:net'
import { tmpdir } from 'node:os'
import { freePort } from './free-port.ts'

/** False, or what the skipped tests say: there is no redis-server to start. */
export const withoutRedis: string | false = spawnSync('redis-server', ['--version']).error
  ? 'no redis-server on the PATH: install it to run this'
  : false

export class RedisServer {
  readonly port: number
  readonly #more: readonly string[]
  #child: ChildProcess | null = null

  private constructor(port: number, more: readonly string[]) {
    this.port = port
    this.#more = more
  }

  /** Starts a server that keeps nothing on disk, with further options, and waits until it answers. */
  static async start(more: readonly string[] = []): Promise<RedisServer> {
    const server = new RedisServer(await freePort(), more)
    await server.restart()
    return server
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}`
  }

  /** Starts the server again, empty, on the same port. */
  async restart(): Promise<void> {
    const where = ['--port', String(this.port), '--bind', '127.0.0.1', '--dir', tmpdir()]
    this.#child = spawn('redis-server', [...where, '--save', '', '--appendonly', 'no', ...this.#more], {
      stdio: 'ignore',
    })
    while (!(await answers(this.port))) await new Promise(resolve => setTimeout(resolve, 10))
  }

  /** The server stands still, its connections stay open (SIGSTOP). */
  pause(): void {
    this.#child?.kill('SIGSTOP')
  }

  resume(): void {
    this.#child?.kill('SIGCONT')
  }

  /** Ends the server without a farewell (kill -9). */
  async kill(): Promise<void> {
    const child = this.#child
    this.#child = null
    if (!child || child.exitCode !== null || child.signalCode !== null) return
    const gone = once(child, 'exit')
    child.kill('SIGKILL')
    await gone
  }
}

async function answers(port: number): Promise<boolean> {
  const socket = createConnection(port, '127.0.0.1')
  try {
    await once(socket, 'connect')
    socket.write('PING\r\n')
    const [reply] = (await once(socket, 'data')) as [Buffer]
    return reply.toString().startsWith('+PONG')
  } catch {
    return false
  } finally {
    socket.destroy()
  }
}
