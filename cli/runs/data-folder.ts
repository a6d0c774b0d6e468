/** Where this machine keeps what programs leave behind for their user. */

import { posix, win32 } from 'node:path'

/**
 * The folder of kept runs: below XDG_DATA_HOME, or where the system has its place for it. A relative path names no folder
 * (XDG Base Directory Specification: "consider the path invalid and ignore it").
 */
export function runsFolder(platform: string, env: Readonly<Record<string, string | undefined>>, home: string): string {
  const { join, isAbsolute } = platform === 'win32' ? win32 : posix
  const absolute = (path = '') => (isAbsolute(path) ? path : '')
  const base =
    absolute(env.XDG_DATA_HOME) ||
    (platform === 'win32' && absolute(env.LOCALAPPDATA)) ||
    (platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'share'))
  return join(base, 'flaky-catalog', 'runs')
}
