/** `flaky-catalog/breaker`: a circuit breaker for calls of any kind. */

export type * from './circuit.ts'
export { MemoryStore, type MemoryStoreParts } from './memory-store.ts'
export {
  type CircuitOptions,
  CircuitOptionsError,
  type CircuitSettings,
  circuitSettings,
  OPTION_RULES,
  type OptionRule,
  rangeOf,
} from './options.ts'
export type { CircuitSnapshot } from './snapshot.ts'
