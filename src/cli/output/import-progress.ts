import type { ImportReport, RefusedRow } from '../../management/import-keys.js'
import { printable } from './printable.js'

const barWidth = 20
const eraseLine = '\r\u001b[K'
const numbers = new Intl.NumberFormat('en')

type Counts = Pick<ImportReport, 'imported' | 'unchanged' | 'refused'>

/** What an import has done so far. */
export function countsText({ imported, unchanged, refused }: Counts): string {
  const [a, b, c] = [imported, unchanged, refused].map((count) => numbers.format(count))
  return `${a} imported, ${b} unchanged, ${c} refused`
}

/** One line that fits: a bar where the length of the input is known and there is room for it. */
export function progressText(counts: Counts, progress: number | undefined, width: number): string {
  const text = countsText(counts)
  if (progress === undefined) return text.slice(0, width - 1)
  const share = Math.min(progress, 1)
  const bar = '#'.repeat(Math.round(barWidth * share)).padEnd(barWidth, '.')
  const percent = `${Math.floor(100 * share)} %`.padStart(5)
  const whole = `[${bar}] ${percent}  ${text}`
  return (whole.length < width ? whole : `${percent}  ${text}`).slice(0, width - 1)
}

/** Shows an import on the standard error: on a terminal one line that is written anew, and everywhere each refused row. */
export function importProgress(progress: () => number | undefined) {
  const { stderr } = process
  const erase = stderr.isTTY ? eraseLine : ''
  return {
    advance(counts: Counts): void {
      if (stderr.isTTY) stderr.write(eraseLine + progressText(counts, progress(), stderr.columns || 80))
    },
    refused({ row, message }: RefusedRow): void {
      stderr.write(`${erase}Row ${row} is refused: ${printable(message)}\n`)
    },
    end(): void {
      stderr.write(erase)
    },
  }
}
