/** A client that does not read its answer is let go, one that reads slowly is not. */

import assert from 'node:assert/strict'
import { once } from 'node:events'
import { createServer } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import { Readable } from 'node:stream'
import { it } from 'node:test'
import { cutSlowReaders } from '../../../server/http/slow-readers.ts'

const SIZE = 64 * 1_048_576
const PIECE = Buffer.alloc(65_536)

function* pieces() {
  for (let sent = 0; sent < SIZE; sent += PIECE.length) yield PIECE
}

it('who reads nothing is cut, who reads slowly gets everything, who asks for nothing stays', async t => {
  // The checks come when the test says so: what a busy machine delays is not taken for a client that reads nothing.
  t.mock.timers.enable({ apis: ['setInterval'] })
  const sockets = new Map<string, Socket>()
  const server = createServer((req, res) => {
    sockets.set(req.url ?? '', req.socket)
    Readable.from(pieces()).pipe(res)
  })
  cutSlowReaders(server, 300)
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
  t.after(() => void server.close().closeAllConnections())
  const { port } = server.address() as AddressInfo
  const open = (path: string) => {
    const socket = connect(port, '127.0.0.1')
    socket.on('error', () => {})
    t.after(() => void socket.destroy())
    if (path) socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`)
    return socket
  }
  const idle = open('')
  const silent = open('/nothing-read').pause()
  let read = 0
  const slow = open('/slow').on('data', chunk => {
    read += chunk.length
    slow.pause()
    setTimeout(() => slow.resume(), 1)
  })
  await once(silent, 'connect')
  while (sockets.size < 2) await new Promise(resolve => setTimeout(resolve, 5))
  const [unread, taken] = ['/nothing-read', '/slow'].map(path => sockets.get(path)) as [Socket, Socket]
  const sent = (socket: Socket) => socket.bytesWritten - socket.writableLength
  /** Until more has been sent to the client that reads, or everything. */
  const more = async () => {
    const before = sent(taken)
    while (sent(taken) === before && !taken.destroyed) await new Promise(resolve => setTimeout(resolve, 2))
  }
  for (let checks = 0; !taken.destroyed; checks += 1) {
    await more()
    if (!taken.destroyed) t.mock.timers.tick(300)
    assert.ok(checks < 1_000)
  }
  assert.equal(unread.destroyed, true)
  if (!slow.destroyed) await once(slow, 'close')
  assert.ok(read > SIZE, `${read} bytes were read`)
  assert.equal(idle.destroyed, false)
})
