/** The console while it runs: keys, server and arms on one side, the model and the screen on the other. */

import type { Clock } from '../../server/lib/clock.ts'
import type { Tty } from '../io.ts'
import type { Arms } from './arms.ts'
import { actionOf, type KeyAction } from './key-bindings.ts'
import { flushKeys, parseKeys } from './key-parser.ts'
import { begin, type Model, type Start } from './model.ts'
import { type LiveEvent, reduce } from './reducer.ts'
import type { ServerActions } from './server-actions.ts'
import type { Window } from './styled-line.ts'
import { Terminal } from './terminal.ts'
import { render } from './view.ts'

interface ConsoleParts {
  readonly tty: Tty
  readonly clock: Clock
  readonly start: Start
  readonly look: Pick<Window, 'colour' | 'ascii'>
  /** Address of the web console. */
  readonly webUrl: string
  /** Opens the arms and the way to the server; `emit` takes what they have to say. */
  readonly open: (emit: (event: LiveEvent) => void) => Promise<Backend>
  /** Aborts when the process is asked to stop. */
  readonly interrupted: AbortSignal
}

/** What the console drives. */
export interface Backend {
  readonly arms: Arms
  readonly actions: ServerActions
  /** Takes what keys did. */
  readonly emit: (event: LiveEvent) => void
  /** Called with each new model, eight times a second, after the screen was painted. */
  readonly update: (model: Model) => void
  close(): Promise<void>
}

/** Eight frames a second, in milliseconds. */
const FRAME_MS = 125
/** How long a lone escape may be the beginning of another key, in milliseconds. */
const ESCAPE_MS = 50
/** An automatic load that fell so far behind its plan (a laptop that slept) begins a new one, in milliseconds. */
const LOST_MS = 1_000

/** Takes the terminal over until the user quits, and returns the last model. The terminal is given back whatever happens. */
export async function runConsole(parts: ConsoleParts): Promise<Model> {
  let model = begin(parts.start)
  const emit = (event: LiveEvent): void => {
    model = reduce(model, event, parts.clock.now())
  }
  const backend = await parts.open(emit)
  const live = new LiveConsole(parts, backend, () => model)
  try {
    await live.untilQuit()
    return model
  } finally {
    live.stop()
    await backend.close()
  }
}

class LiveConsole {
  readonly #parts: ConsoleParts
  readonly #backend: Backend
  readonly #model: () => Model
  readonly #emit: (event: LiveEvent) => void
  readonly #terminal: Terminal
  #quit = () => {}
  #pending = ''
  #cancelEscape = () => {}
  #cancelFrame = () => {}
  #cancelFire = () => {}

  constructor(parts: ConsoleParts, backend: Backend, model: () => Model) {
    this.#parts = parts
    this.#backend = backend
    this.#model = model
    this.#emit = backend.emit
    this.#terminal = new Terminal(parts.tty, {
      onInput: text => this.#typed(text),
      onGone: () => this.#quit(),
    })
  }

  /** Paints and fires until a key, a signal or a vanished terminal ends it. */
  untilQuit(): Promise<void> {
    const { interrupted } = this.#parts
    return new Promise(resolve => {
      this.#quit = resolve
      if (interrupted.aborted) return resolve()
      interrupted.addEventListener('abort', () => resolve(), { once: true })
      if (this.#model().load.automatic) this.#fireFrom(this.#parts.clock.now())
      this.#frame()
    })
  }

  stop(): void {
    this.#cancelEscape()
    this.#cancelFrame()
    this.#cancelFire()
    this.#terminal.leave()
  }

  #frame(): void {
    this.#backend.arms.drain()
    this.#emit({ type: 'tick' })
    this.#paint()
    this.#backend.update(this.#model())
    this.#cancelFrame = this.#parts.clock.after(FRAME_MS, () => this.#frame())
  }

  #paint(): void {
    this.#terminal.paint(render(this.#model(), { ...this.#terminal.size, ...this.#parts.look }))
  }

  #typed(text: string): void {
    this.#cancelEscape()
    const { keys, pending } = parseKeys(this.#pending, text)
    this.#pending = pending
    for (const key of keys) this.#press(key)
    if (pending === '') return
    this.#cancelEscape = this.#parts.clock.after(ESCAPE_MS, () => {
      this.#pending = ''
      for (const key of flushKeys(pending)) this.#press(key)
    })
  }

  #press(key: string): void {
    const action = actionOf(this.#model(), key)
    if (action !== null) this.#perform(action)
  }

  #perform(action: KeyAction): void {
    const { actions } = this.#backend
    const model = this.#model()
    switch (action.type) {
      case 'rate':
        this.#emit({ type: 'asked', failRate: action.failRate })
        actions.rate(action.failRate)
        break
      case 'switch':
        this.#switch(action.what, action.on)
        break
      case 'fire':
        this.#fire()
        break
      case 'outage':
        void actions.outage(model.outage === null, model.failRate ?? 0)
        break
      case 'web':
        this.#emit({ type: 'notice', text: `web console: ${this.#parts.webUrl}`, forMs: 15_000 })
        break
      case 'reset':
        this.#reset()
        break
      case 'repaint':
        this.#terminal.forget()
        break
      case 'quit':
        this.#quit()
    }
  }

  #switch(what: (KeyAction & { type: 'switch' })['what'], on: boolean): void {
    const { arms } = this.#backend
    this.#emit({ type: 'switched', what, on })
    if (what === 'automatic') {
      this.#cancelFire()
      if (on) this.#fireFrom(this.#parts.clock.now())
    } else if (what === 'baseline') arms.setBaseline(on)
    else if (what === 'breaker') void arms.setBreaker(on)
  }

  #reset(): void {
    const { arms, actions } = this.#backend
    arms.clear()
    void arms.setBreaker(this.#model().breaker.on)
    this.#emit({ type: 'cleared', who: 'you' })
    void actions.reset()
  }

  #fire(): void {
    if (this.#backend.arms.fire()) return
    this.#emit({
      type: 'notice',
      text: 'too many requests are still under way: this batch was not fired',
      forMs: 3_000,
    })
  }

  /** Batches leave by plan, whatever became of those before; what this machine slept through is not made up for. */
  #fireFrom(planned: number): void {
    const { clock } = this.#parts
    this.#fire()
    const next = planned + this.#model().load.everyMs
    const kept = next < clock.now() - LOST_MS ? clock.now() : next
    this.#cancelFire = clock.after(Math.max(0, kept - clock.now()), () => this.#fireFrom(kept))
  }
}
