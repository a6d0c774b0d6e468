/** Where things are kept, as options: the result of a run, and the circuits of its arms. */

import { type Command, Option } from 'commander'
import { usageError } from '../io.ts'
import { reading } from './common.ts'

export function keepOption(command: Command): Command {
  return command.option('--no-keep', 'do not keep the result (chaos runs ls lists those that are kept)')
}

const STORE = 'keep the circuit in Redis, one for all processes that name the same; without it each has its own'

/** Adds `--store`; its value is the address, checked. */
export function storeOption(command: Command, about = STORE): Command {
  return command.addOption(new Option('--store <url>', about).argParser(redisAddress))
}

function redisAddress(text: string): string {
  const protocol = URL.canParse(text) ? new URL(text).protocol : ''
  if (protocol === 'redis:' || protocol === 'rediss:') return text
  const problem = 'It is an address of Redis, such as redis://localhost:6379'
  // Commander repeats a bad value, and this one may hold a password.
  if (text.includes('@')) throw usageError(`option '--store <url>' has a bad value. ${problem}.`)
  return reading(() => {
    throw new Error(problem)
  })
}
