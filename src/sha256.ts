import crypto from 'node:crypto'

/** SHA-256 of a text in UTF-8, as lower-case hexadecimal digits. */
export function sha256(text: string): string {
  return crypto.hash('sha256', text, 'hex')
}
