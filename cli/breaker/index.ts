/** `flaky-catalog/breaker`: a circuit breaker for calls of any kind. */

export { type BreakerOptions, type Call, CircuitBreaker, type EventOf, type RunOptions } from './breaker.ts'
export type * from './circuit.ts'
export { CircuitCore } from './core.ts'
export { CircuitOpenError } from './errors.ts'
export { errorVerdict, retryAfterOf, statusVerdict, valueVerdict } from './http-outcome.ts'
export { fromLasier, type LasierOptions, MaxFailuresRule, PercentageFailuresRule } from './lasier.ts'
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
export { openRedisCircuits, type RedisCircuits, type RedisCircuitsParts } from './redis/circuits.ts'
export { RedisUrlError } from './redis/link.ts'
export { RedisStore, type RedisStoreParts } from './redis/store.ts'
export type { CircuitSnapshot } from './snapshot.ts'
