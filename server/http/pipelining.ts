/** Requests that wait behind another on one connection: node:http tells only the answer in front that the client has left. */

import type { ServerResponse } from 'node:http'
import type { Socket } from 'node:net'

const waiting = new WeakMap<Socket, Set<ServerResponse>>()

/** Lets an answer that has no connection yet end (`close`) with the one that it is to get. */
export function follow(socket: Socket, res: ServerResponse): void {
  const answers = waiting.get(socket) ?? lineOf(socket)
  answers.add(res)
  res.once('close', () => answers.delete(res))
}

function lineOf(socket: Socket): Set<ServerResponse> {
  const answers = new Set<ServerResponse>()
  waiting.set(socket, answers)
  // One that has its connection by then is told by node:http.
  socket.once('close', () => {
    for (const answer of answers) if (answer.socket === null) answer.emit('close')
  })
  return answers
}
