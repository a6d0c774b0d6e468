/**
 * Virtual time for libraries that go by the clock of the process: its `Date`, `performance.now` and timers are replaced while
 * a simulation is under way. In a thread of its own nobody else sees that; each thread has globals of its own.
 */

import type { Clock } from '../../server/lib/clock.ts'

/** What stands for the time of the process until `restore` is called. */
export interface ProcessTime {
  /** Timers that wait and that nobody is to wait for: they are unreferenced, as those that tick for ever are. */
  readonly background: number
  /** Gives the process its own time back. */
  restore(): void
}

/** Whole milliseconds, at least one, as timers of Node.js count them. */
function wholeMs(ms: unknown): number {
  const whole = Math.trunc(Number(ms))
  return whole >= 1 ? whole : 1
}

/**
 * Puts the process, which is this thread alone, on `clock`.
 * @param wallMs milliseconds since 1970
 */
export function replaceProcessTime(clock: Clock, wallMs: () => number): ProcessTime {
  let background = 0

  class VirtualTimer {
    readonly #ms: number
    readonly #again: boolean
    readonly #act: () => void
    #cancel: (() => void) | null = null
    #isBackground = false

    constructor(act: () => void, ms: unknown, again: boolean) {
      this.#act = act
      this.#ms = wholeMs(ms)
      this.#again = again
      this.#arm()
    }

    unref(): this {
      if (!this.#isBackground && this.#cancel) background++
      this.#isBackground = true
      return this
    }

    ref(): this {
      if (this.#isBackground && this.#cancel) background--
      this.#isBackground = false
      return this
    }

    hasRef(): boolean {
      return !this.#isBackground
    }

    refresh(): this {
      if (this.#cancel) this.close()
      this.#arm()
      return this
    }

    close(): this {
      if (!this.#cancel) return this
      this.#cancel()
      this.#disarm()
      return this
    }

    #arm(): void {
      if (this.#isBackground) background++
      this.#cancel = clock.after(this.#ms, () => {
        this.#disarm()
        if (this.#again) this.#arm()
        this.#act()
      })
    }

    #disarm(): void {
      this.#cancel = null
      if (this.#isBackground) background--
    }
  }

  const ownDate = globalThis.Date
  class VirtualDate extends ownDate {
    constructor(...parts: unknown[]) {
      if (parts.length === 0) super(VirtualDate.now())
      else super(...(parts as [number]))
    }

    static override now(): number {
      return Math.floor(wallMs())
    }
  }
  type Act = (...args: unknown[]) => void
  const timer =
    (again: boolean) =>
    (act: Act, ms?: number, ...args: unknown[]) =>
      new VirtualTimer(() => act(...args), ms, again)
  const clear = (timer: unknown) => {
    if (timer instanceof VirtualTimer) timer.close()
  }
  const replaced: Readonly<Record<string, unknown>> = {
    Date: VirtualDate,
    setTimeout: timer(false),
    setInterval: timer(true),
    clearTimeout: clear,
    clearInterval: clear,
  }
  const own = Object.keys(replaced).map(name => [name, Reflect.get(globalThis, name)] as const)
  for (const [name, value] of Object.entries(replaced)) Reflect.set(globalThis, name, value)
  Reflect.set(performance, 'now', () => clock.now())
  return {
    get background() {
      return background
    },
    restore() {
      for (const [name, value] of own) Reflect.set(globalThis, name, value)
      Reflect.deleteProperty(performance, 'now')
    },
  }
}
