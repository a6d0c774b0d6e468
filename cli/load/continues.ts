/** Takes `100 Continue` out of what a server says before its answer: undici, which did not ask for it, would end the connection. */

import type { Socket } from 'node:net'

const BEGIN = 'HTTP/1.1 100'
const END = '\r\n\r\n'
/** More than any such head takes, in bytes. */
const MAX_BYTES = 16_384

/**
 * RFC 9110 15.2: a client reads past interim answers, whether it asked for them or not.
 * @param awaitsHead whether what comes next is the head of an answer; bytes of a body are never looked at
 */
export function skipContinues(socket: Socket, awaitsHead: () => boolean): void {
  const read = socket.read.bind(socket)
  let held: Buffer | null = null
  socket.read = (size?: number) => {
    for (;;) {
      let bytes = read(size) as Buffer | null
      if (bytes === null || !awaitsHead()) return bytes
      if (held !== null) bytes = Buffer.concat([held, bytes])
      held = null
      // The first digit of the status: nearly every answer ends here.
      if (bytes.length > 9 && bytes[9] !== 0x31) return bytes
      const rest = afterContinues(bytes)
      if (rest === null) held = bytes
      else if (rest.length > 0) return rest
    }
  }
}

/** What comes after the heads of `100 Continue`; null where the end of one is still to come. */
function afterContinues(bytes: Buffer): Buffer | null {
  let rest = bytes
  while (rest.length > 0 && isBegun(rest)) {
    const end = rest.length < BEGIN.length ? -1 : rest.indexOf(END)
    if (end < 0) return rest.length > MAX_BYTES ? rest : null
    rest = rest.subarray(end + END.length)
  }
  return rest
}

function isBegun(bytes: Buffer): boolean {
  return BEGIN.startsWith(bytes.toString('latin1', 0, BEGIN.length))
}
