import { createReadStream } from 'node:fs'
import { stat } from 'node:fs/promises'
import { addAbortSignal } from 'node:stream'
import { setImmediate } from 'node:timers/promises'
import { because, type CliError, usageError } from '../cli-error.js'

/** A text from a file or the standard input. */
export interface Input {
  /** Its chunks, which end early if the signal aborts. @throws {CliError} if it cannot be read or is not UTF-8. */
  readonly text: AsyncIterable<string>
  /** How much of it was read, from 0 to 1; `undefined` if nobody knows its length. */
  progress(): number | undefined
}

/**
 * Opens what holds Reference IDs, which must not be arguments.
 *
 * @param file `-` is the standard input.
 * @throws {CliError} if there is no such file, or nobody pipes one in.
 */
export async function openInput(file: string, signal: AbortSignal): Promise<Input> {
  if (file === '-' && process.stdin.isTTY) throw usageError('Name a file, or pipe one in')
  const length = file === '-' ? 0 : await lengthOf(file)
  const stream = addAbortSignal(signal, file === '-' ? process.stdin : createReadStream(file))
  let read = 0

  async function* decoded(): AsyncGenerator<string> {
    const decoder = new TextDecoder('utf-8', { fatal: true })
    try {
      for await (const chunk of stream) {
        // A pipe that is full hands over many chunks at once, and a driver without asynchronous calls works through all of
        // them: neither signals nor what frees its memory would have their turn.
        await setImmediate()
        read += chunk.length
        yield decoder.decode(chunk, { stream: true })
      }
      yield decoder.decode()
    } catch (error) {
      if (!signal.aborted)
        throw error instanceof TypeError ? usageError('The input is not UTF-8') : unreadable(error)
    }
  }

  return { text: decoded(), progress: () => (length === 0 ? undefined : read / length) }
}

/** 0 for what has none, such as a pipe. */
async function lengthOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size
  } catch (error) {
    throw unreadable(error)
  }
}

/** Without the name: somebody may have written a Reference ID in its place. */
function unreadable(error: unknown): CliError {
  return usageError(because('The input cannot be read', error))
}
