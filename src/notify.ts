/** Calls a hook for logs and metrics. Whatever becomes of it, by exception or by rejection, must not decide anything. */
export function notify<Args extends unknown[]>(
  hook: ((...args: Args) => unknown) | undefined,
  ...args: Args
): void {
  try {
    Promise.resolve(hook?.(...args)).catch(() => {})
  } catch {
    // The same for one that throws at once.
  }
}
