/** Pipelined requests: when their connection closes, node:http emits `close` on the first answer alone; here the others get it too. */

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const queuedAnswers = new WeakMap<Socket, Set<ServerResponse>>()

/** An answer that waits behind others, and has no connection yet, emits `close` when that of its request closes. */
export function closeWithConnection(socket: Socket, res: ServerResponse): void {
  const answers = queuedAnswers.get(socket) ?? queueOf(socket)
  answers.add(res)
  res.once('close', () => answers.delete(res))
}

function queueOf(socket: Socket): Set<ServerResponse> {
  const answers = new Set<ServerResponse>()
  queuedAnswers.set(socket, answers)
  // One that has its connection by then is told by node:http.
  socket.once('close', () => {
    for (const answer of answers) if (answer.socket === null) answer.emit('close')
  })
  return answers
}
