/** `chaos reset`: everything of a session back to how the server booted, and its hung requests released. */

import { EXIT } from '../io.ts'
import { sessionOption, targetOptions } from '../options/common.ts'
import type { Define } from './command.ts'

export const define: Define = (command, run, env) => {
  sessionOption(targetOptions(command, env), env)
  command.action(({ url, session }) =>
    run(async io => {
      const { controlFor } = await import('../control/control.ts')
      const control = controlFor(io, url, session)
      await control.reset()
      const rate = await control.failRate()
      io.stdout.write(`reset: counts are zero and the fail rate is ${rate} % again\n`)
      return EXIT.ok
    }),
  )
}
