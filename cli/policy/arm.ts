/** Builds an arm of a comparison from its expression: the policies, nested in their fixed order around the call. */

import type { Clock } from '../../server/lib/clock.ts'
import type { CircuitEvent, CircuitStore, State } from '../breaker/circuit.ts'
import { MemoryStore } from '../breaker/memory-store.ts'
import { type CircuitOptions, type CircuitSettings, circuitSettings } from '../breaker/options.ts'
import { breaker, breakers } from './breaker.ts'
import { bulkhead } from './bulkhead.ts'
import { cache } from './cache.ts'
import { circuitOptions } from './circuit-parameters.ts'
import { circuitsOf } from './clients.ts'
import { engine } from './engine.ts'
import { notify, type Post } from './notify.ts'
import { CIRCUITS, type ParsedArm, parseArm, settingsOf } from './parse.ts'
import { reschedule } from './reschedule.ts'
import { RetryBudget, retry } from './retry.ts'
import { type CircuitPolicy, nothing, type Outgoing, onState, type Policy, type Send } from './send.ts'
import { timeout } from './timeout.ts'

/** What an arm is built of. */
export interface ArmParts {
  /** The innermost call: the upstream itself. What reaches it was really called. */
  readonly call: Send
  readonly clock: Clock
  /** A number of [0, 1) that belongs to this request and attempt, the same in every arm and every rerun: `jitter(seed)`. */
  readonly random: (request: Outgoing) => number
  /** Milliseconds a call may take: the run's `--timeout`. */
  readonly timeoutMs: number
  /** The run's own options for circuits; what an arm's expression says goes before them. */
  readonly circuit?: CircuitOptions
  /**
   * Independent clients, among whom requests are dealt in turns, each with a circuit of its own in this process; the other
   * policies are shared. One where it is left out; more than one show no states, and nothing can listen to them.
   */
  readonly clients?: number | undefined
  /** Where the circuit of a `breaker` arm lives; in this process when left out. */
  readonly openCircuit?: (settings: CircuitSettings, name: string) => CircuitStore
  /** Sends the webhook of `notify`; with `fetch` when left out. */
  readonly post?: Post
}

/** One arm, ready to send. */
export interface Arm {
  readonly name: string
  readonly send: Send
  /** The state of the arm's circuit, null for an arm without one. */
  state(): State | null
  /** Calls `listener` at each change of state until the returned function is called. */
  states(listener: (state: State, atMs: number) => void): () => void
  /** Calls `listener` at each event of the circuit (refusals, probes, a store that degrades) until the returned function is called. */
  events(listener: (event: CircuitEvent) => void): () => void
  /** Gives back what the arm holds: timers, listeners, sockets. Requests still waiting for the circuit get their refusal. */
  close(): Promise<void>
}

/**
 * Builds an arm. Nesting, outside in: cache, reschedule, retry (with its budget), breaker, bulkhead, timeout, call.
 * @throws {ArmError} (as a rejection) for an expression that `parseArm` refuses.
 * @throws {CircuitOptionsError} (as a rejection) for circuit options that contradict each other.
 */
export async function buildArm(expression: string | ParsedArm, parts: ArmParts): Promise<Arm> {
  const parsed = typeof expression === 'string' ? parseArm(expression) : expression
  const { clock, timeoutMs } = parts
  const built = await circuitOf(parsed, parts)
  const circuit = built?.circuit ?? null
  const kept = settingsOf(parsed, 'cache')
  const waiting = settingsOf(parsed, 'reschedule')
  const webhook = settingsOf(parsed, 'notify')
  const places = settingsOf(parsed, 'bulkhead')
  const rescheduling = circuit && waiting && reschedule({ clock, circuit, ...waiting })
  const stopNotifying = circuit && webhook && notify(circuit, parsed.name, webhook.url, parts.post)
  const policies = [
    kept && cache(clock, kept),
    rescheduling?.wrap,
    retryOf(parsed, parts),
    built?.policy,
    places && bulkhead(places),
    timeout(clock, settingsOf(parsed, 'timeout')?.after ?? timeoutMs),
  ]
  return {
    name: parsed.name,
    send: policies.reduceRight<Send>((next, policy) => (policy ? policy(next) : next), parts.call),
    state: () => circuit?.state() ?? null,
    states: listener => (circuit ? onState(circuit, (state, { atMs }) => listener(state, atMs)) : nothing),
    events: listener => circuit?.listen(listener) ?? nothing,
    async close() {
      rescheduling?.close()
      stopNotifying?.()
      await circuit?.close()
    },
  }
}

/** Whether an arm has a use for bodies (its cache keeps them): its call should then hand them over. */
export function wantsBody(parsed: ParsedArm): boolean {
  return parsed.policies.has('cache')
}

async function circuitOf(parsed: ParsedArm, parts: ArmParts): Promise<Partial<CircuitPolicy> | null> {
  const { clock, random, clients = 1 } = parts
  const name = CIRCUITS.find(word => parsed.policies.has(word))
  if (name === undefined) return null
  const settings = circuitSettings(circuitOptions(parsed.policies.get(name) ?? {}, parts.circuit))
  const { openForMs } = settings
  if (name === 'opossum') {
    const { openOpossum } = await import('./engine-opossum.ts')
    return engine(name, clock, openForMs, await openOpossum(settings))
  }
  if (name === 'cockatiel') {
    const { openCockatiel } = await import('./engine-cockatiel.ts')
    return engine(name, clock, openForMs, await openCockatiel(settings))
  }
  let openings = 0
  const chance = () => random({ index: 0, key: 'open', attempt: openings++, code: '' })
  if (clients > 1) return { policy: breakers(clock, circuitsOf(clients, settings, clock, chance)) }
  const store = parts.openCircuit?.(settings, parsed.name) ?? new MemoryStore({ settings, clock, random: chance })
  return { policy: breaker(clock, store), circuit: store }
}

function retryOf(parsed: ParsedArm, { clock, random }: ArmParts): Policy | null {
  const tries = settingsOf(parsed, 'retry')
  const limit = settingsOf(parsed, 'budget')
  return tries && retry({ clock, random, ...tries, budget: limit && new RetryBudget(limit) })
}
