/**
 * Milliseconds of a clock that every process of this machine shares and nobody sets: `CLOCK_MONOTONIC` on Linux.
 * `performance.now()` counts from the start of each process instead.
 */
export function monotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6
}
