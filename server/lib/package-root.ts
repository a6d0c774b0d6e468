/** Finds the folder of the package, from the sources as well as from the build. */

import { readFileSync } from 'node:fs'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

const NAME = 'flaky-catalog'

/**
 * The folder that holds this package's package.json, found by walking up from the file `from`.
 * @throws {Error} where no folder above holds it: the installation is damaged.
 */
export function packageRoot(from: string | URL): string {
  const start = typeof from === 'string' && !from.startsWith('file:') ? from : fileURLToPath(from)
  for (let folder = dirname(start); ; folder = dirname(folder)) {
    if (manifest(folder)?.name === NAME) return folder
    if (folder === dirname(folder)) throw new Error(`no package.json of ${NAME} above ${start}: install it again`)
  }
}

/** The version in the package.json that lies in `root`. */
export function packageVersion(root: string): string {
  return manifest(root)?.version ?? '0.0.0'
}

function manifest(folder: string): { name?: string; version?: string } | null {
  try {
    return JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'))
  } catch {
    return null
  }
}
