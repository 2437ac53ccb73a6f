import { ProblemError } from './problem.js'

/**
 * The JSON content of a request, or `undefined` if it has none; a manager refuses that where it expects an object.
 *
 * @throws {ProblemError} 415 for content of another type, 400 for what is no JSON in UTF-8.
 */
export async function jsonContent(request: Request): Promise<unknown> {
  const bytes = await request.arrayBuffer()
  if (bytes.byteLength === 0) return undefined
  const { headers } = request
  if (!isJson(headers.get('content-type')) || !isPlain(headers.get('content-encoding'))) {
    throw new ProblemError({
      status: 415,
      code: 'unsupported_media_type',
      detail: 'The content must be application/json in UTF-8, without a content coding.',
      headers: { accept: 'application/json' },
    })
  }
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes))
  } catch {
    // Whatever it says, its message quotes the content.
    throw new ProblemError({
      status: 400,
      code: 'malformed_json',
      detail: 'The content must be JSON in UTF-8.',
    })
  }
}

function isJson(contentType: string | null): boolean {
  return /^application\/json[ \t]*(?:;[ \t]*(?:charset="?utf-8"?[ \t]*)?)?$/i.test(contentType ?? '')
}

function isPlain(coding: string | null): boolean {
  return coding === null || coding.toLowerCase() === 'identity'
}
