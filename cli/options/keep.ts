/** Where things are kept, as options: the result of a run, and the circuits of its arms. */

import { type Command, Option } from 'commander'
import { redisUrl } from '../breaker/redis/link.ts'
import { usageError } from '../io.ts'
import { reading } from './common.ts'

export function keepOption(command: Command): Command {
  return command.option('--no-keep', 'do not keep the result (chaos runs ls lists those that are kept)')
}

/** Adds `--store`; its value is the address, checked. */
export function storeOption(command: Command): Command {
  const about = 'keep the circuit in Redis, one for all processes that name the same; without it each has its own'
  return command.addOption(new Option('--store <url>', about).argParser(redisAddress))
}

/** What commander says of a bad value repeats it: an address with a password is said to be bad by this function alone. */
function redisAddress(text: string): string {
  try {
    return redisUrl(text)
  } catch (error) {
    if (/[/@]/.test(text.replace('://', ''))) throw usageError(`--store ${(error as Error).message}.`)
    return reading(() => {
      throw new Error('It is an address of Redis, such as redis://localhost:6379')
    })
  }
}
