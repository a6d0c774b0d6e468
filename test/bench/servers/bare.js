/** The fastest that Node.js can do: node:http and a constant. */

import { createServer } from 'node:http'

const body =
  '{"code":"155568600","brand":"Tramontina","description":"Stainless steel pressure cooker, 4.5 litres","gtin":"7891116123454"}'
const headers = ['Content-Type', 'application/json', 'Content-Length', String(Buffer.byteLength(body))]

const server = createServer((_req, res) => {
  res.writeHead(200, headers)
  res.end(body)
})
server.listen(0, '127.0.0.1', () => console.log(`http://127.0.0.1:${server.address().port}`))
