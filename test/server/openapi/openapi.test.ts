/** The contract, held against the running server in both directions. */

import assert from 'node:assert/strict'
import { after, suite, test } from 'node:test'
import { z } from 'zod'
import { judge } from '../../../cli/report/verdict/verdict.ts'
import { coinFlips } from '../../cli/report/sample-results.ts'
import { control } from '../../support/control.ts'
import { startTestServer } from '../../support/server.ts'
import { standApp } from '../../support/stand-app.ts'

const kept = { ...coinFlips, verdict: judge(coinFlips) }

const server = await startTestServer({ after })
const call = control(server)
const contract = (await call('GET', '/openapi.json')).body

type Operation = { operationId: string; requestBody?: object; responses: Record<string, unknown> }
const operations = Object.entries<Record<string, Operation>>(contract.paths).flatMap(([path, methods]) =>
  Object.entries(methods).map(([method, operation]) => ({ path, method: method.toUpperCase(), operation })),
)

suite('every operation of the contract', () => {
  for (const { path, method, operation } of operations) {
    test(`${method} ${path} is there, and no other method`, async () => {
      const url = server.url + path.replaceAll(/\{\w+\}/g, 'x')
      const answer = await fetch(url, { method: 'OPTIONS' })
      assert.equal(answer.status, 204)
      const allowed = (answer.headers.get('Allow') ?? '')
        .split(', ')
        .filter(name => name !== 'HEAD' && name !== 'OPTIONS')
      assert.deepEqual(
        allowed.sort(),
        operations
          .filter(other => other.path === path)
          .map(other => other.method)
          .sort(),
      )
      assert.ok(operation.operationId)
      assert.ok(operation.responses.default)
    })
  }

  test('has a name of its own, and every reference leads somewhere', () => {
    const names = operations.map(({ operation }) => operation.operationId)
    assert.equal(new Set(names).size, names.length)
    for (const [, reference = ''] of JSON.stringify(contract).matchAll(/"\$ref":"#\/([^"]+)"/g)) {
      const target = reference.split('/').reduce((at, name) => at?.[name], contract)
      assert.ok(target, reference)
    }
  })
})

test('every route of the server is in the contract', () => {
  const app = standApp({ chaos: server.chaos })
  const routes = app.router.stack.flatMap(layer => (layer.route ? [layer.route.path] : []))
  assert.ok(routes.includes('/catalogs/:code'))
  const missing = routes.map(path => path.replaceAll(/:(\w+)/g, '{$1}')).filter(path => !(path in contract.paths))
  assert.deepEqual(missing, [])
})

test('what may want the token is what does on a locked server', async t => {
  const locked = await startTestServer(t, { host: '0.0.0.0', token: 'of-the-host' })
  for (const { path, method, operation } of operations) {
    const url = `http://127.0.0.1:${locked.port}${path.replaceAll(/\{\w+\}/g, 'x')}`
    const answer = await fetch(url, { method })
    await answer.body?.cancel()
    assert.equal(answer.status === 401, 'security' in operation, `${method} ${path}`)
  }
})

suite('what the server answers is what the contract says', () => {
  const resolve = (schema: object) => ({ ...schema, components: contract.components })
  const answers: [string, string, string, unknown?][] = [
    ['GET', '/catalogs', '/catalogs'],
    ['GET', '/catalogs/{code}', '/catalogs/155568600'],
    ['GET', '/health', '/health'],
    ['GET', '/chaos', '/chaos'],
    ['PATCH', '/chaos', '/chaos', { failRate: 10, latency: { distribution: 'fixed', delay: '1ms' }, capacity: {} }],
    ['PUT', '/chaos', '/chaos', {}],
    ['DELETE', '/chaos', '/chaos'],
    ['GET', '/chaos/fail-rate', '/chaos/fail-rate'],
    ['PUT', '/chaos/fail-rate', '/chaos/fail-rate', { failRate: 0.5 }],
    ['GET', '/chaos/stats', '/chaos/stats'],
    ['GET', '/chaos/requests', '/chaos/requests'],
    ['GET', '/chaos/preview', '/chaos/preview?n=3'],
    ['POST', '/chaos/outages', '/chaos/outages', { for: '1s' }],
    ['GET', '/chaos/outages', '/chaos/outages'],
    ['DELETE', '/chaos/outages', '/chaos/outages'],
    ['GET', '/chaos/scenarios', '/chaos/scenarios'],
    ['GET', '/chaos/scenarios/{name}', '/chaos/scenarios/retry-storm'],
    ['POST', '/chaos/scenarios/{name}/runs', '/chaos/scenarios/coin-flip/runs'],
    ['GET', '/chaos/runs', '/chaos/runs'],
    ['POST', '/chaos/sessions', '/chaos/sessions', { id: 'contract' }],
    ['GET', '/chaos/sessions', '/chaos/sessions'],
    ['GET', '/chaos/sessions/{id}', '/chaos/sessions/contract'],
    ['POST', '/runs', '/runs', { result: kept }],
    ['GET', '/runs', '/runs'],
  ]
  for (const [method, path, url, body] of answers) {
    test(`${method} ${path}`, async () => {
      const answer = await call(method, url, body, { 'X-Chaos-Force': 'none' })
      const described = contract.paths[path][method.toLowerCase()].responses[answer.status]
      assert.ok(described, `${answer.status} is not described`)
      const schema = described.content['application/json'].schema
      const result = z.fromJSONSchema(inlined(resolve(schema))).safeParse(answer.body)
      assert.ok(result.success, result.error?.message)
    })
  }

  test('a problem', async () => {
    const { body } = await call('PATCH', '/chaos', { x: 1 })
    assert.ok(z.fromJSONSchema(contract.components.schemas.Problem).safeParse(body).success)
  })
})

/** The same schema with its references where a reader of JSON Schema alone looks for them. */
function inlined(schema: { components: { schemas: object } }): Parameters<typeof z.fromJSONSchema>[0] {
  const { components, ...rest } = schema
  const text = JSON.stringify({ ...rest, $defs: components.schemas }).replaceAll('#/components/schemas/', '#/$defs/')
  return JSON.parse(text)
}
