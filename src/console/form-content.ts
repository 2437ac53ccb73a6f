import { ProblemError } from './api/problem.js'

/**
 * The fields of a form that a page has sent, with the line ends of Unix, which browsers replace.
 *
 * @throws {ProblemError} 415 for content of another type.
 */
export async function formContent(request: Request): Promise<URLSearchParams> {
  const type = request.headers.get('content-type') ?? ''
  if (!/^application\/x-www-form-urlencoded[ \t]*(?:$|;)/i.test(type)) {
    throw new ProblemError({
      status: 415,
      code: 'unsupported_media_type',
      detail: 'The content must be a form: application/x-www-form-urlencoded.',
    })
  }
  const fields = new URLSearchParams()
  for (const [name, value] of new URLSearchParams(await request.text())) {
    fields.append(name, value.replaceAll('\r\n', '\n'))
  }
  return fields
}
