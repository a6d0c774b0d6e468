/** What `chaos serve` takes: whatever the server takes, which it reads itself. */

import type { Define } from '../commands/command.ts'

export const define: Define = (command, run) => {
  command.allowUnknownOption().helpOption(false).argument('[options...]', 'options of the server')
  command.action((args: string[]) => run(async io => (await import('../commands/serve.ts')).serve(io, args)))
}
