/** The page's reader of event streams: whole events, however the bytes are cut. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { eventParser } from '../../../server/console/net/sse.js'

type Event = { type: string; id: string; data: string }

function read(...chunks: string[]): Event[] {
  const events: Event[] = []
  const feed = eventParser(event => events.push(event))
  for (const chunk of chunks) feed(chunk)
  return events
}

describe('the reader of event streams', () => {
  it('reads names, ids and data, and passes comments over', () => {
    assert.deepEqual(read('retry: 1000\n\n:\n\nevent:sample\nid:7\ndata:{"a":1}\n\nevent: run\ndata: x\ndata: y\n\n'), [
      { type: 'sample', id: '7', data: '{"a":1}' },
      { type: 'run', id: '7', data: 'x\ny' },
    ])
  })

  it('takes every line ending', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      assert.deepEqual(
        read(`data:1${end}${end}data:2${end}${end}:${end}`).map(({ data }) => data),
        ['1', '2'],
      )
    }
  })

  it('does not depend on how the text is cut', () => {
    const text = 'event:a\r\nid:1\r\ndata:{"x":"é"}\r\n\r\n: beat\r\n\r\nevent:b\ndata:2\n\n'
    const whole = read(text)
    fc.assert(
      fc.property(fc.array(fc.nat(text.length), { maxLength: 8 }), cuts => {
        const places = [0, ...cuts.sort((a, b) => a - b), text.length]
        const chunks = places.slice(1).map((place, index) => text.slice(places[index], place))
        assert.deepEqual(read(...chunks), whole)
      }),
    )
  })
})
