/** `chaos compare`: one schedule through several arms at once, and what they made of it side by side. */

import type { Io } from '../io.ts'
import { armPlans } from './arms.ts'
import { type EngageOptions, engage } from './run-experiment.ts'

export interface CompareOptions extends EngageOptions {
  /** Expressions with commas between them. */
  readonly arms: string
  readonly oneByOne?: boolean
  readonly repeat: number
}

export async function compare(
  io: Io,
  exactly: URL | undefined,
  options: CompareOptions,
  typed: (name: string) => boolean,
): Promise<number> {
  const { repeat, oneByOne = false } = options
  const arms = armPlans(options.arms)
  return engage(io, options, { command: 'compare', arms, session: null, exactly, oneByOne, repeat, typed })
}
