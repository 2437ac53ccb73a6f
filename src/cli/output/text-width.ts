/** What takes two columns of a terminal: East Asian scripts, full-width forms, emoji. */
const wide =
  /^[\u1100-\u115f\u2e80-\u303e\u3041-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6\u{20000}-\u{3fffd}\p{Emoji_Presentation}]/u
const ascii = /^[\x20-\x7e]*$/
const segmenter = new Intl.Segmenter()

/** The columns that a text takes. */
export function widthOf(text: string): number {
  if (ascii.test(text)) return text.length
  return charactersOf(text).reduce((sum, character) => sum + widthOfCharacter(character), 0)
}

/** The text in exactly so many columns: filled up with blanks, or cut short with an ellipsis. */
export function fitted(text: string, width: number): string {
  const missing = width - widthOf(text)
  if (missing >= 0) return text + ' '.repeat(missing)
  let shown = ''
  let left = width - 1
  for (const character of charactersOf(text)) {
    left -= widthOfCharacter(character)
    if (left < 0) break
    shown += character
  }
  return fitted(`${shown}…`, width)
}

function charactersOf(text: string): string[] {
  return Array.from(segmenter.segment(text), ({ segment }) => segment)
}

function widthOfCharacter(character: string): number {
  return wide.test(character) ? 2 : 1
}
