import type { ArgumentsHost } from '@nestjs/common'
import type { Request, Response } from 'express'
import type { FastifyReply, FastifyRequest } from 'fastify'
import type { DeniedResponse } from '../../src/decision.js'
import { RestApiKeyError } from '../../src/errors.js'
import type { RequestReader } from '../../src/request-authorizer.js'
import { expressReader, writeToExpress } from '../platforms/express.js'
import { fastifyReader, writeToFastify } from '../platforms/fastify.js'
import type { NestRequest, NestResponse } from './nest-request.js'

/** What NestJS runs on. */
export interface Platform {
  readonly reader: RequestReader<NestRequest>
  isAnswered(response: NestResponse): boolean
  write(response: NestResponse, refusal: DeniedResponse): void
}

const express: Platform = {
  reader: expressReader as RequestReader<never> as RequestReader<NestRequest>,
  isAnswered: (response) => (response as unknown as Response).headersSent,
  write: (response, refusal) => writeToExpress(response as unknown as Response, refusal),
}

const fastify: Platform = {
  reader: fastifyReader as RequestReader<never> as RequestReader<NestRequest>,
  isAnswered: (response) => (response as unknown as FastifyReply).sent,
  write: (response, refusal) => void writeToFastify(response as unknown as FastifyReply, refusal),
}

/** Told by the request itself: tests and hybrid applications create guards before they have a platform. */
export function platformOf(request: NestRequest): Platform {
  const { app } = request as Partial<Request>
  if (typeof app?.get === 'function') return express
  const { raw, server } = request as Partial<FastifyRequest>
  if (raw !== undefined && server !== undefined) return fastify
  throw unsupported('a request of another platform')
}

/** The request and the response of an HTTP context: nothing else may pass a guard, nor be mistaken for one. */
export function exchangeIn(context: ArgumentsHost): readonly [NestRequest, NestResponse] {
  const type: string = context.getType()
  if (type !== 'http') throw unsupported(`a context of type "${type}"`)
  const http = context.switchToHttp()
  return [http.getRequest(), http.getResponse()]
}

function unsupported(what: string): RestApiKeyError {
  return new RestApiKeyError(
    'unsupported_request',
    `API keys are checked for HTTP requests of @nestjs/platform-express and @nestjs/platform-fastify, not for ${what}`,
  )
}
