/** A terminal without a window: replays bytes and tells what would be seen. */

import xterm, { type IBufferCell, type Terminal } from '@xterm/headless'

export class Screen {
  readonly terminal: Terminal

  constructor(width: number, height: number) {
    this.terminal = new xterm.Terminal({ cols: width, rows: height, allowProposedApi: true, scrollback: 100 })
  }

  /** Writes bytes and waits until they are drawn. */
  write(bytes: string): Promise<void> {
    return new Promise(resolve => this.terminal.write(bytes, resolve))
  }

  /** The text of each line, spaces at the end left out. */
  lines(): string[] {
    const buffer = this.terminal.buffer.active
    return Array.from({ length: this.terminal.rows }, (_, row) =>
      (buffer.getLine(buffer.baseY + row)?.translateToString(true) ?? '').trimEnd(),
    )
  }

  /** Glyph and look of every cell, to compare two screens to the last one. */
  cells(): string[][] {
    return this.rows().map(row =>
      row.map(cell => `${cell.getChars() || ' '}${cell.getFgColor()}${cell.isBold()}${cell.isDim()}`),
    )
  }

  rows(): IBufferCell[][] {
    const { active } = this.terminal.buffer
    return Array.from({ length: this.terminal.rows }, (_, row) => {
      const line = active.getLine(active.baseY + row)
      return Array.from({ length: this.terminal.cols }, (_unused, column) => line?.getCell(column)).filter(
        cell => cell !== undefined,
      )
    })
  }

  get alternate(): boolean {
    return this.terminal.buffer.active.type === 'alternate'
  }
}
