/** A file or a command of a guide. */
export interface Block {
  /** The heading above it. */
  readonly step: string
  /** The language, and what the guide says behind it: a file's name, or of which kind a command is. */
  readonly info: string
  readonly code: string
  /** What the guide shows below a command. */
  readonly shown: string | undefined
}

export function blocksIn(markdown: string): Block[] {
  const found: Block[] = []
  let step = ''
  for (const [, heading, info = '', code = ''] of markdown.matchAll(
    /^## (.*)$|^```(.*)\n([\s\S]*?)\n?^```$/gm,
  )) {
    if (heading !== undefined) step = heading
    else if (info !== 'text') found.push({ step, info, code, shown: undefined })
    else found.push({ ...(found.pop() as Block), shown: code })
  }
  return found
}

/** The guide with what its commands have printed, where it shows anything. */
export function withOutputs(markdown: string, printed: ReadonlyMap<string, string>): string {
  let command = ''
  return markdown.replace(/^```(.*)\n([\s\S]*?)^```$/gm, (block, info: string, code: string) => {
    if (info !== 'text') command = code.trimEnd()
    return info === 'text' && printed.has(command) ? `\`\`\`text\n${printed.get(command)}\n\`\`\`` : block
  })
}
