import type { Context } from 'hono'
import { Faults } from '../../management/faults.js'
import { membersOf } from '../../management/group-input.js'
import type { ConsoleEnv } from '../console-env.js'
import { jsonContent } from './content.js'
import { versionIn } from './entity-tag.js'
import { parametersIn } from './open-api-document.js'
import type { Call, Operation } from './operation.js'
import { queryOf } from './query.js'

/**
 * What a request asks of an operation.
 *
 * @throws {ProblemError} 400, 412, 415 or 428.
 * @throws {RestApiKeyError} `invalid_input` for what the operation does not know.
 */
export async function callOf(operation: Operation, c: Context<ConsoleEnv>): Promise<Call> {
  const { path, query = [], conditional } = operation
  const [name] = parametersIn(path)
  const content = await contentOf(operation, c.req.raw)
  const ifMatch = c.req.header('if-match')
  if (!conditional && ifMatch !== undefined) {
    const faults = new Faults()
    faults.add('If-Match', 'is not for this operation, which needs no version')
    faults.throwIfAny()
  }
  const version = conditional ? versionIn(ifMatch) : undefined
  return {
    actor: c.var.actor,
    keys: c.var.keys,
    id: name === undefined ? '' : (c.req.param(name) ?? ''),
    query: queryOf(new URL(c.req.url).searchParams, query),
    content,
    version: version === undefined ? {} : { version },
  }
}

/** Read also for an operation that has none: what is sent all the same must not look as if it counted. */
async function contentOf({ method, content }: Operation, request: Request): Promise<unknown> {
  if (method === 'get') return undefined
  const sent = await jsonContent(request)
  if (content !== undefined && content !== 'Nothing') return sent
  const faults = new Faults()
  membersOf(sent === undefined ? {} : sent, [], faults)
  faults.throwIfAny()
  return undefined
}
