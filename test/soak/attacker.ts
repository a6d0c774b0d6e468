/** The attacks of the attack soak, waged from a process of their own: each message names the next one, or none. `fork(attacker, [port])` */

import { connect, type Socket } from 'node:net'

/** Between the end of a connection and the next one in its place, in milliseconds. */
const REOPEN_MS = 50
const port = Number(process.argv[2])
const HOST = 'Host: 127.0.0.1\r\n'
const GET = `GET /catalogs/155568600 HTTP/1.1\r\n${HOST}\r\n`
const READS = ['/metrics', '/openapi.json', '/chaos/requests?limit=1000', '/chaos/preview?n=1000', '/chaos/stats']
  .map(path => `GET ${path} HTTP/1.1\r\n${HOST}\r\n`)
  .join('')
const PUT = `PUT /chaos HTTP/1.1\r\n${HOST}Content-Type: application/json\r\n`
const large = JSON.stringify({ seed: 'x'.repeat(1_000_000) })
const deep = `{"rules":${'['.repeat(200_000)}`

interface Attack {
  readonly name: string
  /** Sockets at once; each is opened again when the server has ended it. */
  readonly sockets: number
  readonly bytes: string
  /** Sent again and again, so many milliseconds apart. */
  readonly again?: { readonly bytes: string; readonly everyMs: number }
  /** What is sent back is not read. */
  readonly readsNothing?: boolean
  /** The connection is reset as soon as it has said that. */
  readonly reset?: boolean
}

const ATTACKS: readonly Attack[] = [
  { name: 'half-open connections', sockets: 1_000, bytes: '' },
  {
    name: 'slow headers',
    sockets: 500,
    bytes: `GET /catalogs HTTP/1.1\r\n${HOST}`,
    again: { bytes: 'X-A: b\r\n', everyMs: 500 },
  },
  {
    name: 'slow bodies',
    sockets: 500,
    bytes: `${PUT}Content-Length: 9000\r\n\r\n{`,
    again: { bytes: ' ', everyMs: 500 },
  },
  { name: 'pipelines of 50', sockets: 20, bytes: '', again: { bytes: GET.repeat(50), everyMs: 200 } },
  {
    name: 'reads of the control plane in one write',
    sockets: 20,
    bytes: '',
    again: { bytes: READS.repeat(300), everyMs: 1_000 },
  },
  { name: 'answers that nobody reads', sockets: 100, bytes: GET.repeat(100), readsNothing: true },
  {
    name: 'listeners that do not read',
    sockets: 90,
    bytes: `GET /chaos/events?board=1 HTTP/1.1\r\n${HOST}\r\n`,
    readsNothing: true,
  },
  { name: 'headers of 20 KB', sockets: 20, bytes: `GET / HTTP/1.1\r\n${HOST}X: ${'x'.repeat(20_000)}\r\n\r\n` },
  {
    name: 'bodies of 1 MB',
    sockets: 2,
    bytes: `${PUT}Content-Length: ${large.length}\r\nConnection: close\r\n\r\n${large}`,
  },
  {
    name: 'deeply nested bodies',
    sockets: 2,
    bytes: `${PUT}Content-Length: ${deep.length}\r\nConnection: close\r\n\r\n${deep}`,
  },
  { name: 'two lengths', sockets: 20, bytes: `${PUT}Content-Length: 0\r\nContent-Length: 44\r\n\r\n${GET}` },
  { name: 'resets', sockets: 20, bytes: GET, reset: true },
]

/** Attacks until the returned function is called. */
function wage(attack: Attack): () => void {
  const sockets = new Set<Socket>()
  let over = false
  const open = () => {
    if (over) return
    const socket = connect(port, '127.0.0.1')
    sockets.add(socket)
    socket.on('error', () => {})
    if (attack.readsNothing) socket.pause()
    else socket.resume()
    socket.on('connect', () => {
      socket.write(attack.bytes, () => {
        if (attack.reset) socket.resetAndDestroy()
      })
    })
    socket.on('close', () => {
      sockets.delete(socket)
      setTimeout(open, REOPEN_MS)
    })
  }
  for (let count = 0; count < attack.sockets; count += 1) open()
  const { again } = attack
  const timer = setInterval(() => {
    if (again) for (const socket of sockets) if (!socket.connecting) socket.write(again.bytes)
  }, again?.everyMs ?? 1_000)
  return () => {
    over = true
    clearInterval(timer)
    for (const socket of sockets) socket.destroy()
  }
}

let end = () => {}
process.on('message', name => {
  end()
  const attack = ATTACKS.find(each => each.name === name)
  end = attack ? wage(attack) : () => {}
})
process.on('disconnect', () => process.exit())
process.send?.(ATTACKS.map(({ name }) => name))
