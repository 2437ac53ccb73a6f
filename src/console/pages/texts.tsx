/** A long text, cut. A page must not grow with what is stored. */
export function shortened(text: string, length: number): string {
  // Not between the halves of a character.
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`
}

/** To the minute, in UTC: the server does not know the reader's time zone. */
export function Moment({ at }: { readonly at: Date }) {
  const text = at.toISOString()
  return (
    <time datetime={text}>
      {text.slice(0, 10)} {text.slice(11, 16)} UTC
    </time>
  )
}

/** A value that may be absent. */
export function Text({ value, length }: { readonly value: string | null; readonly length: number }) {
  return value === null ? <span class="none">none</span> : <bdi>{shortened(value, length)}</bdi>
}
