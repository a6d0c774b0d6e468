/** The library as others install it: packed, and used from a browser's bundle, from CommonJS and from each way to find types. */

import assert from 'node:assert/strict'
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { createContext, runInContext } from 'node:vm'
import { compileAgainst, installPacked, missing, runNode, TYPE_RESOLUTIONS } from '../../support/packed.ts'

const EXAMPLE = `
const breaker = new CircuitBreaker({ consecutiveFailures: 1, jitter: 0.5 })
breaker.on('state', ({ from, to }) => console.log(from + ' > ' + to))
breaker.run(() => Promise.reject(new Error('down')), { signal: AbortSignal.timeout(1000) }).catch(() => {
  console.log(breaker.state, breaker.canCall().admitted)
})
`
const SAYS = ['closed > open', 'open false']

const TYPED = `
import { CircuitBreaker, CircuitOpenError, openRedisCircuits, type RedisCircuits, type RedisStore } from 'flaky-catalog/breaker'
export const breaker = new CircuitBreaker({ failurePercentage: 50, store: undefined })
export const answer: Promise<number> = breaker.run(signal => (signal?.aborted ? 0 : 1), { signal: null })
breaker.on('state', ({ to }) => {
  const state: 'closed' | 'open' | 'half-open' | 'forced-open' | 'disabled' = to
  return state
})
export const circuits: Promise<RedisCircuits> = openRedisCircuits('redis://localhost')
export const close = (store: RedisStore): void => store.close()
export const code: 'CIRCUIT_OPEN' = new CircuitOpenError({ state: 'open', retryAfterMs: 1 }).code
// @ts-expect-error there is no such option
export const wrong = new CircuitBreaker({ failurePercentge: 50 })
`

describe('the packed library', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'packed-'))
    installPacked(folder, ['cli/breaker/index.ts'])
  })
  after(() => rmSync(folder, { recursive: true }))

  it('runs from an ES module and from CommonJS, with no other package around', () => {
    const names = '{ CircuitBreaker }'
    writeFileSync(join(folder, 'esm.mjs'), `import ${names} from 'flaky-catalog/breaker'\n${EXAMPLE}`)
    writeFileSync(join(folder, 'common.cjs'), `const ${names} = require('flaky-catalog/breaker')\n${EXAMPLE}`)
    for (const file of ['esm.mjs', 'common.cjs']) {
      const { stdout, stderr } = runNode([join(folder, file)])
      assert.deepEqual(stdout.trim().split('\n'), SAYS, stderr)
    }
  })

  it('is bundled for a browser, and runs on what browsers have', { skip: missing('esbuild') }, async () => {
    const { build } = await import('esbuild')
    const contents = `import { CircuitBreaker } from 'flaky-catalog/breaker'\n${EXAMPLE}`
    const bundled = await build({
      stdin: { contents, resolveDir: folder },
      bundle: true,
      platform: 'browser',
      format: 'iife',
      write: false,
      minify: true,
    })
    assert.deepEqual([bundled.warnings, bundled.errors], [[], []])
    const code = bundled.outputFiles[0]?.text ?? ''
    assert.ok(code.length > 1_000 && code.length < 64_000, `${code.length} bytes`)
    const said: string[] = []
    const console = { log: (...words: unknown[]) => said.push(words.join(' ')) }
    const page = { console, performance, crypto, queueMicrotask, setTimeout, clearTimeout, AbortSignal, URL }
    runInContext(code, createContext(page))
    await new Promise(setImmediate)
    assert.deepEqual(said, SAYS)
  })

  for (const way of TYPE_RESOLUTIONS) {
    const [resolution, , compiler] = way
    it(`has types for moduleResolution ${resolution}, by ${compiler}`, { skip: missing(compiler) }, () =>
      compileAgainst(folder, TYPED, way),
    )
  }
})
