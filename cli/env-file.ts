/** What the `.env` of the working directory says to the command line: where the server is, which session, and its token. */

import { existsSync } from 'node:fs'
import { codeOf } from '../server/lib/user-error.ts'
import type { Io } from './io.ts'

const NAMES = ['CHAOS_URL', 'CHAOS_SESSION', 'CHAOS_TOKEN'] as const

/** What `.env.example` says, so that a copy of it is as good as none. */
const STANDARD: Readonly<Record<string, string>> = { CHAOS_URL: 'http://127.0.0.1:8000', CHAOS_SESSION: 'default' }

/**
 * The environment with the address and the session of a file where it has none of its own, and the file's own address and
 * token, which belong together: see `tokenFor`.
 * @param warn takes a sentence about a line that may have been meant for the command line.
 */
export async function withEnvFile(
  path: string,
  env: Io['env'],
  warn: (sentence: string) => void,
): Promise<Pick<Io, 'env' | 'envFile'>> {
  // Most folders have none, and a command need not wait for what would read it.
  if (!existsSync(path)) return { env }
  const [{ readEnvFile }, { flawText }] = await Promise.all([
    import('../server/config/env-file.ts'),
    import('../server/config/dotenv.ts'),
  ])
  const read = await readEnvFile(path, NAMES).catch(error => {
    // A folder of that name is another tool's.
    if (codeOf(error) !== 'EISDIR') warn(`${path} cannot be read (${codeOf(error) || error})`)
    return null
  })
  if (!read) return { env }
  for (const flaw of read.flaws) if (flaw.name !== null) warn(flawText(path, flaw))
  const said = Object.fromEntries(
    NAMES.flatMap(name => {
      const value = read.variables[name]?.trim()
      return value && value !== STANDARD[name] ? [[name, value]] : []
    }),
  )
  const { CHAOS_TOKEN: token, CHAOS_SESSION, CHAOS_URL } = said
  const url = env.CHAOS_URL ? undefined : CHAOS_URL
  return {
    env: { ...env, CHAOS_URL: env.CHAOS_URL || url, CHAOS_SESSION: env.CHAOS_SESSION || CHAOS_SESSION },
    envFile: { url, token },
  }
}
