/** What a module imports when it is loaded, types and what is imported later left out. */

import { readFileSync } from 'node:fs'
import { dirname, resolve } from 'node:path'

/** Its own files, itself among them, and the packages that they name. */
export function importsOf(entry: string): {
  readonly files: ReadonlySet<string>
  readonly packages: ReadonlySet<string>
} {
  const files = new Set<string>()
  const packages = new Set<string>()
  const visit = (file: string): void => {
    if (files.has(file)) return
    files.add(file)
    const text = readFileSync(file, 'utf8')
    for (const [, name = ''] of text.matchAll(/^(?:import|export) (?!type ).*?from '(.*?)'$/gms)) {
      if (name.startsWith('.')) visit(resolve(dirname(file), name))
      else packages.add(name)
    }
  }
  visit(entry)
  return { files, packages }
}
