import { CircuitBreaker } from './cli/breaker/index.ts'
import { simulate } from './cli/simulate/index.ts'

const t0 = performance.now()
const { arms } = await simulate({
  arms: {
    none: 'none',
    theirs: 'breaker(threshold=50,min-calls=10,window=20,open-for=5s)',
    mine: ({ clock, entered }) => {
      const breaker = new CircuitBreaker({ consecutiveFailures: 5, openForMs: 5_000, clock })
      breaker.on('state', ({ to }) => entered(to))
      return { run: call => breaker.run(call) }
    },
  },
  load: { requests: 3_000, schedule: { kind: 'rate', perSecond: 50 } },
  conditions: { outages: [{ failRate: 100, fromMs: 10_000, toMs: 40_000 }] },
})
for (const [name, { outcomes, upstream, recoveryMs, states }] of Object.entries(arms))
  console.log(
    name,
    outcomes,
    upstream,
    recoveryMs,
    states
      .slice(0, 30)
      .map(s => s.atMs + s.state)
      .join(' '),
  )
console.log(performance.now() - t0)
