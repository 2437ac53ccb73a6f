import { styleText } from 'node:util'

/** How text is laid out where it goes. */
export interface Style {
  /** Columns; without end in a pipe or a file. */
  readonly width: number
  heading(text: string): string
  good(text: string): string
  bad(text: string): string
}

/** Colours only on a terminal that has them, and not against `NO_COLOR`. */
export function styleOf(stream: NodeJS.WriteStream): Style {
  const hasColors = stream.isTTY && stream.hasColors()
  const format = (name: Parameters<typeof styleText>[0]) => (text: string) =>
    hasColors ? styleText(name, text) : text
  return {
    width: stream.isTTY ? stream.columns || 80 : Number.POSITIVE_INFINITY,
    heading: format('bold'),
    good: format('green'),
    bad: format('red'),
  }
}
