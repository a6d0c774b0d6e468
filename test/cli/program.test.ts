/** The command line as a whole: help, versions, what cannot be understood, and how it says so. */

import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { run } from '../../cli/program.ts'
import { ManualClock } from '../support/manual-clock.ts'
import { chaos } from './harness.ts'

const COMMANDS = [
  'demo',
  'serve',
  'burst',
  'compare',
  'report',
  'runs',
  'diff',
  'sweep',
  'live',
  'scenario',
  'session',
  'rate',
  'status',
  'reset',
]

describe('help', () => {
  it('lists every command and keeps to 80 columns', async () => {
    const { code, stdout, stderr } = await chaos(['--help'])
    assert.equal(code, 0)
    assert.equal(stderr, '')
    for (const name of COMMANDS) assert.match(stdout, new RegExp(`^ {2}${name} `, 'm'))
    for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
  })

  for (const name of COMMANDS.filter(name => name !== 'serve')) {
    it(`of ${name} explains every option in 80 columns`, async () => {
      const { code, stdout } = await chaos([name, '--help'])
      assert.equal(code, 0)
      assert.match(stdout, new RegExp(`^Usage: chaos ${name}`))
      for (const line of stdout.split('\n')) assert.ok(line.length <= 80, line)
    })
  }

  it('is the same from the library, which chaos --help does not wait for, at every width', async () => {
    for (const columns of [20, ...Array.from({ length: 45 }, (_, more) => 60 + more), 300]) {
      const [own, librarys] = [await chaos(['--help'], { columns }), await chaos(['help'], { columns })]
      assert.deepEqual(own, librarys)
    }
  })

  it('is also there as chaos help burst', async () => {
    const { code, stdout } = await chaos(['help', 'burst'])
    assert.equal(code, 0)
    assert.match(stdout, /--concurrency/)
  })

  it('prints the version', async () =>
    assert.deepEqual(await chaos(['--version']), { code: 0, stdout: '0.0.0\n', stderr: '' }))
})

describe('what cannot be understood', () => {
  for (const [typed, sentence] of [
    ['burts', /unknown command 'burts'[\s\S]*Did you mean burst/],
    ['burst --brekaer', /unknown option '--brekaer'[\s\S]*--breaker/],
    ['burst -n 0', /whole number from 1/],
    [
      `compare --arms ${Array.from({ length: 33 }, (_, index) => `timeout(${index + 1}s)`)}`,
      /33 arms are too many for one run: name 32 at the most/,
    ],
    ['burst -n many', /whole number/],
    ['burst -n 1e3', /whole number/],
    ['burst --every 50', /"50" has no unit: write 50ms or 50s/],
    ['burst --timeout 0ms', /duration from 1ms/],
    ['burst --codes a,,b', /list of product codes/],
    ['burst --seed a:b', /letters, digits, dots/],
    ['burst -u ftp://x', /http or https URL/],
    [
      'burst -u http://127.0.0.1:8000/catalogs/155568600',
      /The server is http:\/\/127\.0\.0\.1:8000; .* chaos burst http:\/\/127\.0\.0\.1:8000\/catalogs\/155568600/,
    ],
    ['rate -u localhost:8000/chaos/fail-rate', /The server is http:\/\/localhost:8000;/],
    ['status -u http://h/api/catalogs', /The server is http:\/\/h\/api;/],
    ['status -u http://h/?x=1', /nothing comes after it/],
    ['status -u http://h/#x', /nothing comes after it/],
    ['status -u http://ana:hidden@h/', /^(?!.*hidden).*CHAOS_TOKEN/],
    ['burst 200', /for 200 requests write -n 200/],
    ['burst htp:/x', /http or https URL, such as/],
    ['burst example', /http or https URL, such as/],
    [
      'burst --min-calls 50 -u http://127.0.0.1:9',
      /: --min-calls is 50, and a window of 20 calls never holds that many: set --window higher, or use a time such as --window 10s\.$/,
    ],
    ['sweep --vary min-calls=5,50', /: min-calls is 50, and a window of 20 calls.*: set --window higher/],
    ['burst --max-failures 30', /: --max-failures is 30, and a window of 20 calls never holds that many: set --window/],
    ['burst --arm breaker(min-calls=50,window=30)', /: min-calls is 50, .* set window higher, .* such as window=10s/],
    ['simulate --min-calls 50', /: --min-calls is 50/],
    ['burst --arm opossum --probes 3', /--probes has no effect on opossum.* let one probe pass/],
    ['burst --arm retry --threshold 40', /--threshold has no effect on retry, which has no circuit/],
    ['compare --arms none,retry --open-for 1s', /--open-for has no effect on none and retry, which have no circuit/],
    ['compare --arms none,retry --store redis://127.0.0.1:9', /none and retry has none: leave it out/],
    ['compare --scenario blackout --outage 1s-2s', /both say when it fails: choose one/],
    ['burst --header connection:close', /business of the connection/],
    ['burst --header Transfer-Encoding:chunked', /business of the connection/],
    ['session rm', /missing required argument 'names'/],
    ['session new a:b', /letters, digits, dots/],
    ['burst --nonsense', /npx chaos burst --help$/],
    ['runs show a b', /npx chaos runs show --help$/],
    ['diff last', /missing required argument 'after'.*npx chaos diff --help$/],
    ['report last -o run.pdf', /\.pdf is no format: end run\.pdf in \.txt, .*or add --format/],
    ['sweep --vary probes=1,2 -o sweep.csv', /\.csv is no format/],
    ['burst --threshold 170', /percentage/],
    ['burst --window 2.5', /whole number/],
    ['compare --arms none,brake', /"brake" is no word.*did you mean "breaker"/],
    ['compare --arms none,none', /stands there twice/],
    ['rate 170', /"170" is not a rate/],
    ['rate seventy', /is not a rate/],
    ['rate 1 2', /too many arguments/],
  ] as const) {
    it(`"${typed}" ends with code 2 and says why`, async () => {
      const { code, stdout, stderr } = await chaos([...typed.split(' '), ...(typed.startsWith('rate') ? [] : [])])
      assert.equal(code, 2, stderr)
      assert.equal(stdout, '')
      assert.match(stderr, /^chaos: /)
      assert.match(stderr.trim().replaceAll('\n', ' '), sentence)
    })
  }
})

