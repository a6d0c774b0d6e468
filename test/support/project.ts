/** The project as its tests find it: the folder of the repository, and its modules, which run from source or compiled. */

import { extname, join } from 'node:path'
import { packageRoot } from '../../server/lib/package-root.ts'

/** The folder of the repository. */
export const ROOT = packageRoot(import.meta.url)

const CODE = join(import.meta.dirname, '../..')
const EXTENSION = extname(import.meta.filename)
const TSX = join(ROOT, 'node_modules', 'tsx', 'dist', 'loader.mjs')

/** The file of a module such as `cli/main`: compiled where this test is compiled, else the source. */
export function moduleFile(name: string): string {
  return join(CODE, name + EXTENSION)
}

/** What Node.js needs to run `file`: nothing where it is compiled, a loader for a source. */
export function loaderOf(file: string): string[] {
  return /\.m?ts$/.test(file) ? ['--import', TSX] : []
}

/** The arguments with which Node.js runs a script, after `options` of its own. */
export function nodeArguments(script: string, options: readonly string[] = []): string[] {
  return [...loaderOf(script), ...options, script]
}
