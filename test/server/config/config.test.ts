/** Variables and flags: what they come to, what is said about bad ones, and that `.env.example` tells the truth. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import {
  cliVariables,
  KNOWN_NAMES,
  limitsOf,
  loadConfig,
  NAMES,
  type Name,
  serverSchema,
} from '../../../server/config/config.ts'
import { parseDotenv } from '../../../server/config/dotenv.ts'
import { FLAGS, flagOf, parseFlags } from '../../../server/config/flags.ts'
import { isTime, LIMIT_TABLE, LIMITS } from '../../../server/config/limits.ts'
import { packageRoot } from '../../../server/lib/package-root.ts'
import { formatDuration } from '../../../server/lib/units.ts'
import { UserError } from '../../../server/lib/user-error.ts'

type Values = Record<string, string | undefined>
const load = ({ flag = {}, env = {}, file = {} }: { flag?: Values; env?: Values; file?: Values }) =>
  loadConfig({ flag, env, file }, { flag: flagOf, file: '.env' })

describe('loadConfig', () => {
  it('has a default for everything that needs one', () => {
    assert.deepEqual(load({}).config, {
      PORT: 8000,
      HOST: '127.0.0.1',
      FAIL_RATE: 0,
      FAIL_SEED: undefined,
      FAIL_SAMPLER: 'bernoulli',
      CATALOG_DB: 'data/catalog.sqlite',
      CHAOS_TOKEN: undefined,
      ALLOW_HOSTS: undefined,
      ROOM: '0',
      ADDRESS: undefined,
      OPEN_SESSIONS: '0',
      CHAOS_STEALTH: '0',
      LOG_LEVEL: 'info',
      MAX_CONNECTIONS: 5_000,
      MAX_HEADER_BYTES: 16_384,
      MAX_BODY_BYTES: 1_048_576,
      HEADERS_TIMEOUT: '10s',
      REQUEST_TIMEOUT: '30s',
      MAX_SESSIONS: 200,
      MAX_JOURNAL: 1_000,
      MAX_REQUESTS: 20_000,
      MAX_REQUESTS_IN_LINE: 2_500,
      MAX_RUNS: 100,
      MAX_LISTENERS: 256,
      MAX_LISTENERS_PER_CLIENT: 100,
      MAX_HELD: 500,
      MAX_EXPERIMENT_REQUESTS: 100_000,
      MAX_EXPERIMENT_ARMS: 8,
      EXPERIMENT_TIMEOUT: '10m',
    })
  })

  for (const [flag, env, file, rate, origin] of [
    ['1', '2', '3', 1, 'flag'],
    [undefined, '2', '3', 2, 'env'],
    [undefined, undefined, '3', 3, 'file'],
    [undefined, '', '3', 3, 'file'],
    [undefined, ' ', '', 0, 'default'],
    [undefined, ' 70% ', undefined, 70, 'env'],
    [undefined, '0.5', undefined, 0.5, 'env'],
    ['100', undefined, undefined, 100, 'flag'],
  ] as const) {
    it(`takes FAIL_RATE ${rate} where flag, environment and file say ${[flag, env, file].map(it => it ?? '-').join(' ')}`, () => {
      const loaded = load({ flag: { FAIL_RATE: flag }, env: { FAIL_RATE: env }, file: { FAIL_RATE: file } })
      assert.equal(loaded.config.FAIL_RATE, rate)
      assert.equal(loaded.origins.FAIL_RATE, origin)
    })
  }

  for (const [name, value, message] of [
    ['FAIL_RATE', 'abc', 'FAIL_RATE: "abc" is not a rate: write a percentage from 0 to 100, such as 70, 70% or 0.5'],
    ['FAIL_RATE', '101', 'FAIL_RATE: "101" is not a rate: write a percentage from 0 to 100, such as 70, 70% or 0.5'],
    ['FAIL_RATE', '-1', 'FAIL_RATE: "-1" is not a rate: write a percentage from 0 to 100, such as 70, 70% or 0.5'],
    ['FAIL_RATE', 'NaN', 'FAIL_RATE: "NaN" is not a rate: write a percentage from 0 to 100, such as 70, 70% or 0.5'],
    ['PORT', '70000', 'PORT: "70000" is not a port: write a whole number from 0 to 65535'],
    ['PORT', '80.5', 'PORT: "80.5" is not a port: write a whole number from 0 to 65535'],
    ['PORT', '0x50', 'PORT: "0x50" is not a port: write a whole number from 0 to 65535'],
    ['FAIL_SAMPLER', 'dice', 'FAIL_SAMPLER: "dice" is none of bernoulli, deck'],
    ['LOG_LEVEL', 'loud', 'LOG_LEVEL: "loud" is none of trace, debug, info, warn, error, fatal, silent'],
    ['FAIL_SEED', 'x'.repeat(65), 'FAIL_SEED: has more than 64 characters'],
    ['CHAOS_TOKEN', 'short', 'CHAOS_TOKEN: is shorter than 8 characters'],
    ['CHAOS_TOKEN', 'x'.repeat(257), 'CHAOS_TOKEN: has more than 256 characters'],
    [
      'CHAOS_TOKEN',
      'open sesame',
      'CHAOS_TOKEN: has spaces, which no client can send: write letters, digits and signs such as - . _ ~ + / =',
    ],
    [
      'CHAOS_TOKEN',
      'señal-secreta',
      'CHAOS_TOKEN: has characters beyond ASCII, which no client can send: write letters, digits and signs such as - . _ ~ + / =',
    ],
    [
      'ALLOW_HOSTS',
      '*.local',
      'ALLOW_HOSTS: must be names such as demo.local or demo.local:8080, with commas between them',
    ],
    ['MAX_RUNS', '0', 'MAX_RUNS: "0" is not a whole number from 1 to 10000'],
    ['HEADERS_TIMEOUT', '10', 'HEADERS_TIMEOUT: "10" has no unit: write 10ms or 10s'],
    ['HEADERS_TIMEOUT', '1ms', 'HEADERS_TIMEOUT: "1ms" is not from 100ms to 10m'],
  ] as const) {
    it(`refuses ${name}=${value.slice(0, 12)} in one sentence`, () => {
      assert.throws(() => load({ env: { [name]: value } }), new UserError(message, 2))
    })
  }

  it('names every problem at once, each with the place it came from', () => {
    const all = { flag: { PORT: 'x' }, env: { FAIL_RATE: 'y' }, file: { LOG_LEVEL: 'z' } }
    assert.throws(
      () => load(all),
      (error: unknown) => {
        assert.ok(error instanceof UserError)
        assert.equal(error.exitCode, 2)
        const places = error.message.split('\n').map(line => line.split(':')[0])
        assert.deepEqual(places, ['--port', 'FAIL_RATE', 'LOG_LEVEL in .env'])
        return true
      },
    )
  })

  it('says what half a percent is', () => {
    assert.deepEqual(load({ env: { FAIL_RATE: '0.5' } }).notes, [
      'FAIL_RATE: 0.5 means 0.5 percent; for 50 percent write 50',
    ])
  })
})

describe('parseFlags', () => {
  const parse = (...args: string[]) => parseFlags(args, 'npm start --', () => {})

  it('reads a flag for every variable', () => {
    const isSwitch = (name: Name) => !FLAGS[name].includes('<')
    const typed = (name: Name, i: number) => (isSwitch(name) ? '1' : `value ${i}`)
    const args = NAMES.flatMap((name, i) => [flagOf(name), ...(isSwitch(name) ? [] : [typed(name, i)])])
    const expected = Object.fromEntries(NAMES.map((name, i) => [name, typed(name, i)]))
    assert.deepEqual(parse(...args), { values: expected, envFile: null })
  })

  it('reads --flag=value and the file', () => {
    assert.deepEqual(parse('--fail-rate=70', '--dotenv', 'x'), { values: { FAIL_RATE: '70' }, envFile: 'x' })
  })

  for (const args of [['--nope'], ['--port'], ['stray'], ['--fail_rate', '1']]) {
    it(`refuses ${args.join(' ')} and says where the flags are listed`, () => {
      assert.throws(
        () => parse(...args),
        (error: unknown) => {
          assert.ok(error instanceof UserError)
          assert.equal(error.exitCode, 2)
          assert.match(error.message, /: npm start -- --help lists the flags$/)
          return true
        },
      )
    })
  }

  it('prints a help that names every flag, variable and default', () => {
    let help = ''
    const flags = parseFlags(['--help'], 'chaos serve', text => {
      help += text
    })
    assert.equal(flags, null)
    for (const name of NAMES) assert.ok(help.includes(FLAGS[name]) && help.includes(`[${name}]`), name)
    assert.match(help, /default: 8000/)
  })
})

describe('.env.example', () => {
  const text = readFileSync(join(packageRoot(import.meta.url), '.env.example'), 'utf8')
  const { variables, flaws } = parseDotenv(text, KNOWN_NAMES)

  it('explains every variable, and no other', () =>
    assert.deepEqual(Object.keys(variables).sort(), [...KNOWN_NAMES].sort()))

  it('changes nothing when it is copied as it is, and nothing is to be said of it', () => {
    assert.deepEqual(flaws, [])
    assert.deepEqual(load({ file: variables }).config, load({}).config)
  })

  for (const name of NAMES) {
    it(`explains ${name} in the words of the help, with its default`, () => {
      const standard = serverSchema.shape[name].safeParse(undefined).data
      const ending = standard === undefined ? '' : `. Default: ${standard}`
      assert.ok(text.includes(`# ${serverSchema.shape[name].description}${ending}\n${name}=${standard ?? ''}\n`), text)
    })
  }

  it('explains the variables in the order of the help', () => {
    const named = [...text.matchAll(/^([A-Z_]+)=/gm)].map(([, name]) => name)
    assert.deepEqual(named.slice(0, NAMES.length), NAMES)
  })

  for (const [name, words] of Object.entries(cliVariables)) {
    it(`explains ${name}`, () => assert.match(text, new RegExp(`# ${words}.*\\n${name}=`)))
  }
})

describe('the table of limits', () => {
  it('is what holds where nothing else is said', () => assert.deepEqual(limitsOf(load({}).config), LIMITS))

  for (const { variable, standard, range, meaning } of Object.values(LIMIT_TABLE)) {
    const typed = (value: number) => (isTime(variable) ? formatDuration(value) : String(value))
    const [min, max] = range

    it(`bounds ${variable}`, () => {
      for (const value of range) assert.doesNotThrow(() => load({ env: { [variable]: typed(value) } }))
      for (const value of [min - 1, max + 1])
        assert.throws(() => load({ env: { [variable]: `${value}${isTime(variable) ? 'ms' : ''}` } }))
    })

    it(`stands in the document with ${variable}`, () => {
      const page = readFileSync(join(packageRoot(import.meta.url), 'server/access/README.md'), 'utf8')
      const row = `| \`${variable}\` | ${typed(standard)} | ${typed(min)} to ${typed(max)} | ${meaning} |\n`
      assert.ok(page.includes(row), row)
    })
  }
})
