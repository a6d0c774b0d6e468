/** `flaky-catalog/simulate` as others install it: packed, with its types, and without anything that serves or stores. */

import assert from 'node:assert/strict'
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { after, before, describe, it } from 'node:test'
import { importsOf } from '../../support/imports-of.ts'
import { compileAgainst, installPacked, missing, runNode, TYPE_RESOLUTIONS } from '../../support/packed.ts'
import { ROOT } from '../../support/project.ts'

const EXAMPLE = `
const load = { requests: 100, schedule: { kind: 'rate', perSecond: 100 } }
const conditions = { outages: [{ failRate: 100, fromMs: 200, toMs: 700 }] }
const own = ({ call }) => (request, done) => call(request, done)
simulate({ arms: { none: 'none', own, breaker: 'breaker' }, load, conditions }).then(({ arms }) => {
  console.log(arms.none.upstream.wasted, arms.own.upstream.wasted, arms.breaker.upstream.wasted)
})
`

const TYPED = `
import { type ArmResult, type OwnArm, type Send, simulate } from 'flaky-catalog/simulate'
const pass: Send = (request, done) => {
  done({ outcome: request.attempt > 0 ? 'failed' : 'success', status: 200, failure: null, retryAfterMs: 0, body: null, ageMs: 0 })
  return () => {}
}
const own: OwnArm = ({ call, clock }) => (clock.now() > 0 ? call : pass)
const mine: OwnArm = () => ({ run: act => act().then(answer => answer.status) })
const load = { requests: 10, schedule: { kind: 'rate', perSecond: 10 } } as const
export async function wasted(): Promise<number> {
  const { arms, durationMs } = await simulate({ arms: { none: 'none', own, mine }, load, settings: { failRate: 30 } })
  const one: ArmResult = arms.mine
  return one.upstream.wasted + arms.none.outcomes.success + durationMs
}
// @ts-expect-error there is no such arm
export const wrong = async () => (await simulate({ arms: { own }, load })).arms.other
// @ts-expect-error there is no such member of the settings
export const mistyped = simulate({ arms: { own }, load, settings: { failrate: 30 } })
`

describe('the packed simulation', () => {
  let folder: string
  before(() => {
    folder = mkdtempSync(join(tmpdir(), 'packed-'))
    installPacked(folder, ['cli/simulate/index.ts'])
    mkdirSync(join(folder, 'node_modules'), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules/zod'), join(folder, 'node_modules/zod'))
  })
  after(() => rmSync(folder, { recursive: true }))

  it('runs from an ES module and from CommonJS, with no other package around but zod', () => {
    writeFileSync(join(folder, 'esm.mjs'), `import { simulate } from 'flaky-catalog/simulate'\n${EXAMPLE}`)
    writeFileSync(join(folder, 'common.cjs'), `const { simulate } = require('flaky-catalog/simulate')\n${EXAMPLE}`)
    for (const file of ['esm.mjs', 'common.cjs']) {
      const { stdout, stderr } = runNode([join(folder, file)])
      assert.match(stdout, /^50 50 \d+\n$/, stderr)
    }
  })

  for (const way of TYPE_RESOLUTIONS) {
    const [resolution, , compiler] = way
    it(`has types for moduleResolution ${resolution}, by ${compiler}`, { skip: missing(compiler) }, () => {
      // What zod declares takes this option where modules are those of CommonJS.
      compileAgainst(folder, TYPED, way, { esModuleInterop: true })
    })
  }
})

it('loads no server, no database and no client of HTTP', () => {
  const { packages } = importsOf(join(ROOT, 'cli/simulate/index.ts'))
  const allowed = ['node:crypto', 'node:fs', 'node:path', 'node:perf_hooks', 'node:url', 'zod']
  assert.deepEqual(
    [...packages].filter(name => !allowed.includes(name)),
    [],
  )
})
