/** What a handler answers is kept back whole, however it writes it. */

import assert from 'node:assert/strict'
import http, { type RequestListener } from 'node:http'
import type { AddressInfo } from 'node:net'
import { suite, test } from 'node:test'
import { captureBody } from '../../../../server/chaos/inject/capture.ts'
import { httpGet } from '../../../support/raw.ts'

const handlers: [string, RequestListener, string][] = [
  ['one end', (_req, res) => res.end('whole'), 'whole'],
  ['no body', (_req, res) => res.end(), ''],
  [
    'a flat list of headers',
    (_req, res) => res.writeHead(201, ['X-One', '1', 'Content-Length', '5']).end(Buffer.from('whole')),
    'whole',
  ],
  [
    'an object of headers and a phrase',
    (_req, res) => res.writeHead(201, 'Made', { 'X-One': '1' }).end('whole'),
    'whole',
  ],
  ['headers alone', (_req, res) => res.writeHead(201).end('whole'), 'whole'],
  [
    'several pieces',
    (_req, res) => {
      res.write('wh')
      res.write(Buffer.from('o'))
      res.write('6c65', 'hex')
      res.end()
    },
    'whole',
  ],
]

suite('a captured answer', () => {
  for (const [name, handler, expected] of handlers) {
    test(name, async t => {
      const bodies: string[] = []
      const server = http.createServer((req, res) => {
        captureBody(res, body => {
          bodies.push(body.toString())
          assert.equal(res.headersSent, false)
          res.setHeader('Content-Length', 6)
          res.end('spoilt')
        })
        handler(req, res)
      })
      await new Promise<void>(resolve => server.listen(0, '127.0.0.1', resolve))
      t.after(() => server.close())
      const got = await httpGet(`http://127.0.0.1:${(server.address() as AddressInfo).port}/`)
      assert.deepEqual(bodies, [expected])
      assert.equal(got.body, 'spoilt')
      if (name.includes('headers')) assert.equal(got.status, 201)
      if (name.includes('list') || name.includes('object')) assert.equal(got.headers['x-one'], '1')
    })
  }
})
