import { type ArgumentsHost, Catch, type ExceptionFilter } from '@nestjs/common'
import { ApiKeyDeniedException } from './api-key-denied-exception.js'
import { exchangeIn, platformOf } from './platform.js'

/** Answers a refusal, with the same bytes as in every framework. */
export class ApiKeyDeniedFilter implements ExceptionFilter<ApiKeyDeniedException> {
  catch({ decision }: ApiKeyDeniedException, host: ArgumentsHost): void {
    const [request, response] = exchangeIn(host)
    platformOf(request).write(response, decision.response)
  }
}

// As a function: the build writes no decorators.
Catch(ApiKeyDeniedException)(ApiKeyDeniedFilter)
