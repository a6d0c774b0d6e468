/** The whole console: keys in, screen out, against a catalog on a real socket. */

import assert from 'node:assert/strict'
import { type TestContext, test } from 'node:test'
import { type LiveOptions, live } from '../../../cli/commands/live.ts'
import type { Io } from '../../../cli/io.ts'
import { systemClock } from '../../../server/lib/clock.ts'
import { UserError } from '../../../server/lib/user-error.ts'
import { FakeCatalog, type FakeOptions } from './fake-catalog.ts'
import { FakeTty } from './fake-tty.ts'

interface Stage {
  readonly tty: FakeTty
  catalog: FakeCatalog
  readonly stop: AbortController
  readonly printed: () => string
  /** The exit code, once it has ended. */
  readonly ended: Promise<number>
  quit(): Promise<number>
}

function ioOf(tty: FakeTty, stop: AbortController, print: (text: string) => void): Io {
  const output = { write: print, isTTY: true, columns: 80 }
  return {
    stdout: output,
    stderr: output,
    env: {},
    clock: systemClock,
    wallMs: Date.now,
    draw: () => 'abc123',
    interrupted: stop.signal,
    tty: () => tty,
  }
}

function optionsFor(url: URL, more: Partial<LiveOptions>): LiveOptions {
  const pace = { concurrency: 10, every: 200, codes: ['155568600', 'jj2a97g940'], timeout: 2_000, connections: 16 }
  return { url, arm: 'breaker', baseline: true, color: true, ...pace, ...more }
}

async function open(t: TestContext, more: Partial<LiveOptions> = {}, fake: FakeOptions = {}): Promise<Stage> {
  const catalog = await FakeCatalog.open(fake)
  const tty = new FakeTty()
  const stop = new AbortController()
  let printed = ''
  const io = ioOf(tty, stop, text => {
    printed += text
  })
  const ended = live(io, optionsFor(catalog.url, more))
  const stage: Stage = {
    tty,
    catalog,
    stop,
    ended,
    printed: () => printed,
    quit() {
      tty.type('q')
      return ended
    },
  }
  t.after(async () => {
    stop.abort('SIGTERM')
    await ended
    await stage.catalog.close()
  })
  await Promise.race([tty.shows(/connected/), ended])
  await until(() => catalog.listening === 1)
  return stage
}

const sum = (text: string | undefined) => Number(text?.replaceAll(',', ''))

test('quitting gives the terminal back, removes the session, leaves the rate and says so', async t => {
  const stage = await open(t)
  assert.ok(stage.tty.screen.alternate)
  assert.ok(stage.tty.stdin.raw)
  await until(() => stage.catalog.sessions.size === 1)
  stage.tty.type('7 ')
  await stage.tty.shows(/fail rate {7}70 % .* set by cli/)
  await stage.tty.shows(/none +[1-9]/)
  assert.equal(await stage.quit(), 0)
  assert.ok(await stage.tty.restored())
  assert.equal(stage.catalog.sessions.size, 0)
  assert.equal(stage.catalog.failRate, 70)
  assert.match(stage.printed(), /^breaker: .*\nnone: .*\nThe fail rate stays at 70 %/)
  assert.match(stage.printed(), /To take it back: npx chaos reset -u http:\/\/127\.0\.0\.1:\d+( --session \w+)?\n$/)
})

