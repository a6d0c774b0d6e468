/** Whether the server of a command was named, or is only the usual one. */

import type { Command } from 'commander'
import type { Io } from '../io.ts'

/** True for `--url`, and for CHAOS_URL: whoever says it wants that server. */
export function isNamed(command: Command, env: Io['env']): boolean {
  return Boolean(env.CHAOS_URL) || command.getOptionValueSource('url') === 'cli'
}
