import { inspect } from 'node:util'

/** Everything that a log, a debugger or a careless application could print of a value. */
export function renderings(value: unknown): string {
  return [
    visible(value),
    hidden(value),
    ...causes(value).flatMap(({ message, stack }) => [message, stack]),
  ].join('\n')
}

/** The same without what only `showHidden` shows. */
export function visible(value: unknown): string {
  return [print(value, false), json(value), text(value)].join('\n')
}

function hidden(value: unknown): string {
  return print(value, true)
}

function print(value: unknown, showHidden: boolean): string {
  return inspect(value, {
    depth: Number.POSITIVE_INFINITY,
    showHidden,
    getters: true,
    maxArrayLength: null,
    maxStringLength: null,
  })
}

function json(value: unknown): string {
  try {
    return JSON.stringify(value) ?? ''
  } catch {
    return ''
  }
}

function text(value: unknown): string {
  try {
    return String(value)
  } catch {
    return ''
  }
}

function causes(value: unknown): Error[] {
  return value instanceof Error ? [value, ...causes(value.cause)] : []
}
