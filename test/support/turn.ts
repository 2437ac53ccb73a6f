/** One turn of the event loop: everything that is ready has run when it resolves. */
export function turn(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve))
}
