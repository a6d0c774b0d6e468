/** `chaos serve`, which `npm start` is too: the server in the foreground, with what runs experiments at it; it reads its options itself. */

import { type Define, processContext } from './command.ts'

/** Seeds are drawn below it: six digits are easy to say across a room. */
const SEED_LIMIT = 1_000_000

export const define: Define = (command, run) => {
  command.allowUnknownOption().helpOption(false).argument('[options...]', 'options of the server')
  command.action((args: string[]) =>
    run(async io => {
      const [{ serve }, { openExperimentPort }, { usualUrl }] = await Promise.all([
        import('../../server/serve.ts'),
        import('../experiment-port/port.ts'),
        import('../options/common.ts'),
      ])
      const experiments = openExperimentPort({ ...processContext(io), usualUrl: usualUrl({}) })
      const name = io.env.npm_lifecycle_event === 'start' ? 'npm start --' : 'npx chaos serve'
      const draw = () => String(Number.parseInt(io.draw(), 36) % SEED_LIMIT)
      return serve({ ...io, draw, stdout: io.stdout, stderr: io.stderr, args, name, experiments })
    }),
  )
}
