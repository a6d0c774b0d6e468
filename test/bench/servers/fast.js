/** The fastest answer that a process of Node can give: one product, ready made, for whatever was asked, without reading it. */

import { createServer } from 'node:net'

const body = '{"code":"155568600","brand":"Acme","description":"A thing that is sold","gtin":"4006381333931"}'
const answer = Buffer.from(
  `HTTP/1.1 200 OK\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`,
)

const server = createServer(socket => {
  socket.setNoDelay(true)
  socket.on('error', () => {})
  // A request without a body fits into one piece, and is answered when that piece is there.
  socket.on('data', () => socket.write(answer))
})
server.listen({ port: 0, host: '127.0.0.1', backlog: 4_096 }, () => {
  console.log(`http://127.0.0.1:${server.address().port}`)
})
process.on('SIGTERM', () => process.exit(0))
