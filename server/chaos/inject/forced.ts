/** Faults that a request asks for itself, by `X-Chaos-Force` or by Envoy's headers; heard from this machine alone. */

import { Problem } from '../../lib/problem.ts'
import { UnitError } from '../../lib/units.ts'
import type { CompiledSettings, DrawKey } from '../decision/compiled-settings.ts'
import { type Decision, NO_FAULT } from '../decision/decision.ts'
import type { RequestContext } from '../decision/request-record.ts'
import { faultSchema } from '../settings/faults.ts'
import { MAX_HOLD_MS, ms } from '../settings/quantity.ts'

/**
 * Whether somebody on this machine asks for himself: no page of another origin that he happens to open, and nobody behind
 * a proxy that runs here.
 */
export function mayForce(request: RequestContext): boolean {
  if (!isLoopback(request.client) || PROXIES.some(name => request.header(name) !== undefined)) return false
  const site = request.header('sec-fetch-site') ?? 'none'
  if (site !== 'none' && site !== 'same-origin') return false
  const origin = request.header('origin')
  return origin === undefined || origin === `http://${request.header('host')}`
}

/** What a proxy adds to the requests that it passes on. */
const PROXIES = ['forwarded', 'x-forwarded-for', 'via']

function isLoopback(address: string): boolean {
  const plain = address.startsWith('::ffff:') ? address.slice(7) : address
  return plain === '::1' || plain.startsWith('127.')
}

/**
 * The decision that the headers ask for, or null where they ask for nothing.
 * `X-Chaos-Force` is `none` (no fault at all), a kind, an HTTP status, `delay=200ms`, or several joined by a semicolon.
 * @throws {Problem} 400 where that cannot be understood
 */
export function forcedDecision(compiled: CompiledSettings, drawKey: DrawKey, request: RequestContext): Decision | null {
  const force = request.header('x-chaos-force')
  return force === undefined ? envoyDecision(compiled, drawKey, request) : ownDecision(compiled, drawKey, force)
}

function ownDecision(compiled: CompiledSettings, drawKey: DrawKey, text: string): Decision {
  const words = text.split(';').map(word => word.trim())
  if (words.includes('none')) return { ...NO_FAULT, cause: 'exempt', rule: 'X-Chaos-Force' }
  const delays = words.filter(word => word.startsWith('delay='))
  const kinds = words.filter(word => !word.startsWith('delay='))
  const [kind] = kinds
  if (kinds.length > 1) throw new Problem(400, 'X-Chaos-Force takes one kind of fault')
  const fault = kind === undefined ? null : faultOf(kind)
  const delayMs = delays.reduce((sum, word) => sum + delay(word.slice('delay='.length)), 0)
  return {
    ...NO_FAULT,
    cause: 'forced',
    rule: 'X-Chaos-Force',
    fault,
    delayMs: bounded(delayMs, 'X-Chaos-Force'),
    body: compiled.bodyDraw(drawKey),
  }
}

function faultOf(word: string) {
  const status = /^\d{3}$/.test(word) ? { kind: 'status', status: Number(word) } : { kind: word }
  const fault = faultSchema.safeParse(status)
  if (fault.success && fault.data.kind !== 'rate-limit') return fault.data
  throw new Problem(400, 'X-Chaos-Force must be none, a kind of fault, a status from 400 to 599, or delay=200ms')
}

function delay(text: string): number {
  try {
    return ms(text)
  } catch (error) {
    if (error instanceof UnitError) throw new Problem(400, `X-Chaos-Force: ${error.message}`)
    throw error
  }
}

function bounded(delayMs: number, header: string): number {
  if (delayMs >= 0 && delayMs <= MAX_HOLD_MS) return delayMs
  throw new Problem(400, `${header} takes a delay from 0 to ${MAX_HOLD_MS} ms`)
}

/** `x-envoy-fault-abort-request` (status), `x-envoy-fault-delay-request` (milliseconds), each with a percentage. */
function envoyDecision(compiled: CompiledSettings, drawKey: DrawKey, request: RequestContext): Decision | null {
  const number = (name: string) => {
    const value = request.header(`x-envoy-fault-${name}`)
    return value === undefined ? null : Number(value)
  }
  const abort = number('abort-request')
  const wait = number('delay-request')
  const draw = compiled.failDraw(drawKey)
  const aborts = abort !== null && draw * 100 < (number('abort-request-percentage') ?? 100)
  const waits = wait !== null && compiled.latencyDraw(drawKey) * 100 < (number('delay-request-percentage') ?? 100)
  if (!aborts && !waits) return null
  const fault = aborts ? faultSchema.safeParse({ kind: 'status', status: abort }) : null
  if (fault?.success === false) throw new Problem(400, 'x-envoy-fault-abort-request must be a status from 400 to 599')
  const delayMs = waits ? bounded(wait, 'x-envoy-fault-delay-request') : 0
  return { ...NO_FAULT, cause: 'forced', rule: 'x-envoy-fault', fault: fault?.data ?? null, delayMs, body: draw }
}
