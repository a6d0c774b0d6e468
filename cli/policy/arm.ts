/** Builds an arm of a comparison from its expression: the policies, nested in their fixed order around the call. */

import type { Clock } from '../../server/clock.ts'
import type { CircuitEvent, CircuitStore, State } from '../breaker/circuit.ts'
import { breaker } from './breaker.ts'
import { CIRCUIT_PARAMETERS, type CircuitSettings } from './circuit-settings.ts'
import { ArmError, type ArmPlan, parseArm, settingsOf } from './parse.ts'
import type { Outgoing, Policy, Send } from './send.ts'
import { TIMEOUT_PARAMETERS, timeout } from './timeout.ts'

/** What an arm is built of. */
export interface ArmParts {
  /** The innermost call: the upstream itself. What reaches it was really called. */
  readonly call: Send
  readonly clock: Clock
  /** A number of [0, 1) that belongs to this request and attempt, the same in every arm and every rerun. */
  readonly random: (request: Outgoing) => number
  /** Milliseconds a call may take: the run's `--timeout`. */
  readonly timeoutMs: number
  /** The run's own defaults for the circuit; an arm's parameters go before them. */
  readonly circuit?: Partial<CircuitSettings>
  /** Where the circuit of a `breaker` arm lives. */
  readonly openCircuit?: (settings: CircuitSettings, name: string) => CircuitStore
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
  /** Gives back what the arm holds: timers, sockets. */
  close(): Promise<void>
}

/** What an arm needs to know of its circuit, whatever the engine. */
export type Observed = Pick<CircuitStore, 'state' | 'listen' | 'close'>

/**
 * Builds an arm. Nesting, outside in: cache, reschedule, retry (with its budget), breaker, bulkhead, timeout, call.
 * @throws {ArmError} (as a rejection) for an expression that `parseArm` refuses.
 */
export async function buildArm(expression: string | ArmPlan, parts: ArmParts): Promise<Arm> {
  const plan = typeof expression === 'string' ? parseArm(expression) : expression
  const { clock, call } = parts
  const policies: (Policy | null)[] = []
  const circuit = circuitOf(plan, parts)
  policies.push(circuit?.policy ?? null)
  const timeoutMs = settingsOf(plan, 'timeout', TIMEOUT_PARAMETERS)?.after ?? parts.timeoutMs
  policies.push(timeout({ clock, timeoutMs }))
  const send = policies.reduceRight<Send>((next, policy) => (policy ? policy.wrap(next) : next), call)
  const observed = circuit?.observed ?? null
  return {
    name: plan.name,
    send,
    state: () => observed?.state() ?? null,
    states: listener =>
      observed?.listen(event => {
        if (event.type === 'state') listener(event.to, event.atMs)
      }) ?? nothing,
    events: listener => observed?.listen(listener) ?? nothing,
    close: async () => observed?.close(),
  }
}

function circuitOf(plan: ArmPlan, parts: ArmParts): { policy: Policy; observed: Observed } | null {
  const settings = settingsOf(plan, 'breaker', CIRCUIT_PARAMETERS, parts.circuit)
  if (!settings) return null
  if (!parts.openCircuit) throw new ArmError(`"${plan.name}" has a circuit and nowhere to keep it: hand in openCircuit`)
  const store = parts.openCircuit(settings, plan.name)
  return { policy: breaker({ store, clock: parts.clock }), observed: store }
}

function nothing(): void {}
