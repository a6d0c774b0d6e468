/** The engine against a counter that knows nothing of it, over as many requests as a long experiment sends. */

import { describe, it } from 'node:test'
import { countsAgree } from './bare-server.ts'

describe('counting', () => {
  it('agrees with a bare server on every outcome of 100,000 requests', { timeout: 300_000 }, t =>
    countsAgree(t, 100_000),
  )
})
