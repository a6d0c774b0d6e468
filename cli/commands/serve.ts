/** `chaos serve`: the server in the foreground, just as `npm start` runs it; it reads its options itself. */

import type { Define } from './command.ts'

export const define: Define = (command, run) => {
  command.allowUnknownOption().helpOption(false).argument('[options...]', 'options of the server')
  command.action((args: string[]) =>
    run(async io => {
      const { serve } = await import('../../server/serve.ts')
      return serve({ ...io, stdout: io.stdout, stderr: io.stderr, args, name: 'npx chaos serve' })
    }),
  )
}
