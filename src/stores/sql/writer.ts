import type { Dialect } from './connection.js'

export type Writer = <T>(act: () => Promise<T>) => Promise<T>

/**
 * Repeats a write while others are in its way. SQLite takes one writer at a time: those of this object wait for each
 * other instead of finding the database busy.
 */
export function createWriter({ name }: Dialect): Writer {
  if (name !== 'sqlite') return repeated
  let last: Promise<unknown> = Promise.resolve()
  return (act) => {
    const result = last.then(() => repeated(act))
    last = result.catch(() => {})
    return result
  }
}

const maxMs = 5_000
const maxPauseMs = 200

/** Repeats what a deadlock, a conflict of transactions or a busy database has undone, for some seconds at most. */
export async function repeated<T>(act: () => Promise<T>): Promise<T> {
  const begin = performance.now()
  for (let attempt = 1; ; attempt++) {
    try {
      return await act()
    } catch (error) {
      if (!isUndone(error) || performance.now() - begin > maxMs) throw error
    }
    // At random, or rivals would meet again.
    const pauseMs = Math.random() * Math.min(2 ** attempt, maxPauseMs)
    await new Promise((resolve) => setTimeout(resolve, pauseMs))
  }
}

const codes = new Set([
  // PostgreSQL: serialization_failure, deadlock_detected.
  '40001',
  '40P01',
  // MySQL and MariaDB.
  'ER_LOCK_DEADLOCK',
  'ER_LOCK_WAIT_TIMEOUT',
  'ER_CHECKREAD',
])

/** Whether the database says that nothing of a transaction has remained. */
function isUndone(error: unknown): boolean {
  const code = (error as { readonly code?: unknown } | null | undefined)?.code
  return typeof code === 'string' && (codes.has(code) || /^SQLITE_(BUSY|LOCKED)/.test(code))
}
