/** `chaos simulate`: what it prints without a server, what it takes from files and servers, and what it refuses. */

import assert from 'node:assert/strict'
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, suite, test } from 'node:test'
import { startTestServer } from '../../support/server.ts'
import { chaos, documentOf } from '../harness.ts'

const folder = mkdtempSync(join(tmpdir(), 'chaos-simulate-'))
after(() => rmSync(folder, { recursive: true, force: true }))

function fileOf(name: string, text: string): string {
  const path = join(folder, name)
  writeFileSync(path, text)
  return path
}

const simulated = async (...words: string[]) => documentOf(await chaos(['simulate', ...words, '--json']))

suite('a simulated comparison', () => {
  test('is the report of compare, and says in its header that it is none of a server', async () => {
    const ran = await chaos([
      'simulate',
      '--outage',
      '1s-4s',
      '-n',
      '1000',
      '--seed',
      '7',
      '--days',
      '199',
      '--no-color',
    ])
    assert.equal(ran.code, 0, ran.stderr)
    assert.match(ran.stdout, /^ {2}none against breaker\n/)
    assert.match(ran.stdout, /seed 7, fail rate 0 %,\s+simulated, with server seed 7\n/)
    assert.match(ran.stdout, /useful answers +70\.0 % +66\.3 %/)
    assert.match(ran.stdout, /trouble +▬+ outage ▬+/)
    assert.match(ran.stdout, /The breaker cost answers and saved work/)
    assert.doesNotMatch(ran.stdout, /Kept as/)
  })

  test('has no other days, and says why, where that would take too long', async () => {
    const ran = await chaos(['simulate', '-n', '20000', '-c', '100', '--every', '1ms', '--no-color'])
    assert.match(
      ran.stdout.replaceAll(/\s+/g, ' '),
      /not known: so many requests take too long to be simulated often enough/,
    )
    const stop = new AbortController()
    stop.abort('SIGINT')
    const arms = Array.from({ length: 32 }, (_, index) => `retry(${1 + (index % 20)},base=${1 + index}ms)`).join(',')
    const largest = await chaos(['simulate', '-n', '100000000', '--arms', arms], { interrupted: stop.signal })
    assert.equal(largest.code, 130)
  })

  test('says how many clients there were', async () => {
    const ran = await chaos(['simulate', '--clients', '1000', '-n', '2000', '--fail-rate', '30', '--no-color'])
    assert.match(ran.stdout, /10 every 100 ms, 1,000 clients with a\s+circuit\s+each,/)
  })

  for (const [what, words, hint] of [
    [
      'tries open times side by side',
      ['--outage', '1s-4s', '-n', '700', '--open-for', '2s'],
      /simulate --arms 'none,breaker\(open-for=250ms\),.*=4s\)' -n 700 --outage 1s-4s$/,
    ],
    [
      'sweeps where these were tried',
      [
        '--outage',
        '1s-4s',
        '-n',
        '700',
        '--arms',
        'none,breaker(open-for=250ms),breaker(open-for=1s),breaker(open-for=4s)',
      ],
      /npx chaos sweep --vary/,
    ],
    [
      'keeps the file of the settings',
      ['--settings', fileOf('30 percent.json', '{"failRate":30}'), '-n', '600'],
      /simulate --outage .* --settings '.*\/30 percent\.json'$/,
    ],
    [
      'keeps the round trip',
      ['--fail-rate', '30', '-n', '600', '--round-trip', '30ms'],
      /simulate --round-trip 30ms --outage/,
    ],
    ['keeps the clients', ['--fail-rate', '30', '-n', '600', '--clients', '20'], /simulate --clients 20 --outage /],
    [
      'makes one arm fail',
      ['--arms', 'none', '-n', '50'],
      /^Make it fail: npx chaos simulate --arms none -n 50 --fail-rate 70$/,
    ],
    [
      'asks one arm for what is there',
      ['--arms', 'none', '-n', '50', '--codes', 'nowhere'],
      /simulate --arms none -n 50$/,
    ],
  ] as const) {
    test(`has a hint that ${what}, without a server`, async () => {
      const { verdict } = await simulated(...words, '--seed', '7')
      assert.match(verdict.hint, hint)
      const [, command = ''] = verdict.hint.split('npx chaos ')
      if (!command.startsWith('simulate')) return
      const typed = [...command.matchAll(/'([^']*)'|(\S+)/g)].map(([, inQuotes, bare]) => inQuotes ?? bare ?? '')
      const again = await chaos([...typed, '--json'])
      assert.equal(again.code, 0, again.stderr)
      assert.ok(documentOf(again).simulated)
    })
  }

  test('leads to the server that its settings are from', async t => {
    const server = await startTestServer(t, { settings: { failRate: 30 } })
    const { verdict } = await simulated('-u', server.url, '-n', '600', '--seed', '7')
    assert.ok(verdict.hint.endsWith(` -u ${server.url}`), verdict.hint)
    assert.match(verdict.hint, /npx chaos simulate/)
  })

  test('is the same again, whatever the moment', async () => {
    const words = ['--fail-rate', '30', '--arms', 'none,retry+breaker', '--seed', '5']
    const [first, second] = [await simulated(...words), await simulated(...words)]
    assert.deepEqual({ ...first, startedAt: '' }, { ...second, startedAt: '' })
    assert.equal(first.command, 'compare')
    assert.deepEqual(first.simulated, {
      seed: '5',
      roundTripMs: { p50: 1.5, p99: 1.5 },
      latenessMs: { p50: 0, p99: 0 },
    })
    assert.deepEqual(first.failRate, { atStart: 30, atEnd: 30 })
    assert.equal(first.load.lagMs.max, 0)
  })

  test('plays the scenarios that come with the package, with their load, arms and expectations', async () => {
    const result = await simulated('--scenario', 'retry-storm', '--seed', '7')
    assert.deepEqual(
      result.arms.map(({ name }) => name),
      ['retry', 'retry+breaker'],
    )
    assert.equal(result.load.timeoutMs, 500)
    assert.deepEqual(
      result.expectations?.map(({ passed }) => passed),
      [true],
    )
    assert.equal(result.trouble.length, 1)
  })

  test('takes settings from a file', async () => {
    const file = fileOf(
      'limited.json',
      '{"seed": "42", "rules": [{"id": "all", "match": {}, "faults": [{"kind": "reset"}]}]}',
    )
    const result = await simulated('--settings', file, '--arms', 'none', '-n', '20')
    assert.deepEqual(result.arms[0]?.failures, { reset: 20 })
    assert.equal(result.simulated?.seed, '42')
    assert.equal(result.conditions?.settings?.seed, '42')
  })

  test('takes settings and scenarios from a server, and sends it no request', async t => {
    const server = await startTestServer(t, { seed: '9', settings: { failRate: 100 } })
    const result = await simulated('-u', server.url, '--arms', 'none', '-n', '20')
    assert.equal(result.arms[0]?.outcomes.failed, 20)
    assert.equal(result.simulated?.seed, '9')
    assert.equal(result.target, server.url)
    assert.equal((await simulated('-u', server.url, '--scenario', 'blackout')).title !== undefined, true)
    assert.equal(server.chaos.control.sessions.list().length, 1)
    assert.equal(server.chaos.control.sessions.first.log.records({ limit: 1 }).length, 0)
  })

  test('takes round trips, headers that rules read, and --repeat', async () => {
    const file = fileOf('header.json', '{"rules": [{"id": "team", "match": {"header": {"x-team": "blue"}}}]}')
    const words = ['--settings', file, '--arms', 'none', '-n', '20', '--round-trip', '40ms']
    assert.equal((await simulated(...words)).arms[0]?.latencyMs.success.p50, 40)
    assert.equal((await simulated(...words, '--header', 'X-Team: blue')).arms[0]?.outcomes.failed, 20)
    assert.equal((await simulated(...words, '--repeat', '3')).repeats?.length, 3)
    assert.equal((await simulated(...words, '--arms', 'none,retry', '--one-by-one')).conditions?.oneByOne, true)
  })

  test('is kept when that is asked for', async () => {
    const runsFolder = join(folder, 'runs')
    const ran = await chaos(['simulate', '-n', '20'], { runsFolder })
    assert.equal(ran.code, 0)
    assert.throws(() => readdirSync(runsFolder))
    const kept = await chaos(['simulate', '-n', '20', '--keep'], { runsFolder })
    assert.match(kept.stdout, /Kept as (\S+)\./)
    const shown = await chaos(['runs', 'show', 'last'], { runsFolder })
    assert.match(shown.stdout, /simulated, with\s+server seed/)
  })

  test('ends with 99 where an expectation fails, and with 130 where its user stops it', async () => {
    const failed = await chaos(['simulate', '--fail-rate', '50', '--expect', 'none.useful>90%'])
    assert.equal(failed.code, 99)
    for (const arms of ['none,breaker', 'opossum']) {
      const stop = new AbortController()
      const words = ['simulate', '-n', '100000000', '--every', '1ms', '--arms', arms]
      const running = chaos(words, { interrupted: stop.signal })
      setTimeout(() => stop.abort('SIGINT'), 100)
      const stopped = await running
      assert.equal(stopped.code, 130, stopped.stderr)
      assert.match(stopped.stdout, /Stopped after/)
    }
  })

  const refused: Readonly<Record<string, readonly [words: readonly string[], why: RegExp]>> = {
    'days of so many requests that they would never end': [
      ['-n', '100000000', '--days', '199'],
      /^chaos: 199 days of 200,000,000 requests are too much work: take fewer requests \(-n\) or days, at most 2,000,000,000/,
    ],
    'many clients that wait for one circuit': [
      ['--clients', '2', '--arms', 'reschedule+breaker'],
      /^chaos: reschedule waits for one circuit, and 2 clients have as many: leave it out of reschedule\+breaker/,
    ],
    'a library for many clients': [
      ['--arms', 'none,opossum', '--clients', '2'],
      /^chaos: opossum is simulated for one client/,
    ],
    'a rule that a library has not': [
      ['--arms', 'opossum', '--max-failures', '3'],
      /^chaos: opossum opens at a share of failures only: .*\.\n$/,
    ],
    'a webhook': [['--arms', 'notify(http://x)+breaker'], /^chaos: a webhook cannot be simulated: leave notify out/],
    Redis: [['--store', 'redis://localhost'], /^chaos: a circuit in Redis cannot be simulated: leave out --store/],
    'a URL': [['http://example.com/'], /^chaos: http:\/\/example\.com\/ cannot be simulated, .*chaos compare\.\n$/],
    'what changes something': [['--method', 'POST'], /^chaos: only GET and HEAD can be simulated/],
    'a scenario that is not there': [
      ['--scenario', 'nope'],
      /^chaos: there is no scenario "nope": there are bad-deploy,/,
    ],
    'a file that is not there': [
      ['--settings', '/nowhere.json'],
      /^chaos: \/nowhere\.json cannot be read \(ENOENT\)\.\n$/,
    ],
    'an arm that nobody knows': [['--arms', 'brekaer'], /did you mean "breaker"/],
    'no time at all for a round trip': [['--round-trip', '0ms'], /It is a duration from/],
  }
  for (const [what, [words, why]] of Object.entries(refused)) {
    test(`refuses ${what} with one sentence`, async () => {
      const ran = await chaos(['simulate', ...words])
      assert.equal(ran.code, 2)
      assert.match(ran.stderr, why)
      assert.equal(ran.stdout, '')
    })
  }

  test('refuses files that hold no settings, and says where the flaw is', async () => {
    const bad = await chaos(['simulate', '--settings', fileOf('bad.json', '{"failRate": 700}')])
    assert.equal(bad.code, 2)
    assert.match(bad.stderr, /bad\.json holds no settings: \/failRate: must be 0 to 100/)
    const text = await chaos(['simulate', '--settings', fileOf('text.json', 'failRate: 70')])
    assert.equal(text.code, 2)
    assert.match(text.stderr, /text\.json is not JSON/)
  })

  test('says that a server is not there', async () => {
    const ran = await chaos(['simulate', '-u', 'http://127.0.0.1:9'])
    assert.equal(ran.code, 3)
  })
})
