/** Control characters, line ends and marks that turn the direction of text: what is stored must not steer a terminal. */
const unprintable = /[\p{Cc}\u2028\u2029\u202a-\u202e\u2066-\u2069]/gu

const names: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' }

/** The text on one line, with what cannot be shown as it is written in JSON: `\n`, `\u001b`. */
export function printable(text: string): string {
  return text.replace(unprintable, (character) => names[character] ?? escaped(character))
}

/** The value as JSON on one line, which shows nothing that steers a terminal either. */
export function jsonText(value: unknown): string {
  return JSON.stringify(value).replace(unprintable, escaped)
}

function escaped(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`
}
