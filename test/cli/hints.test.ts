/** Every command that a text tells somebody to type can be typed. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { hintFor } from '../../cli/report/hint.ts'
import type { Situation } from '../../cli/report/situation.ts'
import { judge } from '../../cli/report/verdict.ts'
import { packageRoot } from '../../server/package-root.ts'
import { chaos } from './harness.ts'
import { arm, coinFlips, outage, result } from './report/samples.ts'

/** Nothing listens there: a command that was understood ends with 3, one that was not with 2. */
const NOWHERE = ['--url', 'http://127.0.0.1:9']

/** What stands after `npx chaos` in a text, up to two spaces, a quote or the end of the line. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/npx chaos (.+?)(?= {2}|[`'"]|\\n|$)/gm)].map(([, words = '']) => words.trim())
}

async function understood(command: string): Promise<void> {
  const ran = await chaos([...command.split(' '), ...NOWHERE])
  assert.equal(ran.code, 3, `${command}: ${ran.stderr}`)
}

const SITUATIONS: readonly Situation[] = [
  'empty',
  'unreachable',
  'all-refused',
  'nothing-failed',
  'never-opened',
  'hurt',
  'helped',
  'price',
  'saved',
  'same',
  'too-small',
]

const RUNS = [
  coinFlips,
  outage,
  ...[{}, { success: 9 }, { failed: 9 }, { success: 5, shortCircuited: 5 }, { shortCircuited: 9 }].map(counts =>
    result([arm('none', counts)]),
  ),
]

describe('a hint', () => {
  for (const situation of SITUATIONS) {
    it(`where it is ${situation} names a command that can be typed`, async () => {
      for (const run of [coinFlips, outage]) {
        const [command, more] = commandsOf(hintFor(situation, run))
        assert.ok(command !== undefined && more === undefined)
        if (command !== 'serve') await understood(command)
      }
    })
  }

  it('of every verdict names a command that can be typed', async () => {
    for (const run of RUNS) {
      const [command] = commandsOf(judge(run).hint)
      assert.ok(command)
      if (command !== 'serve') await understood(command)
    }
  })
})

it('what the demo tells to type can be typed', async () => {
  const source = readFileSync(new URL('../../cli/commands/demo.ts', import.meta.url), 'utf8')
  const commands = commandsOf(source).filter(command => command !== 'serve')
  assert.ok(commands.length >= 6)
  for (const command of commands) await understood(command)
})

/** Commands that stand in sentences, with the rest of the sentence behind them: the words of the command must exist. */
it('every command that a source, the console or the settings name is there', async () => {
  const root = packageRoot(import.meta.url)
  const files = ['cli', 'server', 'data'].flatMap(folder =>
    readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(ts|js|json|html)$/.test(name))
      .map(name => join(root, folder, name)),
  )
  const named = new Set(
    files.flatMap(file =>
      [...readFileSync(file, 'utf8').matchAll(/npx chaos ((?:runs|scenario) [a-z]+|[a-z]+)/g)].map(
        ([, words = '']) => words,
      ),
    ),
  )
  assert.ok(named.size >= 8)
  for (const words of named) {
    const { code, stdout } = await chaos([...words.split(' '), '--help'])
    if (words === 'serve') continue
    assert.equal(code, 0, words)
    assert.match(stdout, new RegExp(`^Usage: chaos ${words}`), words)
  }
})
