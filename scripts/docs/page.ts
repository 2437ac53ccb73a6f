import MarkdownIt from 'markdown-it'

/** One block of code in a document or in a doc comment. */
export interface Block {
  readonly file: string
  /** Of its first line of code, counted from 1. */
  readonly line: number
  readonly language: string
  /** Of its file, where the document gives it one: other blocks may import it. */
  readonly name?: string | undefined
  readonly code: string
}

/** A link or an image. */
export interface Link {
  readonly file: string
  readonly line: number
  readonly target: string
}

/** A document in Markdown, as it is checked. */
export interface Page {
  /** Its path from the root of the repository. */
  readonly file: string
  readonly text: string
  /** The text of its first heading. */
  readonly title: string
  readonly blocks: readonly Block[]
  readonly links: readonly Link[]
  /** Code within the text. */
  readonly inlineCode: readonly Block[]
  /** What stands behind `#` in links to its headings. */
  readonly anchors: ReadonlySet<string>
}

const markdown = new MarkdownIt()

export function parsePage(file: string, text: string): Page {
  const blocks: Block[] = []
  const links: Link[] = []
  const inlineCode: Block[] = []
  const headings: string[] = []
  const tokens = markdown.parse(text, {})
  for (const [index, { type, map, info, content, children }] of tokens.entries()) {
    const line = (map?.[0] ?? 0) + 1
    if (type === 'fence') {
      const [language = '', name] = info.trim().split(/\s+/)
      blocks.push({
        file,
        line: line + 1,
        language,
        name: name?.endsWith('.ts') ? name : undefined,
        code: content,
      })
    }
    if (type !== 'inline') continue
    if (tokens[index - 1]?.type === 'heading_open') headings.push((children ?? []).map(textOf).join(''))
    for (const child of children ?? []) {
      const target = child.attrGet('href') ?? child.attrGet('src')
      if (typeof target === 'string') links.push({ file, line, target })
      if (child.type === 'code_inline') inlineCode.push({ file, line, language: '', code: child.content })
    }
  }
  const title = headings[0] ?? file
  return { file, text, title, blocks, links, inlineCode, anchors: anchorsOf(headings) }
}

function textOf({ type, content }: { readonly type: string; readonly content: string }): string {
  return type === 'text' || type === 'code_inline' ? content : type === 'softbreak' ? ' ' : ''
}

/** As forges make them; the site is checked for its own. */
function anchorsOf(headings: readonly string[]): Set<string> {
  const anchors = new Set<string>()
  for (const heading of headings) {
    const slug = heading
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\p{M}\s_-]/gu, '')
      .replaceAll(' ', '-')
    let anchor = slug
    for (let n = 1; anchors.has(anchor); n++) anchor = `${slug}-${n}`
    anchors.add(anchor)
  }
  return anchors
}
