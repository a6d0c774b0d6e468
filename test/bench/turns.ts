/** Measures in turns, A B C A B C, so that whatever else the machine does hits all alike; ratios carry their spread. */

/** One of those that are compared. */
export interface Contestant {
  readonly name: string
  /** One measurement, in whatever unit all contestants share. */
  measure(): Promise<number>
}

/** The figures of each contestant by name, one for each round. */
export type Figures = ReadonlyMap<string, readonly number[]>

export interface Spread {
  readonly median: number
  readonly min: number
  readonly max: number
}

/** Measures every contestant once a round, after one round that is not counted because engines warm up. */
export async function inTurns(contestants: readonly Contestant[], rounds: number): Promise<Figures> {
  const figures = new Map(contestants.map(({ name }) => [name, [] as number[]]))
  for (let round = 0; round <= rounds; round += 1) {
    for (const { name, measure } of contestants) {
      const figure = await measure()
      if (round > 0) figures.get(name)?.push(figure)
    }
  }
  return figures
}

/** Median, least and greatest of some figures. */
export function spread(values: readonly number[]): Spread {
  const sorted = [...values].sort((a, b) => a - b)
  const middle = (sorted.length - 1) / 2
  const median = ((sorted[Math.floor(middle)] ?? Number.NaN) + (sorted[Math.ceil(middle)] ?? Number.NaN)) / 2
  return { median, min: sorted[0] ?? Number.NaN, max: sorted.at(-1) ?? Number.NaN }
}

/** How many times `a` is of `b`, round by round. */
export function ratio(figures: Figures, a: string, b: string): Spread {
  const [over, under] = [figures.get(a) ?? [], figures.get(b) ?? []]
  return spread(over.map((value, round) => value / (under[round] ?? Number.NaN)))
}

/** A spread as people read it: `0.81 (0.76–0.85)`. */
export function words({ median, min, max }: Spread, digits = 2): string {
  return `${median.toFixed(digits)} (${min.toFixed(digits)}–${max.toFixed(digits)})`
}
