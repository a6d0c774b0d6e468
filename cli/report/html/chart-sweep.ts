/** The chart of a sweep: useful share against wasted calls, a dot a combination, the best ones joined by a line. */

import { formatCount } from '../format.ts'
import { paretoOptimal, type Sweep, type SweepPoint } from '../stats/sweep-result.ts'
import { linear, PLOT, ticks } from './axes.ts'
import { html, type Markup } from './markup.ts'

const BOTTOM = 330

/** Up and to the left is better. Nothing where no combination was run. */
export function sweepChart(sweep: Sweep): Markup[] {
  const optimal = paretoOptimal(sweep.points)
  const dots = sweep.points.flatMap((point, index) =>
    point.useful === null ? [] : [{ point, useful: point.useful, optimal: optimal[index] ?? false }],
  )
  const base = sweep.baseline?.useful == null ? [] : [{ point: sweep.baseline, useful: sweep.baseline.useful }]
  if (dots.length === 0) return []
  const steps = ticks(Math.max(...[...dots, ...base].map(({ point }) => point.wasted)), 8)
  const x = linear(steps.at(-1) ?? 1, PLOT.left, PLOT.right - 16)
  const y = linear(100, BOTTOM, PLOT.top)
  const front = dots.filter(dot => dot.optimal).sort((a, b) => a.point.wasted - b.point.wasted || a.useful - b.useful)
  return [
    html`<section><h2>The trade-off</h2>
<p class="quiet">Each dot is one combination of settings. Higher is more useful answers, further left is fewer wasted calls: up and to the left is better. Filled diamonds are combinations that no other beats in one respect without being worse in another${base.length > 0 ? ', the cross is the run without a breaker' : ''}.</p>
<figure><svg viewBox="0 0 ${PLOT.width} ${BOTTOM + 44}" role="img" aria-label="Useful share against wasted calls of ${dots.length} combinations; ${front.length} are not beaten by any other. The table below holds all of them.">
<text x="0" y="12">useful answers, %</text><text x="${PLOT.right}" y="${BOTTOM + 38}" text-anchor="end">wasted calls</text>
${[0, 25, 50, 75, 100].map(value => html`<path class="axis" d="M${PLOT.left} ${y(value)}H${PLOT.right}"/><text x="${PLOT.left - 8}" y="${y(value) + 4}" text-anchor="end">${value}</text>`)}
${steps.map(value => html`<path class="axis" d="M${x(value)} ${BOTTOM}v5"/><text x="${x(value)}" y="${BOTTOM + 18}" text-anchor="middle">${formatCount(value)}</text>`)}
<path class="line" stroke="var(--useful)" stroke-dasharray="4 4" d="${front.map(({ point, useful }, index) => `${index === 0 ? 'M' : 'L'}${x(point.wasted).toFixed(1)} ${y(useful).toFixed(1)}`).join('')}"/>
${dots.map(({ point, useful, optimal }) => {
  const [cx, cy] = [x(point.wasted), y(useful)]
  const title = html`<title>${describe(point)}</title>`
  return optimal
    ? html`<path d="M${cx} ${cy - 8}l8 8l-8 8l-8 -8Z" fill="var(--useful)" stroke="var(--page)">${title}</path>`
    : html`<circle cx="${cx}" cy="${cy}" r="5" fill="var(--page)" stroke="var(--cached)" stroke-width="2">${title}</circle>`
})}
${base.map(({ point, useful }) => html`<path d="M${x(point.wasted) - 7} ${y(useful) - 7}l14 14m0 -14l-14 14" stroke="var(--failed)" stroke-width="3"><title>${describe(point)}</title></path><text class="ink" x="${x(point.wasted) - 12}" y="${y(useful) - 12}" text-anchor="end">${point.arm}</text>`)}
</svg></figure></section>`,
  ]
}

function describe({ settings, arm, useful, wasted }: SweepPoint): string {
  const what = Object.entries(settings)
    .map(([name, value]) => `${name} ${value}`)
    .join(', ')
  return `${what || arm}: ${useful?.toFixed(1) ?? '-'} % useful, ${formatCount(wasted)} wasted calls`
}
