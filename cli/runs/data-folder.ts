/** Where this machine keeps what programs leave behind for their user. */

import { homedir, userInfo } from 'node:os'
import { isAbsolute, posix, win32 } from 'node:path'

/**
 * The folder of kept runs: below XDG_DATA_HOME, or where the system has its place for it. A relative path names no folder
 * (XDG Base Directory Specification: "consider the path invalid and ignore it"); so does a relative `home`.
 * @returns null where no folder is named
 */
export function runsFolder(
  platform: string,
  env: Readonly<Record<string, string | undefined>>,
  home: string,
): string | undefined {
  const { join, isAbsolute } = platform === 'win32' ? win32 : posix
  const absolute = (path = '') => (isAbsolute(path) ? path : '')
  const base =
    absolute(env.XDG_DATA_HOME) ||
    (platform === 'win32' && absolute(env.LOCALAPPDATA)) ||
    (platform === 'darwin' ? join(home, 'Library', 'Application Support') : join(home, '.local', 'share'))
  return isAbsolute(base) ? join(base, 'flaky-catalog', 'runs') : undefined
}

/** The user's folder: HOME, or what the system knows where that is none or relative; empty where nobody knows. */
export function homeFolder(): string {
  for (const ask of [homedir, () => userInfo().homedir]) {
    try {
      const home = ask()
      if (isAbsolute(home)) return home
    } catch {
      // A user whom the system does not know has none.
    }
  }
  return ''
}
