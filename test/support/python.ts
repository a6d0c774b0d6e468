/** A Python that has what a test needs. */

import { spawnSync } from 'node:child_process'

/** The first of the machine's Pythons that imports `modules`, separated by commas; undefined where none does. */
export function pythonWith(modules: string): string | undefined {
  return ['python3', '/usr/bin/python3'].find(name => spawnSync(name, ['-c', `import ${modules}`]).status === 0)
}
