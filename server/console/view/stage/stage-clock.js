/** Which moment of a run the stage shows: a little behind what is heard of a live one, or where a replay stands. */

/** @import { StageRun } from '../../model/stage-run.js' */

import { EMPTY_MS } from './flow-canvas.js'

/** Steps come every quarter second, and dots leave the client before they are at the gate: the stage plays so much later, in milliseconds. */
const BEHIND_MS = 700

export class StageClock {
  #id = ''
  /** The run's time less the page's, as far ahead as any step told. */
  #ahead = Number.NEGATIVE_INFINITY

  /**
   * The moment to show, in milliseconds since the start of the run: up to what is known of it, or until the roads are empty after its end.
   * @param {StageRun} run
   * @param {number} now milliseconds of the page's clock
   */
  at(run, now) {
    if (run.id !== this.#id) {
      this.#id = run.id
      // A run that was over before anybody looked is not played again.
      this.#ahead = run.over ? Number.POSITIVE_INFINITY : Number.NEGATIVE_INFINITY
    }
    if (!run.over) this.#ahead = Math.max(this.#ahead, run.lastMs - now)
    const latest = run.over ? run.lengthMs + EMPTY_MS + BEHIND_MS : run.lastMs
    return Math.max(0, Math.min(latest, now + this.#ahead - BEHIND_MS))
  }
}

/** A replay: plays, stands still, jumps. */
export class ReplayClock {
  playing = true
  speed = 1
  #atMs = 0
  #since
  #endMs

  /** @param {number} lengthMs of the run @param {number} now milliseconds of the page's clock */
  constructor(lengthMs, now) {
    this.#endMs = lengthMs + EMPTY_MS
    this.#since = now
  }

  /** @param {number} now */
  at(now) {
    if (this.playing) this.#atMs = Math.min(this.#endMs, this.#atMs + (now - this.#since) * this.speed)
    this.#since = now
    if (this.#atMs >= this.#endMs) this.playing = false
    return this.#atMs
  }

  /** @param {number} atMs */
  jump(atMs) {
    this.#atMs = Math.max(0, Math.min(this.#endMs, atMs))
  }

  /** Plays on, from the start where it is at its end; or stops. @param {number} now */
  toggle(now) {
    this.at(now)
    if (this.#atMs >= this.#endMs) this.#atMs = 0
    this.playing = !this.playing
  }
}