test('space fires one batch, and both arms meet the same fates', async t => {
  const stage = await open(t, { concurrency: 20, arm: 'breaker(min-calls=1000,window=1000)' })
  await until(() => stage.catalog.sessions.size === 1)
  stage.tty.type('3')
  await stage.tty.shows(/30 % /)
  stage.tty.type(' ')
  await stage.tty.shows(/none +13 +7 +0 +7 +65\.0 %/)
  await stage.tty.shows(/breaker\(\S* +13 +7 +0 +7 +65\.0 %/)
  assert.deepEqual([...stage.catalog.calls].sort(), [
    ['default', 20],
    ['live-abc123-none', 20],
  ])
  await stage.quit()
})

test('under fire at 100 % the circuit opens, and the breaker wastes a fraction of what the baseline does', async t => {
  const stage = await open(t)
  stage.tty.type('af')
  await stage.tty.shows(/(○ OPEN|◐ HALF-OPEN)/)
  await stage.tty.shows(/short-circuited +[▁-█ ]*[▁-█]/)
  const [, wastedByNone] = await stage.tty.shows(/\n none [^\n]* ([1-9]\d\d+) {2,}[\d.]+ %/)
  const [, wasted] = await stage.tty.shows(/\n breaker [^\n]* (\d+) {2,}[\d.]+ %/)
  assert.ok(sum(wasted) < sum(wastedByNone) / 2, `${wasted} of ${wastedByNone}`)
  stage.tty.type('0')
  await stage.tty.shows(/● CLOSED/)
  stage.tty.type('b')
  await stage.tty.shows(/· OFF +every request is called/)
  stage.tty.type('b')
  await stage.tty.shows(/● CLOSED/)
  await stage.quit()
})

test('what fires by itself from the start fires at sessions that are there, on the clock of the session', async t => {
  const stage = await open(t, { auto: true, every: 10 })
  await until(() => (stage.catalog.calls.get('live-abc123-none') ?? 0) > 50)
  assert.deepEqual([...stage.catalog.onDemand], [])
  assert.doesNotMatch(await stage.tty.text(), /already/)
  await stage.quit()
  assert.equal(stage.catalog.sessions.size, 0)
})

test('what others change is there at once, with who did it', async t => {
  const stage = await open(t)
  await until(() => stage.catalog.listening === 1)
  stage.catalog.change(42.5, 'web')
  await stage.tty.shows(/web +fail rate 0 % to 42.5 %/)
  await stage.tty.shows(/42.5 % .* set by web/)
  stage.catalog.tell('scenario', { status: 'started', name: 'blackout' })
  await stage.tty.shows(/scenario +blackout started/)
  stage.catalog.tell('settings', {
    settings: { failRate: 42.5, latency: {} },
    changed: ['latency'],
    origin: { source: 'file' },
  })
  await stage.tty.shows(/file +latency changed/)
  stage.catalog.tell('settings', { nonsense: true })
  stage.catalog.tell('surprise', {})
  await stage.quit()
})

test('keys that repeat are not a request each: the last one counts', async t => {
  const stage = await open(t)
  for (let times = 0; times < 40; times++) stage.tty.type('\x1b[A')
  await stage.tty.shows(/40 % .* set by cli/)
  assert.ok(stage.catalog.asked.length < 20, `${stage.catalog.asked.length} requests`)
  assert.equal(stage.catalog.asked.at(-1), 40)
  await stage.quit()
})

test('o declares an outage and clears it', async t => {
  const stage = await open(t)
  stage.tty.type('o')
  await stage.tty.shows(/OUTAGE, \d+s left/)
  stage.tty.type('o')
  await stage.tty.shows(/outage over/)
  assert.equal(stage.catalog.outage, false)
  await stage.quit()
})

test('where the server knows no outages the rate stands in, and is put back even by quitting', async t => {
  const stage = await open(t, {}, { withoutOutages: true })
  stage.tty.type('2')
  await stage.tty.shows(/20 % .* set by cli/)
  stage.tty.type('o')
  await stage.tty.shows(/100 % .* set by cli/)
  stage.tty.type('o')
  await stage.tty.shows(/ 20 % .* set by cli/)
  stage.tty.type('o')
  await stage.tty.shows(/100 % .* set by cli/)
  await stage.quit()
  assert.equal(stage.catalog.failRate, 20)
})

test('a server that goes away is said, waited for and found again, and nothing is forgotten', async t => {
  const stage = await open(t)
  stage.tty.type(' ')
  await stage.tty.shows(/none +10 /)
  const { port } = stage.catalog
  await stage.catalog.close()
  await stage.tty.shows(/disconnected, retrying/)
  stage.tty.type('7')
  await stage.tty.shows(/cannot reach/)
  stage.catalog = await FakeCatalog.open({ port })
  await stage.tty.shows(/● connected/)
  await stage.tty.shows(/server +connected again/)
  await stage.tty.shows(/none +10 /)
  await until(() => stage.catalog.sessions.size === 1)
  await stage.quit()
})

test('another session is made where there is none, holds both arms, and is found again after a restart', async t => {
  const stage = await open(t, { session: 'lab' })
  stage.tty.type(' ')
  await stage.tty.shows(/none +10 /)
  await stage.tty.shows(/session lab/)
  assert.deepEqual([...stage.catalog.calls], [['lab', 20]])
  assert.deepEqual([...stage.catalog.sessions], ['lab'])
  const { port } = stage.catalog
  await stage.catalog.close()
  await stage.tty.shows(/disconnected/)
  stage.catalog = await FakeCatalog.open({ port })
  await stage.tty.shows(/● connected/)
  await stage.quit()
  assert.deepEqual([...stage.catalog.sessions], ['lab'], 'the session belongs to others too')
})

test('keys faster than the making of a breaker leave it as the last one said', async t => {
  const stage = await open(t)
  stage.tty.type('bbb')
  await stage.tty.shows(/· OFF/)
  stage.tty.type('f')
  await stage.tty.shows(/100 % .* set by cli/)
  for (let batch = 0; batch < 4; batch++) stage.tty.type(' ')
  await stage.tty.shows(/breaker +0 +40 +0 +40 /)
  await stage.quit()
})

test('r brings everything back to the beginning', async t => {
  const stage = await open(t)
  stage.tty.type('7 ')
  await stage.tty.shows(/none +[1-9]/)
  stage.tty.type('r')
  await stage.tty.shows(/none +0 +0 /)
  await stage.tty.shows(/fail rate {7}0 %/)
  await until(() => stage.catalog.resets > 0)
  await stage.quit()
  assert.equal(stage.catalog.resets, 1)
})

test('another size is another screen', async t => {
  const stage = await open(t)
  stage.tty.resize(120, 40)
  await stage.tty.shows(/last 47.5 s/)
  stage.tty.resize(30, 5)
  await stage.tty.shows(/make the window larger/)
  stage.tty.resize(60, 20)
  await stage.tty.shows(/last 17.5 s/)
  await stage.quit()
})

test('help, a lone escape, and the web console', async t => {
  const stage = await open(t)
  stage.tty.type('?')
  await stage.tty.shows(/any key goes back/)
  stage.tty.type('\x1b')
  await stage.tty.shows(/last 27.5 s/)
  stage.tty.type('w')
  await stage.tty.shows(/web console: http:\/\/127\.0\.0\.1:\d+\//)
  await stage.quit()
})

test('after it was stopped and goes on, the screen is drawn anew', async t => {
  const stage = await open(t)
  await stage.tty.screen.write('\x1b[?1049l\x1b[2Jsomething of the shell')
  stage.tty.emit('SIGCONT')
  await stage.tty.shows(/chaos live/)
  assert.ok(stage.tty.screen.alternate)
  await stage.quit()
})

for (const [signal, code] of [
  ['SIGINT', 130],
  ['SIGTERM', 143],
  ['SIGHUP', 129],
] as const) {
  test(`${signal} ends it with ${code} and the terminal given back`, async t => {
    const stage = await open(t)
    stage.stop.abort(signal)
    assert.equal(await stage.ended, code)
    assert.ok(await stage.tty.restored())
    assert.equal(stage.catalog.sessions.size, 0)
  })
}

test('a keyboard that is gone ends it', async t => {
  const stage = await open(t)
  stage.tty.stdin.emit('end')
  assert.equal(await stage.ended, 0)
})

test('the last moment of the process gives the terminal back', async t => {
  const stage = await open(t)
  stage.tty.emit('exit')
  assert.ok(await stage.tty.restored())
})

const USAGE: readonly (readonly [what: string, more: Partial<LiveOptions>, says: RegExp])[] = [
  ['an arm without a circuit', { arm: 'retry' }, /"retry" has none: write --arm retry\+breaker/],
  ['none', { arm: 'none' }, /write --arm breaker/],
  ['two arms', { arm: 'breaker,none' }, /watches one arm/],
  ['an unknown arm', { arm: 'braker' }, /breaker/],
  ['batches without a pause', { every: 0 }, /--every is 10ms or more/],
]
for (const [what, more, says] of USAGE) {
  test(`${what} is a usage error`, async () => {
    const io = ioOf(new FakeTty(), new AbortController(), () => {})
    await assert.rejects(live(io, optionsFor(new URL('http://127.0.0.1:1'), more)), error => {
      assert.ok(error instanceof UserError)
      assert.equal(error.exitCode, 2)
      assert.match(error.message, says)
      return true
    })
  })
}

test('no terminal is a usage error, no server is exit code 3', async () => {
  const tty = new FakeTty()
  const io = ioOf(tty, new AbortController(), () => {})
  await assert.rejects(live(io, optionsFor(new URL('http://127.0.0.1:1'), {})), { exitCode: 3 })
  assert.equal(tty.stdout.bytes, '')
  tty.stdout.isTTY = false
  await assert.rejects(live(io, optionsFor(new URL('http://127.0.0.1:1'), {})), { exitCode: 2 })
})

async function until(met: () => boolean): Promise<void> {
  for (let tries = 0; tries < 2_000 && !met(); tries++) await new Promise(resolve => setTimeout(resolve, 25))
  assert.ok(met())
}
