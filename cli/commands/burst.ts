/** `chaos burst`: fires requests at one target through one arm, and says what became of them. */

import { type Io, usageError } from '../io.ts'
import { typedCircuit } from '../options/circuit.ts'
import type { SessionOptions } from '../options/common.ts'
import { armPlans } from './arms.ts'
import { type EngageOptions, engage } from './run-experiment.ts'

export interface BurstOptions extends EngageOptions, SessionOptions {
  readonly breaker?: boolean
  readonly arm?: string
}

export async function burst(
  io: Io,
  exactly: URL | undefined,
  options: BurstOptions,
  typed: (name: string) => boolean,
): Promise<number> {
  if (options.breaker && options.arm !== undefined) {
    throw usageError('--breaker and --arm both name an arm: write --arm breaker.')
  }
  const guarded = options.breaker || options.store !== undefined || Object.keys(typedCircuit(options)).length > 0
  const arms = armPlans(options.arm ?? (guarded ? 'breaker' : 'none'))
  if (arms.length > 1) throw usageError('a burst has one arm: chaos compare takes several.')
  const session = { id: options.session }
  return engage(io, options, { command: 'burst', arms, session, exactly, oneByOne: false, repeat: 1, typed })
}
