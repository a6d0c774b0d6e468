/** What the control plane of a flaky catalog says and is told, as far as the command line reads it. */

/** What `GET /chaos` says, as far as the command line reads it. */
export interface Hello {
  readonly name: string
  readonly version: string
  readonly session: string
  readonly clockMs: number
  readonly settings: Readonly<Record<string, unknown>>
  readonly provenance: Readonly<Record<string, { readonly source: string; readonly at: string }>>
  readonly arrivals: number
}

/** What `GET /chaos/stats` says, as far as the command line reads it. */
export interface Stats {
  readonly session: string
  readonly requests: number
  readonly inFlight: number
  readonly outcomes: Readonly<Record<string, number>>
  readonly faults: Readonly<Record<string, number>>
  readonly [more: string]: unknown
}

export interface NewSession {
  readonly id?: string
  /** What people read beside the id. */
  readonly name?: string
  /** A merge patch over the settings of the default session. */
  readonly settings?: Readonly<Record<string, unknown>>
  readonly startsIn?: string
  /** Shares the clock of another session, so that both meet the same outages. */
  readonly clockOf?: string
}

/** A session that was made. */
export interface SessionMade {
  readonly id: string
  /** As the server keeps it; older servers do not say it. */
  readonly name?: string | null
  readonly clockMs: number
  /** Tells it from every other session of that id; older servers do not say it. */
  readonly instance?: string
  /** Opens what the caller makes, where the server has no token. */
  readonly key?: string
}

/** A session as `GET /chaos/sessions` lists it. */
export interface SessionSummary {
  readonly id: string
  /** What people call it, or null; older servers do not say it. */
  readonly name?: string | null
  /** Tells it from every other session of that id; older servers do not say it. */
  readonly instance?: string
  readonly clockMs: number
  readonly arrivals: number
  readonly inFlight: number
  /** The id of the scenario run that it plays. */
  readonly scenario: string | null
}

/** The load that shows a scenario best; durations are texts with a unit. */
export interface ScenarioLoad {
  readonly requests?: number
  readonly concurrency?: number
  readonly every?: string
  /** Requests a second. */
  readonly rate?: number
  readonly duration?: string
  readonly timeout: string
  readonly retries: number
  readonly arms: readonly string[]
  readonly codes?: readonly string[] | undefined
}

export interface ScenarioSummary {
  readonly name: string
  readonly title: string
  readonly about: string
  readonly lastsMs: number
  readonly load: ScenarioLoad
}

export interface ScenarioWhole {
  readonly scenario: Omit<ScenarioSummary, 'lastsMs'> & {
    readonly timeline: readonly Readonly<Record<string, unknown>>[]
    readonly expect: readonly string[]
  }
  readonly lastsMs: number
  readonly trouble: ScenarioRun['trouble']
}

/** A scenario that is being played. */
export interface ScenarioRun {
  readonly id: string
  readonly scenario: string
  readonly session: string
  /** The moment of the timeline, negative before its beginning. */
  readonly atMs: number
  readonly lastsMs: number
  readonly trouble: readonly { readonly fromMs: number; readonly toMs: number; readonly what: string }[]
}

/** A challenge: the client in a session is judged by what comes. */
export interface Challenge {
  readonly id: string
  readonly session: string
  readonly phase: string
  /** The exam that is being played, or null. */
  readonly exam: string | null
  /** The state in words. */
  readonly says: string
  /** The task in words. */
  readonly asks: string
  /** By what is graded; null for what has no grade. */
  readonly grades: Readonly<Record<string, string | null>>
  /** The exams that were judged; older servers do not say it. */
  readonly played?: readonly string[]
  /** Empty before the end. */
  readonly report: readonly ChallengeLine[]
}

/** A challenge on the leaderboard. */
export interface ListedChallenge {
  readonly id: string
  readonly session: string
  readonly name: string
  readonly phase: string
  /** ISO 8601, UTC; null for one that is on. */
  readonly endedAt: string | null
  readonly grades: Readonly<Record<string, string | null>>
}

/** A line of the report. */
export interface ChallengeLine {
  readonly title: string
  /** The exam that it is about, or null. */
  readonly exam?: string | null
  readonly grade: string | null
  /** The moment in its exam in milliseconds, or null. */
  readonly atMs: number | null
  readonly says: string
  /** What the breaker of the product reached, or empty. */
  readonly reference: string
  readonly change: string
}
