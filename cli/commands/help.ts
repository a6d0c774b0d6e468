/** Two command lines to copy for each command, at the end of its help. */

export const EXAMPLES: Readonly<Record<string, readonly [string, string]>> = {
  demo: ['chaos demo', 'chaos demo --ascii --no-keep'],
  burst: ['chaos burst', 'chaos burst --breaker -n 300 -c 10'],
  compare: ['chaos compare --outage 1s-4s -n 1000 --open-for 250ms', 'chaos compare --arms none,retry,retry+breaker'],
  simulate: ['chaos simulate --outage 2s-8s -n 1000', 'chaos simulate --scenario retry-storm'],
  report: ['chaos report last -o run.html', 'chaos report last --format csv'],
  runs: ['chaos runs ls', 'chaos runs show last~1'],
  diff: ['chaos diff last~1 last', 'chaos diff last~1 last --json'],
  sweep: ['chaos sweep --vary open-for=250ms..4s', 'chaos sweep --vary threshold=20..80 --vary probes=1,3 --steps 3'],
  tune: ['chaos tune --scenario flapping', 'chaos tune --arm retry+budget+breaker --outage 2s-8s -o tune.html'],
  live: ['chaos live', 'chaos live --arm retry+breaker --auto'],
  scenario: ['chaos scenario ls', 'chaos scenario show retry-storm'],
  session: ['chaos session new ana', 'chaos session new --name "José"'],
  challenge: ['chaos challenge --session ana', 'chaos challenge ls'],
  lesson: ['chaos lesson', 'chaos lesson outage --lang pt-BR'],
  rate: ['chaos rate 70', 'chaos rate 70 -u http://127.0.0.1:8001 -u http://127.0.0.1:8002'],
  status: ['chaos status', 'chaos status --watch'],
  reset: ['chaos reset', 'chaos reset --session lab'],
}

/** The lines for a help text; empty for a command that has none. */
export function exampleHelp(name: string): string {
  const lines = EXAMPLES[name]?.map(line => `  npx ${line}`) ?? []
  return lines.length === 0 ? '' : `\nExamples:\n${lines.join('\n')}`
}
