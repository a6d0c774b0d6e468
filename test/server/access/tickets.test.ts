/** Tickets: good once, for half a minute, and not without bound. */

import assert from 'node:assert/strict'
import { it } from 'node:test'
import { TICKET_MS, Tickets } from '../../../server/access/tickets.ts'
import { ManualClock } from '../../support/manual-clock.ts'

function box() {
  const clock = new ManualClock()
  let count = 0
  const draw = () => {
    count += 1
    return `ticket-${count}`
  }
  return { clock, tickets: new Tickets(clock, draw) }
}

it('a ticket is good once', () => {
  const { tickets } = box()
  const ticket = tickets.issue()
  assert.equal(tickets.redeem('another'), false)
  assert.equal(tickets.redeem(ticket), true)
  assert.equal(tickets.redeem(ticket), false)
})

for (const [afterMs, good] of [
  [TICKET_MS, true],
  [TICKET_MS + 1, false],
] as const) {
  it(`a ticket is ${good ? 'still' : 'no longer'} good after ${afterMs} ms`, () => {
    const { clock, tickets } = box()
    const ticket = tickets.issue()
    clock.advance(afterMs)
    assert.equal(tickets.redeem(ticket), good)
  })
}

it('the oldest of too many makes room', () => {
  const { tickets } = box()
  const given = Array.from({ length: 257 }, () => tickets.issue())
  assert.equal(tickets.redeem(given[0] ?? ''), false)
  assert.equal(tickets.redeem(given[1] ?? ''), true)
  assert.equal(tickets.redeem(given[256] ?? ''), true)
})
