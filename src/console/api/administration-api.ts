import { type Context, Hono } from 'hono'
import { isRestApiKeyError } from '../../errors.js'
import type { ConsoleEnv } from '../console-env.js'
import { callOf } from './call.js'
import { entityTag } from './entity-tag.js'
import { openApiDocument } from './open-api-document.js'
import type { Answer } from './operation.js'
import { operations } from './operations.js'
import { type Problem, problemOf, titles } from './problem.js'

export interface AdministrationApiContext {
  /** The path of the console, without a slash at its end. */
  readonly basePath: string
}

/**
 * The operations of a manager as JSON. It is to be mounted at `/api` of the console, behind the gate, which says who is
 * signed in and limits the size of contents.
 */
export function administrationApi({ basePath }: AdministrationApiContext): Hono<ConsoleEnv> {
  const url = `${basePath}/api`
  const document = openApiDocument(url, operations)
  const methods = new Map([['/openapi.json', ['GET']]])
  const app = new Hono<ConsoleEnv>()

  app.get('/openapi.json', (c) => answer(c, { status: 200, body: document }, url))
  for (const operation of operations) {
    const method = operation.method.toUpperCase()
    const path = operation.path.replaceAll(/\{(\w+)\}/g, ':$1')
    methods.set(path, [...(methods.get(path) ?? []), method])
    app.on(method, path, async (c) => answer(c, await operation.run(await callOf(operation, c)), url))
  }
  for (const [path, known] of methods) app.all(path, (c) => otherMethod(c, known))
  app.all('*', (c) => refuse(c, { status: 404, code: 'not_found', detail: 'There is nothing at this path.' }))
  app.onError((error, c) => refuse(c, lostUpdate(error, c) ?? problemOf(error)))
  return app
}

function answer(c: Context, { status, body, version, location }: Answer, url: string): Response {
  const headers = {
    'cache-control': 'no-store',
    ...(version !== undefined && { etag: entityTag(version) }),
    ...(location !== undefined && { location: url + location }),
  }
  if (status === 204) return c.body(null, status, headers)
  return c.body(JSON.stringify(body), status, { 'content-type': 'application/json', ...headers })
}

export function refuse(c: Context, problem: Problem): Response {
  const { status, code, detail, errors } = problem
  const body = { title: titles[status], status, detail, code, ...(errors && { errors }) }
  return c.body(JSON.stringify(body), status, {
    'content-type': 'application/problem+json; charset=utf-8',
    'cache-control': 'no-store',
    ...problem.headers,
  })
}

/** To whoever named a version, somebody else's edit is a condition that failed. */
function lostUpdate(error: Error, c: Context): Problem | undefined {
  if (!isRestApiKeyError(error) || error.code !== 'version_conflict') return undefined
  const { code, message } = error
  return (c.req.header('if-match') ?? '*') === '*' ? undefined : { status: 412, code, detail: message }
}

function otherMethod(c: Context, known: readonly string[]): Response {
  const allow = [...known, ...(known.includes('GET') ? ['HEAD'] : []), 'OPTIONS'].join(', ')
  if (c.req.method === 'OPTIONS') return c.body(null, 204, { allow, 'cache-control': 'no-store' })
  const detail = `The methods of this path are ${allow}.`
  return refuse(c, { status: 405, code: 'method_not_allowed', detail, headers: { allow } })
}
