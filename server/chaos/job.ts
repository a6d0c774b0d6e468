/** A request in the capacity model: what it waits for, and where it stands. */

/** A request in the capacity model. Exactly one of `run` and `refuse` is called, unless its client left before. */
export interface Job {
  /** The virtual work is done: answer. */
  run(): void
  /** It waited longer than the deadline. */
  refuse(): void
}

/** A job in the queue or in work. */
export interface Entry {
  readonly job: Job
  /** Milliseconds of the clock. */
  readonly arrivedAt: number
  /** The client is still there. */
  waiting: boolean
  /** Where it is in the queue; -1 where it is not. */
  place: number
}
