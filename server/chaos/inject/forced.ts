/** Faults that a request asks for itself, by `X-Chaos-Force` or by Envoy's headers; heard from this machine alone. */

import { UnitError } from '../../lib/units.ts'
import type { Plan, Ticket } from '../decision/compiled-settings.ts'
import { CALM, type Fate } from '../decision/decision.ts'
import type { Peer } from '../decision/rules.ts'
import { faultSchema } from '../settings/faults.ts'
import { LONGEST_HOLD_MS, ms } from '../settings/quantity.ts'

/** A header that cannot be understood; the message says what to write. */
export class ForceError extends Error {
  override name = 'ForceError'
}

/**
 * Whether somebody on this machine asks for himself: no page of another origin that he happens to visit, and nobody behind
 * a proxy that runs here.
 */
export function isHeard({ headers, socket }: Peer): boolean {
  if (!isLoopback(socket.remoteAddress) || PROXIES.some(name => headers[name] !== undefined)) return false
  const { origin, host, 'sec-fetch-site': site = 'none' } = headers
  if (site !== 'none' && site !== 'same-origin') return false
  return origin === undefined || origin === `http://${String(host)}`
}

/** What a proxy adds to the requests that it passes on. */
const PROXIES = ['forwarded', 'x-forwarded-for', 'via']

function isLoopback(address: string | undefined): boolean {
  if (address === undefined) return false
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || plain.startsWith('127.')
}

/**
 * The fate that the headers ask for, or null where they ask for nothing.
 * `X-Chaos-Force` is `none` (no fault at all), a kind, an HTTP status, `delay=200ms`, or several joined by a semicolon.
 * @throws {ForceError}
 */
export function forcedFate(plan: Plan, ticket: Ticket, headers: Peer['headers']): Fate | null {
  const force = headers['x-chaos-force']
  return force === undefined ? envoyFate(plan, ticket, headers) : ownFate(plan, ticket, String(force))
}

function ownFate(plan: Plan, ticket: Ticket, text: string): Fate {
  const words = text.split(';').map(word => word.trim())
  if (words.includes('none')) return { ...CALM, cause: 'exempt', rule: 'X-Chaos-Force' }
  const delays = words.filter(word => word.startsWith('delay='))
  const kinds = words.filter(word => !word.startsWith('delay='))
  const [kind] = kinds
  if (kinds.length > 1) throw new ForceError('X-Chaos-Force takes one kind of fault')
  const fault = kind === undefined ? null : faultOf(kind)
  const delayMs = delays.reduce((sum, word) => sum + delay(word.slice('delay='.length)), 0)
  return {
    ...CALM,
    cause: 'forced',
    rule: 'X-Chaos-Force',
    fault,
    delayMs: bounded(delayMs, 'X-Chaos-Force'),
    body: plan.bodyDraw(ticket),
  }
}

function faultOf(word: string) {
  const status = /^\d{3}$/.test(word) ? { kind: 'status', status: Number(word) } : { kind: word }
  const fault = faultSchema.safeParse(status)
  if (fault.success && fault.data.kind !== 'rate-limit') return fault.data
  throw new ForceError('X-Chaos-Force must be none, a kind of fault, a status from 400 to 599, or delay=200ms')
}

function delay(text: string): number {
  try {
    return ms(text)
  } catch (error) {
    if (error instanceof UnitError) throw new ForceError(`X-Chaos-Force: ${error.message}`)
    throw error
  }
}

function bounded(delayMs: number, header: string): number {
  if (delayMs >= 0 && delayMs <= LONGEST_HOLD_MS) return delayMs
  throw new ForceError(`${header} takes a delay from 0 to ${LONGEST_HOLD_MS} ms`)
}

/** `x-envoy-fault-abort-request` (status), `x-envoy-fault-delay-request` (milliseconds), each with a percentage. */
function envoyFate(plan: Plan, ticket: Ticket, headers: Peer['headers']): Fate | null {
  const number = (name: string) => {
    const value = headers[`x-envoy-fault-${name}`]
    return value === undefined ? null : Number(value)
  }
  const abort = number('abort-request')
  const wait = number('delay-request')
  const draw = plan.failDraw(ticket)
  const aborts = abort !== null && draw * 100 < (number('abort-request-percentage') ?? 100)
  const waits = wait !== null && plan.latencyDraw(ticket) * 100 < (number('delay-request-percentage') ?? 100)
  if (!aborts && !waits) return null
  const fault = aborts ? faultSchema.safeParse({ kind: 'status', status: abort }) : null
  if (fault?.success === false) throw new ForceError('x-envoy-fault-abort-request must be a status from 400 to 599')
  const delayMs = waits ? bounded(wait, 'x-envoy-fault-delay-request') : 0
  return { ...CALM, cause: 'forced', rule: 'x-envoy-fault', fault: fault?.data ?? null, delayMs, body: draw }
}
