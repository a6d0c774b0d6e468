/** `chaos tune`: what it prints and writes, that it gives up in words, and that it stops when told to. */

import assert from 'node:assert/strict'
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { type Tuning, tuneSchema } from '../../../cli/report/stats/tune-result.ts'
import { startTestServer } from '../../support/server.ts'
import { chaos, spawnChaos } from '../harness.ts'

const FEW = ['--candidates', '18', '--days', '40', '--workers', '1', '--seed', 's']

const SHORT = ['-n', '150', '--outage', '500ms-1s']

function documentOf(stdout: string): Tuning {
  return tuneSchema.parse(JSON.parse(stdout))
}

function temporary(t: { after(act: () => void): void }): string {
  const folder = mkdtempSync(join(tmpdir(), 'tune-'))
  t.after(() => rmSync(folder, { recursive: true, force: true }))
  return folder
}

describe('chaos tune', () => {
  it('takes a breaker for an outage, and prints the command that tries it live', async () => {
    const ran = await chaos(['tune', '--json', ...FEW])
    assert.deepEqual([ran.code, ran.stderr], [0, ''])
    const { recommendation, trials, references, conditions, load } = documentOf(ran.stdout)
    assert.equal(recommendation?.code, 'take')
    assert.ok((recommendation?.gain.ci95[0] ?? 0) > 0)
    assert.deepEqual(conditions.outages, [{ failRate: 100, fromMs: 1_000, toMs: 4_000 }])
    assert.equal(load.requests, 700)
    assert.deepEqual(
      references.map(({ arm }) => arm),
      ['none', 'breaker'],
    )
    for (const { days, useful, wasted, recovered } of trials) {
      assert.deepEqual([days, recovered > 0], [40, true])
      for (const { low, mean, high } of [useful, wasted])
        assert.ok(low !== null && high !== null && low <= mean && mean <= high)
    }
    const { live = '', best } = recommendation ?? {}
    assert.equal(live, `npx chaos compare --arms 'none,${best}' -n 700 --outage 1s-4s`)
    const words = [...live.replace('npx chaos compare', 'simulate').replaceAll("'", '').split(' '), '--json']
    const tried = await chaos(words)
    assert.equal(tried.code, 0, tried.stderr)
  })

  it('says that no setting is better than none where failures are flips of a coin', async () => {
    const ran = await chaos(['tune', '--scenario', 'coin-flip', ...FEW])
    assert.equal(ran.code, 0)
    assert.match(ran.stdout.replaceAll(/\s+/g, ' '), /No setting is better than none, with which 70\.\d % are useful/)
    assert.match(ran.stdout, /npx chaos compare --arms '?none,breaker\(.*--scenario coin-flip\n$/)
    assert.equal(ran.stderr, '')
  })

  it('finds that a retry is better than none there, and a breaker no better than without it', async () => {
    const ran = await chaos([
      'tune',
      '--scenario',
      'coin-flip',
      '--arm',
      'retry(2,base=50ms)+breaker',
      '--json',
      ...FEW,
    ])
    assert.deepEqual(
      [documentOf(ran.stdout).recommendation?.code, documentOf(ran.stdout).recommendation?.arm],
      ['without-breaker', 'retry(2,base=50ms)'],
    )
  })

  it('gives the same document whatever the number of workers', async () => {
    const args = ['tune', '--json', ...SHORT, ...FEW.slice(0, 4), '--seed', 'same', '--workers']
    const [one, three] = await Promise.all([chaos([...args, '1']), chaos([...args, '3'])])
    assert.equal(one.code, 0)
    assert.equal(three.stdout, one.stdout)
  })

  it('writes a page, and the text beside it', async t => {
    const file = join(temporary(t), 'tune.html')
    const ran = await chaos(['tune', '-o', file, ...SHORT, ...FEW], { columns: 100 })
    assert.equal(ran.code, 0)
    const page = readFileSync(file, 'utf8')
    assert.match(page, /<svg[^>]+role="img" aria-label="Useful share against wasted calls of \d+ settings/)
    assert.match(page, /npx chaos compare --arms/)
    assert.match(page, /<code>breaker\([^<]*,<wbr>/)
    assert.doesNotMatch(page, /<script|undefined|NaN/)
    const lines = ran.stdout.split('\n')
    assert.ok(
      lines.every(line => line.length <= 100 || line.includes('npx chaos')),
      ran.stdout,
    )
    assert.ok(lines.some(line => /│.*a/.test(line)))
    assert.match(ran.stdout, /^ {2}◆ /m)
  })

  it('has no line that is wider than the terminal, also where recovery needs words', async () => {
    for (const columns of [72, 80, 120]) {
      const ran = await chaos(['tune', '--scenario', 'blackout', ...FEW, '--candidates', '12'], { columns })
      assert.match(ran.stdout, /on \d+ of \d+ days/)
      const wide = ran.stdout.split('\n').filter(line => line.length > columns && !line.includes('npx chaos'))
      assert.deepEqual(wide, [])
    }
  })

  it('takes the load and the conditions of a kept run, and compares with its own breaker', async t => {
    const folder = temporary(t)
    const made = ['-n', '200', '--arms', 'none,breaker(open-for=3s)', '--outage', '500ms-1s', '--threshold', '30']
    const ran = await chaos(['simulate', ...made, '--json'])
    const file = join(folder, 'run.json')
    writeFileSync(file, ran.stdout)
    const tuned = await chaos(['tune', file, '--json', ...FEW])
    assert.equal(tuned.code, 0, tuned.stderr)
    const { load, conditions, references, arm, recommendation } = documentOf(tuned.stdout)
    assert.deepEqual([load.requests, conditions.outages[0]?.toMs, arm], [200, 1_000, 'breaker'])
    assert.deepEqual(
      references.map(each => each.arm),
      ['none', 'breaker(open-for=3s)'],
    )
    assert.match(recommendation?.live ?? '', /-n 200 --outage 500ms-1s --threshold 30$/)
    const twice = await chaos(['tune', file, '--outage', '1s-2s', ...FEW])
    assert.deepEqual([twice.code, /own load and conditions: leave out --outage/.test(twice.stderr)], [2, true])
    writeFileSync(file, JSON.stringify({ ...JSON.parse(ran.stdout), conditions: undefined }))
    const bare = await chaos(['tune', file, ...FEW])
    assert.deepEqual([bare.code, /does not say under which settings/.test(bare.stderr)], [2, true])
  })

  it('takes the run that a server keeps, and shows it there', async t => {
    const server = await startTestServer(t)
    const ran = await chaos(['compare', '-n', '20', '--every', '10ms', '--fail-rate', '50', '-u', server.url])
    const [, id = ''] = /Kept as (\w+)/.exec(ran.stdout) ?? []
    const tuned = await chaos(['tune', id, '--json', ...FEW, '-u', server.url])
    assert.equal(tuned.code, 0, tuned.stderr)
    const { load, recommendation } = documentOf(tuned.stdout)
    assert.equal(load.requests, 20)
    assert.ok(recommendation?.live?.endsWith(`-u ${server.url}`), recommendation?.live)
  })

  it('prints the best so far where it is interrupted, with the code of an interruption', async () => {
    const stop = new AbortController()
    let writes = 0
    const args = ['tune', '--candidates', '400', '--json', '--seed', 's', '--workers', '1']
    const timer = setInterval(() => {
      // Some shares of the first round are done by then: each gives way to this.
      if (++writes === 3) stop.abort('SIGINT')
    }, 1)
    const ran = await chaos(args, { interrupted: stop.signal })
    clearInterval(timer)
    assert.equal(ran.code, 130)
    if (ran.stdout === '') assert.match(ran.stderr, /stopped before anything was measured/)
    else assert.equal(documentOf(ran.stdout).interrupted, true)
  })

  it('ends at once by Ctrl-C as a process, with what it knows', async () => {
    const tuning = spawnChaos(['tune', '--candidates', '5000', '--days', '10000', '--seed', 's'])
    await new Promise(resolve => setTimeout(resolve, 1_500))
    tuning.process.kill('SIGINT')
    const { code, stdout, stderr } = await tuning.ended
    assert.equal(code, 130)
    assert.match(stdout + stderr, /Stopped before its end|stopped before anything was measured/)
  })

  const refused: readonly [line: string, message: RegExp][] = [
    ['tune --arm none', /none has nothing that can be tuned: write one of breaker, retry, budget, timeout/],
    ['tune --arm opossum', /opossum has nothing that can be tuned/],
    ['tune --arm breaker,retry', /one arm is tuned at a time/],
    ['tune --arm notify(http://x/)+breaker', /a webhook cannot be simulated/],
    ['tune --candidates 1', /whole number from 2 to 5000/],
    ['tune --days 20', /whole number from 39/],
    ['tune --worth 0', /a number from 0\.1/],
    ['tune --workers 0', /whole number from 1 to 64/],
    ['tune --scenario nothing', /there is no scenario "nothing": there are bad-deploy/],
    ['tune --scenario flapping --outage 1s-2s', /choose one/],
    ['tune --method POST', /only GET and HEAD can be simulated/],
    ['tune --settings /nowhere.json', /cannot be read/],
    ['tune -o tune.csv', /\.csv is no format/],
    ['tune ./nowhere.json', /nowhere\.json/],
  ]
  for (const [line, message] of refused) {
    it(`refuses ${line}`, async () => {
      const ran = await chaos(line.split(' '))
      assert.equal(ran.code, 2, ran.stderr)
      assert.match(ran.stderr.replaceAll(/\s+/g, ' '), message)
      assert.equal(ran.stdout, '')
    })
  }
})
