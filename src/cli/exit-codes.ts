/** What the process ends with. A command that a signal ended has 128 and the number of the signal, as in a shell. */
export const exitCodes = {
  done: 0,
  /** Nothing is wrong with the call; the store's content forbids it. */
  refused: 1,
  /** The call is wrong: an option, an argument, a file. */
  usage: 2,
  /** The store cannot be used: no driver, no connection, no tables. */
  unavailable: 3,
  /** A mistake of this program. */
  internal: 70,
  /** Nobody takes the output, as after SIGPIPE. */
  unwritten: 141,
} as const
