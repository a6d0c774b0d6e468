/** Where this machine keeps what programs leave behind for their user. */

import { posix, win32 } from 'node:path'

/** The folder of kept runs: below XDG_DATA_HOME, or where the system has its place for it. */
export function runsFolder(platform: string, env: Readonly<Record<string, string | undefined>>, home: string): string {
  const { join } = platform === 'win32' ? win32 : posix
  const base =
    env.XDG_DATA_HOME ||
    (platform === 'win32' && env.LOCALAPPDATA) ||
    (platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'share'))
  return join(base, 'flaky-catalog', 'runs')
}
