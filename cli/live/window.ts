/** The window of the terminal, and the blocks of lines that fill it. */

import type { Line } from './styled-line.ts'

/** The window, and what it can show. */
export interface Window {
  /** Columns. */
  readonly width: number
  /** Lines. */
  readonly height: number
  readonly colour: boolean
  /** Nothing but ASCII. */
  readonly ascii: boolean
}

/** Lines that come and go together; a lower rank stays longer when the window shrinks. */
export interface Block {
  readonly rank: number
  readonly lines: readonly Line[]
}
