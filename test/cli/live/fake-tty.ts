/** Keyboard and screen of a test: what is toAnsi is replayed, what was switched on and off is remembered. */

import { EventEmitter } from 'node:events'
import type { Tty } from '../../../cli/io.ts'
import { Screen } from './screen.ts'

class FakeInput extends EventEmitter {
  isTTY = true
  raw = false
  setRawMode(on: boolean): this {
    this.raw = on
    return this
  }
  setEncoding(): this {
    return this
  }
  resume(): this {
    return this
  }
  pause(): this {
    return this
  }
}

class FakeOutput extends EventEmitter {
  isTTY = true
  columns = 80
  rows = 24
  writableNeedDrain = false
  readonly screen: Screen
  /** Everything toAnsi so far. */
  bytes = ''
  constructor(screen: Screen) {
    super()
    this.screen = screen
  }
  write(bytes: string): boolean {
    this.bytes += bytes
    this.screen.terminal.write(bytes)
    return true
  }
}

export class FakeTty extends EventEmitter implements Tty {
  readonly screen = new Screen(80, 24)
  readonly stdin = new FakeInput()
  readonly stdout = new FakeOutput(this.screen)

  type(text: string): void {
    this.stdin.emit('data', text)
  }

  resize(width: number, height: number): void {
    this.screen.terminal.resize(width, height)
    this.stdout.columns = width
    this.stdout.rows = height
    this.stdout.emit('resize')
  }

  /** What is seen now. */
  async text(): Promise<string> {
    await this.screen.write('')
    return this.screen.lines().join('\n')
  }

  /** Waits until the screen shows what is wanted, and returns the match. */
  async shows(wanted: RegExp): Promise<RegExpMatchArray> {
    for (let tries = 0; tries < 2_400; tries++) {
      const match = (await this.text()).match(wanted)
      if (match) return match
      await new Promise(resolve => setTimeout(resolve, 25))
    }
    throw new Error(`the screen never showed ${wanted}:\n${await this.text()}`)
  }

  /** Whether the terminal is as it was before: no alternate screen, a cursor, wrapping, no raw mode, nobody listening. */
  async restored(): Promise<boolean> {
    await this.text()
    const last = (mode: string) =>
      this.stdout.bytes.lastIndexOf(`\x1b[?${mode}h`) - this.stdout.bytes.lastIndexOf(`\x1b[?${mode}l`)
    const listeners =
      this.stdin.listenerCount('data') + this.stdout.listenerCount('resize') + this.listenerCount('exit')
    return (
      !this.screen.alternate &&
      last('25') > 0 &&
      last('7') > 0 &&
      last('2026') < 0 &&
      !this.stdin.raw &&
      listeners === 0
    )
  }
}
