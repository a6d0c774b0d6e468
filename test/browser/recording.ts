/** A recorded show for the console: one minute of calm, then a comparison through an outage. Made from a seed, the same each time. */

export interface Told {
  readonly type: string
  readonly data: Record<string, unknown>
}

const TICK = 250
const OUTAGE = { from: 78_000, to: 98_000 }
const RUN = { from: 68_000, to: 116_000 }

/** Everything that a page that was open from the start would have heard, one list for each quarter second. */
export function recording(wallMs: number): { hello: Told; ticks: Told[][] } {
  const random = lcg(7)
  const settings = {
    failRate: 20,
    sampler: 'bernoulli',
    seed: '42',
    faults: [
      { kind: 'status', status: 503, weight: 6 },
      { kind: 'reset', weight: 2 },
      { kind: 'hang', weight: 1, for: '2s' },
    ],
    latency: { distribution: 'lognormal', p50: '40ms', p99: '400ms' },
    outage: null,
    capacity: null,
    rules: [],
  }
  const at = new Date(wallMs).toISOString()
  const state = { name: 'flaky-catalog', session: 'default', settings, provenance: { failRate: { source: 'env', at } } }
  const hello = { type: 'hello', data: { boot: 'a', atMs: 0, wallMs, state, history: [], runs: [] } }
  const ticks: Told[][] = []
  let failRate = 20
  let step = 0
  for (let now = TICK; now <= 120_000; now += TICK) {
    const told: Told[] = []
    const rate = now < 30_000 ? 20 : now < 46_000 ? 70 : now < 60_000 ? 30 : 5
    if (rate !== failRate) {
      failRate = rate
      const source = rate === 70 ? 'web' : rate === 30 ? 'cli' : 'api'
      const provenance = { failRate: { source, at: new Date(wallMs + now).toISOString() } }
      told.push({
        type: 'settings',
        data: { atMs: now, settings: { ...settings, failRate }, changed: ['failRate'], origin: { source }, provenance },
      })
    }
    const down = now >= OUTAGE.from && now < OUTAGE.to
    if (now === OUTAGE.from)
      told.push({ type: 'outage', data: { atMs: now, on: true, untilMs: OUTAGE.to, source: 'web' } })
    if (now === OUTAGE.to) told.push({ type: 'outage', data: { atMs: now, on: false, source: 'web' } })
    told.push(...runTold(now, step, down, failRate, random))
    if (now >= RUN.from) step += 1
    told.push({ type: 'sample', data: sampleAt(now, wallMs, failRate, down, random) })
    ticks.push(told)
  }
  return { hello, ticks }
}

function sampleAt(now: number, wallMs: number, failRate: number, outage: boolean, random: () => number) {
  const all = Math.round(18 + 8 * Math.sin(now / 9_000) + 6 * random())
  let injected = 0
  for (let i = 0; i < all; i += 1) if (outage || random() * 100 < failRate) injected += 1
  const busy = 1 + (failRate / 100) * 2
  return {
    atMs: now,
    wallMs: wallMs + now,
    counts: { success: all - injected, ...(injected > 0 ? { injected } : {}) },
    faults: injected > 0 ? { status: injected } : {},
    inFlight: Math.round(2 + 3 * random()),
    p50: Math.round(38 + 8 * random()),
    p95: Math.round((120 + 60 * random()) * busy),
    failRate,
    outage,
    arrivals: all,
  }
}

function runTold(now: number, step: number, down: boolean, failRate: number, random: () => number): Told[] {
  if (now < RUN.from || now > RUN.to) return []
  const told: Told[] = []
  if (now === RUN.from) {
    const run = {
      id: 'r1',
      title: 'compare: none, breaker',
      arms: [{ name: 'none' }, { name: 'breaker' }],
      load: {},
      startedAtMs: now,
      steps: [],
    }
    told.push({ type: 'run', data: { type: 'start', run } })
  }
  const atMs = now - RUN.from
  const sent = 10
  const share = down ? 1 : failRate / 100
  const failing = (count: number) => Array.from({ length: count }, random).filter(draw => draw < share).length
  const none = failing(sent)
  const since = now - OUTAGE.from
  const cycle = since % 2_000
  const states = []
  let state = 'closed'
  if (down && since >= 500) state = 'open'
  if (down && since >= 1_500 && cycle === 1_500)
    states.push({ atMs: atMs - 120, state: 'half-open' }, { atMs: atMs - 60, state: 'open' })
  if (now >= OUTAGE.to && now < OUTAGE.to + 1_000) state = 'open'
  if (now === OUTAGE.to + 1_000) state = 'half-open'
  if (step === 0) states.push({ atMs: 0, state: 'closed' })
  const short = state === 'open' ? sent - (cycle === 1_500 && down ? 3 : 0) : 0
  const failed = failing(sent - short)
  const arms = [
    {
      name: 'none',
      success: sent - none,
      failed: none,
      shortCircuited: 0,
      fromCache: 0,
      calls: sent,
      wasted: none,
      state: null,
      p50: 41,
      p95: down ? 300 : 150,
    },
    {
      name: 'breaker',
      success: sent - short - failed,
      failed,
      shortCircuited: short,
      fromCache: 0,
      calls: sent - short,
      wasted: failed,
      state,
      states,
      p50: 40,
      p95: down ? 12 : 140,
    },
  ]
  told.push({ type: 'run', data: { type: 'progress', id: 'r1', atMs, arms } })
  if (now === RUN.to) {
    const verdict =
      'The breaker made 73 % fewer doomed calls and answered as often. It hid the outage from nobody, but it spared the catalog.'
    told.push({ type: 'run', data: { type: 'end', id: 'r1', result: { verdict } } })
  }
  return told
}

/** A small generator of the same numbers each time: Numerical Recipes' constants. */
function lcg(seed: number): () => number {
  let state = seed
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0
    return state / 2 ** 32
  }
}
