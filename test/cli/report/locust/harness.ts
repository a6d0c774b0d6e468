/** Locust as Debian has it, and results whose load is exported to it. */

import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, type TestContext } from 'node:test'
import { renderLocust } from '../../../../cli/report/locust/locust.ts'
import type { Result } from '../../../../cli/report/result.ts'
import { pythonWith } from '../../../support/python.ts'
import { arm, result } from '../sample-results.ts'

const folder = mkdtempSync(join(tmpdir(), 'locust-'))
after(() => rmSync(folder, { recursive: true }))

/** Debian's own Python has Debian's Locust, whichever other one comes first. */
export const PYTHON = pythonWith('locust')
export const skip =
  PYTHON === undefined ? 'Locust is not installed here (Debian: apt-get install python3-locust)' : false

/** Debian's build has no version, and a master takes workers without one for ones of before 2.0. */
const WRAPPER = join(folder, 'locust_here.py')
writeFileSync(
  WRAPPER,
  'import locust.runners\nlocust.runners.__version__ = "2.12.1"\nfrom locust.main import main\nmain()\n',
)

export const SEED = 'locust'

export function exported(load: Partial<Result['load']>, rest: Partial<Result> = {}): Result {
  const run = result([arm('none', { success: 1 }), arm('retry(2,base=10ms)', { success: 1 })], { seed: SEED, ...rest })
  return { ...run, load: { ...run.load, ...load } } as Result
}

/** Writes the file and answers its path. */
export function file(name: string, of: Result): string {
  const path = join(folder, name)
  writeFileSync(path, renderLocust(of))
  return path
}

export interface Ended {
  readonly code: number | null
  readonly text: string
}

export class Locust {
  readonly process: ChildProcess
  readonly ended: Promise<Ended>
  text = ''

  constructor(t: TestContext, args: readonly string[], env: Readonly<Record<string, string>> = {}) {
    this.process = spawn(PYTHON ?? '', [WRAPPER, ...args, '--headless', '--loglevel', 'INFO'], {
      env: { ...process.env, ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    t.after(() => this.process.kill('SIGKILL'))
    for (const stream of [this.process.stdout, this.process.stderr]) {
      stream?.on('data', chunk => {
        this.text += chunk
      })
    }
    this.ended = once(this.process, 'close').then(([code]) => ({ code, text: this.text }))
  }
}
