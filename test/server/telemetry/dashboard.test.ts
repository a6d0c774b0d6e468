/** The Grafana dashboard asks for metrics that there are, and for labels that they have. */

import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, it } from 'node:test'
import { ROOT } from '../../support/project.ts'
import { startTestServer } from '../../support/server.ts'

interface Panel {
  readonly id: number
  readonly title: string
  readonly gridPos: { readonly x: number; readonly y: number; readonly w: number; readonly h: number }
  readonly targets: readonly { readonly expr: string }[]
}

const file = join(ROOT, 'data', 'grafana-dashboard.json')
const { panels } = JSON.parse(readFileSync(file, 'utf8')) as { panels: Panel[] }

describe('the Grafana dashboard', () => {
  it('asks for nothing that is not served', async test => {
    const server = await startTestServer(test, { settings: { failRate: 50 } })
    for (let i = 0; i < 20; i += 1) await (await fetch(`${server.url}/catalogs`)).text()
    const text = await (await fetch(`${server.url}/metrics`)).text()
    const served = new Set([...text.matchAll(/^([a-z]\w*)/gm)].map(([name]) => name))
    const labels = new Set([...text.matchAll(/[{,](\w+)="/g)].map(([, label]) => label))
    // Prometheus itself adds these to everything that it scrapes.
    for (const label of ['job', 'instance']) labels.add(label)
    for (const { title, targets } of panels) {
      for (const { expr } of targets) {
        for (const [name] of expr.matchAll(/\b(?:flaky_catalog|process|nodejs)_\w+/g))
          assert.ok(served.has(name), `${title}: ${name}`)
        for (const [, label] of expr.matchAll(/(\w+)=~?"/g)) assert.ok(labels.has(label), `${title}: ${label}`)
        for (const [, label] of expr.matchAll(/by \((\w+)\)/g)) assert.ok(labels.has(label), `${title}: by ${label}`)
      }
    }
  })

  it('lays its panels out without overlap', () => {
    assert.equal(new Set(panels.map(({ id }) => id)).size, panels.length)
    const cells = panels.flatMap(({ gridPos: { x, y, w, h } }) =>
      Array.from({ length: w * h }, (_, index) => `${x + (index % w)},${y + Math.floor(index / w)}`),
    )
    assert.equal(new Set(cells).size, cells.length)
    assert.ok(panels.every(({ gridPos: { x, w } }) => x + w <= 24))
  })
})
