import { limits } from '../../management/limits.js'
import type { Operation } from './operation.js'
import { titles } from './problem.js'
import { queryParameters } from './query.js'
import { type SchemaName, schemas } from './schemas.js'

type ProblemStatus = keyof typeof titles

const reference = (kind: string, name: string) => ({ $ref: `#/components/${kind}/${name}` })

/** The OpenAPI 3.1 document of the operations. `url` is the path at which they are. */
export function openApiDocument(url: string, operations: readonly Operation[]): object {
  const paths: Record<string, Record<string, object>> = {}
  for (const operation of operations) {
    paths[operation.path] = { ...paths[operation.path], [operation.method]: described(operation) }
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Administration of REST API keys',
      version: '1',
      description:
        'Groups and keys of the tenant in which the caller is signed in. How to sign in is up to the application; a ' +
        'request that is authorized by a REST API key cannot manage keys.',
    },
    servers: [{ url }],
    paths,
    components: {
      schemas,
      parameters: Object.fromEntries([
        ...Object.entries(queryParameters).map(([name, parameter]) => [
          name,
          { name, in: 'query', ...parameter },
        ]),
        ['ifMatch', ifMatch],
      ]),
      headers: { ETag: etag, Location: location },
      responses: Object.fromEntries(
        [...new Set(operations.flatMap(problemsOf))].map((status) => [`Problem${status}`, problem(status)]),
      ),
    },
  }
}

const ifMatch = {
  name: 'If-Match',
  in: 'header',
  required: true,
  description: 'The ETag of what is edited, or `*` to write whatever was changed meanwhile.',
  schema: { type: 'string' },
}

const etag = { description: 'For If-Match: the version in quotes.', schema: { type: 'string' } }
const location = { description: 'The path of what was created.', schema: { type: 'string' } }

function described(operation: Operation): object {
  const { id, summary, path, query = [], content, conditional, answers } = operation
  const parameters = [
    ...parametersIn(path).map((name) => ({
      name,
      in: 'path',
      required: true,
      schema: { type: 'string', minLength: 1, maxLength: limits.search },
    })),
    ...query.map((name) => reference('parameters', name)),
    ...(conditional ? [reference('parameters', 'ifMatch')] : []),
  ]
  return {
    operationId: id,
    summary,
    ...(parameters.length > 0 && { parameters }),
    ...(content && { requestBody: { required: true, content: json(content) } }),
    responses: Object.fromEntries([
      ...Object.entries(answers).map(([status, schema]) => [status, success(status, schema)]),
      ...problemsOf(operation).map((status) => [status, reference('responses', `Problem${status}`)]),
    ]),
  }
}

/** Answers about one group or one key. */
const versioned: ReadonlySet<SchemaName> = new Set(['Group', 'Key', 'CreatedKey', 'ImportedKey'])

function success(status: string, schema: SchemaName | null): object {
  if (schema === null) return { description: 'Done' }
  return {
    description: status === '201' ? 'Created' : 'OK',
    ...(versioned.has(schema) && {
      headers: {
        ETag: reference('headers', 'ETag'),
        ...(status === '201' && { Location: reference('headers', 'Location') }),
      },
    }),
    content: json(schema),
  }
}

function problem(status: ProblemStatus): object {
  return {
    description: titles[status],
    content: { 'application/problem+json': { schema: reference('schemas', 'Problem') } },
  }
}

function json(schema: SchemaName): object {
  return { 'application/json': { schema: reference('schemas', schema) } }
}

export function parametersIn(path: string): string[] {
  return [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => String(name))
}

/** The statuses of the problems with which an operation can answer. */
function problemsOf({ method, path, conditional, problems = [] }: Operation): ProblemStatus[] {
  const names = parametersIn(path).length > 0
  return [
    ...(method === 'get' ? [] : ([400, 413, 415] as const)),
    ...([401, 403, 421, 422, 500, 503] as const),
    ...(names ? ([404] as const) : []),
    // Also of an operation that others have anticipated again and again.
    ...(names && method !== 'get' ? ([409] as const) : []),
    ...(conditional ? ([412, 428] as const) : []),
    ...problems,
  ].sort((a, b) => a - b)
}
