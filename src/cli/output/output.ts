import { once } from 'node:events'
import { jsonText, printable } from './printable.js'
import { type Style, styleOf } from './style.js'
import { type Field, recordLines } from './table.js'

/** Where a command writes: its result to the standard output, all else to the standard error. */
export class Output {
  readonly isJson: boolean
  readonly isTerminal = process.stdout.isTTY === true
  readonly style: Style = styleOf(process.stdout)

  constructor(isJson: boolean) {
    this.isJson = isJson
  }

  /** Text of the result. Resolves when there is room for more. */
  async write(text: string): Promise<void> {
    if (!process.stdout.write(text)) await once(process.stdout, 'drain')
  }

  async line(text: string): Promise<void> {
    await this.write(`${text}\n`)
  }

  async json(value: unknown): Promise<void> {
    await this.line(jsonText(value))
  }

  /** One item: as JSON, or field by field. */
  async record<Item>(fields: readonly Field<Item>[], item: Item): Promise<void> {
    if (this.isJson) return this.json(item)
    for (const line of recordLines(fields, item, this.style)) await this.line(line)
  }

  /** What the user should know; never part of the result. */
  note(text: string): void {
    process.stderr.write(`${printable(text)}\n`)
  }
}
