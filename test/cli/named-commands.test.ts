/** Every command that a text tells somebody to type can be typed. */

import assert from 'node:assert/strict'
import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { EXAMPLES } from '../../cli/commands/help.ts'
import type { Unjudged } from '../../cli/report/result.ts'
import type { Code } from '../../cli/report/verdict/code.ts'
import { hintFor, OUTAGE } from '../../cli/report/verdict/hint.ts'
import { judge } from '../../cli/report/verdict/verdict.ts'
import { english } from '../../cli/report/verdict/words.ts'
import { ROOT } from '../support/project.ts'
import { startTestServer } from '../support/server.ts'
import { chaos, documentOf } from './harness.ts'
import { arm, coinFlips, outage, result } from './report/sample-results.ts'

/** Nothing listens there: a command that was understood ends with 3, one that was not with 2. */
const NOWHERE = ['--url', 'http://127.0.0.1:9']

/** What stands after `npx chaos` in a hint, which a command ends. */
function commandOf(hint: string): string | undefined {
  return /npx chaos (.+)$/.exec(hint)?.[1]
}

/** The words of a command line as a shell hands them on. */
function words(command: string): string[] {
  return Array.from(command.matchAll(/'([^']*)'|\S+/g), ([word, quoted]) => quoted ?? word)
}

/** What stands after `npx chaos` in a text, up to two spaces, a quote or the end of the line. */
function commandsOf(text: string): string[] {
  return [...text.matchAll(/npx chaos (.+?)(?= {2}|[`'"]|\\n|$)/gm)].map(([, words = '']) => words.trim())
}

async function understood(command: string): Promise<void> {
  const ran = await chaos([...words(command), ...NOWHERE])
  assert.equal(ran.code, 3, `${command}: ${ran.stderr}`)
}

const CODES: readonly Code[] = [
  'empty',
  'unreachable',
  'all-refused',
  'not-found',
  'nothing-failed',
  'too-late',
  'never-opened',
  'hurt',
  'helped',
  'price',
  'traded',
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

/** Pairs of arms, and more, as people type them. */
const ARMS = [
  ['none', 'breaker'],
  ['none', 'retry'],
  ['none', 'bulkhead(3)'],
  ['none', 'none+timeout(5ms)'],
  ['retry', 'retry(5)+breaker(threshold=40,open-for=2s)'],
  ['none', 'opossum(open-for=2s)'],
  ['breaker', 'none'],
  ['breaker', 'opossum', 'cockatiel'],
]

const trouble = [{ fromMs: 1_000, toMs: 4_000, what: 'outage' }]
const request = { method: 'GET', path: '', codes: ['a'], headers: {}, body: null, expectsJson: false }
const CIRCUMSTANCES: readonly Partial<Unjudged>[] = [
  {},
  { load: { ...coinFlips.load, requests: 100, concurrency: 100 } },
  { load: { ...coinFlips.load, requests: 1_000, durationMs: 10_000 }, trouble },
  { load: { ...coinFlips.load, requests: 1_500 }, trouble: [{ fromMs: 1_000, toMs: 9_000, what: 'outage' }] },
  { request },
]

function hintOf(code: Code, run: Unjudged): string {
  const { code: hint, figures } = hintFor(code, run)
  return english(hint, figures)
}

describe('a hint', () => {
  for (const code of CODES) {
    it(`where it is ${code} names a command that can be typed, if it names one`, async () => {
      const hints = CIRCUMSTANCES.flatMap(rest =>
        ARMS.map(names => {
          const recovered = (rest.trouble ?? []).length > 0 ? true : null
          return hintOf(
            code,
            result(
              names.map(name => arm(name, { success: 5, failed: 5 }, { recovered })),
              rest,
            ),
          )
        }),
      )
      for (const hint of new Set(hints)) {
        assert.match(hint, /^[A-Z].*(\.|npx chaos .+)$/)
        const command = commandOf(hint)
        if (command !== undefined && command !== 'serve') await understood(command)
      }
    })
  }

  it('of every verdict names a command that can be typed', async () => {
    for (const run of RUNS) {
      const command = commandOf(judge(run).hint)
      assert.ok(command)
      if (command !== 'serve') await understood(command)
    }
  })

  it('is never the command that was just run', () => {
    const [, , sameOutage] = CIRCUMSTANCES
    const run = result(
      ['none', 'breaker'].map(name => arm(name, { success: 500, failed: 500 }, { recovered: true })),
      sameOutage,
    )
    const plain = result([arm('none', { success: 70, failed: 30 }), arm('breaker', { success: 70, failed: 30 })])
    for (const code of CODES) {
      assert.ok(!hintOf(code, run).includes(OUTAGE), code)
      if (code !== 'empty' && code !== 'not-found') {
        assert.doesNotMatch(hintOf(code, plain), /npx chaos compare$/, code)
      }
    }
  })
})

it('the outage that hints name keeps its promise: a small price, many saved calls, and all is well again', async t => {
  const server = await startTestServer(t)
  // No timeout, so that a machine that is busy with other things makes answers late and not wrong.
  const patient = ['-u', server.url, '--json', '--no-keep', '--seed', 'promise', '--timeout', '60s']
  const { arms, pairs, load, verdict } = documentOf(
    await chaos(['compare', ...OUTAGE.split(' '), ...patient], { days: { count: 199 } }),
  )
  const [without, guarded] = arms
  assert.ok(without && guarded && pairs)
  // A hundred requests leave in a second: each millisecond that somebody stood still costs a tenth of one.
  const still = (load.lagMs.max + Math.max(...arms.map(arm => arm.latencyMs.all.max ?? 0))) / 10
  const lost = pairs.onlyA - pairs.onlyB
  assert.ok(lost <= 37 + still, `lost ${lost}, still for ${still * 10} ms`)
  assert.ok(guarded.upstream.wasted <= without.upstream.wasted / 4 + still, `wasted ${guarded.upstream.wasted}`)
  assert.deepEqual([without.recovered, guarded.recovered], [true, true])
  if (37 + still <= 50)
    assert.match(verdict.text, /^The breaker (saved more than it cost|did not change who got an answer)/)
  assert.doesNotMatch(verdict.hint, /compare.*--outage 1s-4s/)
})

it('the examples of every help can be typed', async () => {
  for (const example of Object.values(EXAMPLES).flat()) {
    const line = words(example).slice(1)
    if (line[0] === 'demo') continue
    const ran = await chaos([...line, ...NOWHERE])
    if (example === 'chaos lesson') assert.match(ran.stdout, /all-is-well/)
    else if (line[0] === 'live') assert.match(ran.stderr, /draws on a whole terminal/)
    else assert.equal(ran.code, 3, `${example}: ${ran.stderr}`)
    const help = await chaos([line[0] ?? '', '--help'])
    assert.ok(help.stdout.includes(`\nExamples:\n`) && help.stdout.includes(`npx ${example}\n`), example)
  }
})

it('what the demo tells to type can be typed', async () => {
  const source = readFileSync(join(ROOT, 'cli/commands/demo.ts'), 'utf8')
  const commands = commandsOf(source).filter(command => command !== 'serve')
  assert.ok(commands.length >= 6)
  for (const command of commands) await understood(command)
})

/** Commands that stand in sentences, with the rest of the sentence behind them: the words of the command must exist. */
it('every command that a source, the console or the settings name is there', async () => {
  const files = ['cli', 'server', 'data'].flatMap(folder =>
    readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
      .filter(name => /\.(ts|js|json|html)$/.test(name))
      .map(name => join(ROOT, folder, name)),
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