it('says in a sentence that this machine opens no more files, and loads nothing to say it', async () => {
  let text = ''
  const stderr = {
    write: (more: string) => {
      text += more
    },
    ...{ isTTY: false, columns: 80 },
  }
  const write = () => {
    throw Object.assign(new Error("EMFILE: too many open files, open 'a'"), { code: 'EMFILE' })
  }
  const io = {
    stdout: { ...stderr, write },
    stderr,
    env: {},
    clock: new ManualClock(),
    wallMs: () => 0,
    draw: () => 'x',
    interrupted: new AbortController().signal,
  }
  const code = await run(['runs', 'ls'], io, '0.0.0', async () => io)
  assert.deepEqual([code, /^chaos: this machine .* no more files .* ulimit -n\.\n$/.test(text)], [2, true], text)
})

it('breaks a long sentence between its words on a terminal, and nowhere else', async () => {
  const line = ['compare', '--arms', 'none,brake']
  const narrow = await chaos(line, { isTTY: true, columns: 40 })
  const written = narrow.stderr.trim().split('\n')
  assert.ok(written.length > 2 && written.every(part => part.length <= 40), narrow.stderr)
  const whole = await chaos(line, { columns: 40 })
  assert.equal(written.join(' '), whole.stderr.trim())
})

it('names the words of arms and the measures of expectations where they can be typed', async () => {
  for (const name of ['burst', 'compare']) {
    const { stdout } = await chaos([name, '--help'])
    for (const word of ['bulkhead', 'reschedule', 'time-to-open', 'short-circuited']) assert.ok(stdout.includes(word))
  }
  const { stdout } = await chaos(['sweep', '--help'])
  assert.match(stdout, /\(default: a server that\s+is started for it\)/)
})

describe('a server that does not answer', () => {
  for (const typed of ['burst', 'compare', 'rate', 'rate 70', 'status', 'reset']) {
    it(`ends ${typed} with code 3 and says what to type`, async () => {
      const { code, stdout, stderr } = await chaos([...typed.split(' '), '-u', 'http://127.0.0.1:9'])
      assert.equal(code, 3)
      assert.equal(stdout, '')
      assert.match(stderr, /^chaos: cannot reach http:\/\/127\.0\.0\.1:9 .*npx chaos serve.*\n$/)
    })
  }

  it('is named as CHAOS_URL names it', async () => {
    const { code, stderr } = await chaos(['rate'], { env: { CHAOS_URL: 'http://127.0.0.1:10' } })
    assert.equal(code, 3)
    assert.match(stderr, /127\.0\.0\.1:10/)
  })
})

describe('the help of a command with many options', () => {
  for (const name of ['burst', 'compare', 'simulate', 'sweep']) {
    it(`${name} has each below a heading that says what it is about`, async () => {
      const { stdout } = await chaos([name, '--help'])
      assert.doesNotMatch(stdout, /^Options:/m)
      assert.match(stdout, /^The breaker:\n +--threshold/m)
      assert.ok(stdout.indexOf('Load: how much') < stdout.indexOf('The result:'), stdout)
    })
  }
})
