import type { Socket } from 'node:net'

/** The same socket, which ends itself when for so long no byte has come or gone. */
export function impatient(socket: Socket, ms: number): Socket {
  return socket.setTimeout(ms, () => socket.destroy())
}
