/** Every way out, in a real pseudo-terminal: afterwards the terminal is as it was before. */

import assert from 'node:assert/strict'
import { execFile, spawnSync } from 'node:child_process'
import { constants } from 'node:os'
import { join } from 'node:path'
import { after, before, test } from 'node:test'
import { promisify } from 'node:util'
import { moduleFile, nodeArguments, ROOT } from '../../support/project.ts'
import { FakeCatalog } from './fake-catalog.ts'
import { Screen } from './screen.ts'

interface Outcome {
  readonly code: number
  readonly problem: string | null
  /** The keyboard was in raw mode while the console ran. */
  readonly raw: boolean | null
  /** The terminal's modes are what they were. */
  readonly restored: boolean
  readonly output: string
}

const python = ['python3', 'python'].find(name => spawnSync(name, ['-c', 'import pty, termios']).status === 0)
const skip = python === undefined ? 'no Python with a pty module on this machine' : false
const main = moduleFile('cli/main')
/** A key that is none becomes an error that nobody catches. */
const CRASH = `data:text/javascript,process.stdin.on('data', key => {
  if (String(key) === 'z') throw new Error('a bug in the middle')
})`
const { SIGHUP, SIGINT, SIGTERM } = constants.signals

let catalog: FakeCatalog
before(async () => {
  catalog = await FakeCatalog.open()
})
after(() => catalog.close())

type Step = { readonly until: string } | { readonly send: string } | { readonly signal: number }

async function inTerminal(steps: readonly Step[], preload: readonly string[] = []): Promise<Outcome> {
  const command = [process.execPath, ...nodeArguments(main, preload), 'live', '--auto', '--url', catalog.url.href]
  const args = [join(ROOT, 'test/cli/live/in_terminal.py'), JSON.stringify(steps), ...command]
  const { stdout } = await promisify(execFile)(python ?? '', args, { maxBuffer: 100_000_000 })
  const told = JSON.parse(stdout) as Outcome
  return { ...told, output: Buffer.from(told.output, 'base64').toString('utf8') }
}

const up: Step = { until: 'upstream' }
const WAYS: readonly (readonly [name: string, steps: readonly Step[], code: number, preload?: readonly string[]])[] = [
  ['q', [up, { send: 'q' }], 0],
  ['Ctrl-C', [up, { send: '\x03' }], 0],
  ['SIGINT', [up, { signal: SIGINT }], 130],
  ['SIGTERM', [up, { signal: SIGTERM }], 143],
  ['SIGHUP', [up, { signal: SIGHUP }], 129],
  ['two signals, the second while it ends', [up, { signal: SIGTERM }, { signal: SIGTERM }], 143],
  ['a crash', [up, { send: 'z' }], 1, ['--import', CRASH]],
]

for (const [name, steps, code, preload] of WAYS) {
  test(`${name} leaves the terminal as it was`, { skip }, async () => {
    const { output, ...outcome } = await inTerminal(steps, preload)
    assert.deepEqual(outcome, { code, problem: null, raw: true, restored: true })
    assert.ok(output.includes('\x1b[?1049h') && output.includes('\x1b[?25l'), 'it did take the terminal over')
    const orderly = name !== 'a crash' && !name.startsWith('two signals')
    const screen = new Screen(80, 24)
    await screen.write(output)
    assert.equal(screen.alternate, false)
    assert.equal(screen.terminal.modes.wraparoundMode, true)
    assert.ok(output.lastIndexOf('\x1b[?25h') > output.lastIndexOf('\x1b[?25l'), 'the cursor is visible')
    if (orderly) assert.equal(catalog.sessions.size, 0)
    catalog.sessions.clear()
    if (name === 'a crash') assert.ok(screen.lines().join('').includes('a bug in the middle'), 'the stack can be read')
  })
}
