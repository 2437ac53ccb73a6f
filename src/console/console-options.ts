import type { Authorizer } from '../authorizer.js'
import type { Actor } from '../management/actor.js'
import type { Directory } from '../management/directory.js'
import { assertDirectory } from '../management/directory-check.js'
import type { KeyManager } from '../management/key-manager.js'
import { assertOptions, invalidOption, optionalFunction } from '../options.js'

/** What a console is made of. */
export interface ConsoleOptions<Native = unknown> {
  /** What groups and keys are managed with. Its `authorize` decides what the signed-in user may do. */
  readonly manager: KeyManager
  /**
   * Who is signed in: the user of the application's own session, or nothing. Required, there is no sign-in of the
   * console's own. Without an actor nothing is served; if it throws or rejects, the answer is a 503. It must not read
   * the request's body.
   *
   * `native` is the request of the framework in which the console is mounted, where sessions are.
   */
  readonly authenticate: (
    request: Request,
    native: Native,
  ) => Actor | null | undefined | Promise<Actor | null | undefined>
  /** The authorizer of this process: *Test a request* then also tells what its cache holds of a key. Default: none. */
  readonly authorizer?: Authorizer
  /** Users and roles to choose *On Behalf Of* and *In Role* from; give the manager the same. Default: any text. */
  readonly directory?: Directory
  /** The path of the console as browsers see it, from the root of the host. Default `/console`. */
  readonly basePath?: string
  /**
   * The hosts by which the console is reached, with their ports where those are not the scheme's: `keys.example.com`,
   * `localhost:3000`. Requests for any other are refused, which stops DNS rebinding. Default: every host.
   */
  readonly hosts?: readonly string[]
  /** Where one signs in; linked from the page that refuses who has not. A path or a URL. Default: no link. */
  readonly signInUrl?: string
  /** Hears of every error that is answered with a 500 or 503. Its failures are ignored. */
  readonly onError?: (error: unknown) => unknown
}

/** Options checked and completed. */
export interface ConsoleConfig {
  readonly manager: KeyManager
  readonly authenticate: (request: Request, native: unknown) => unknown
  readonly authorizer: Authorizer | undefined
  readonly directory: Directory | undefined
  /** Without a slash at its end: empty for the root. */
  readonly basePath: string
  /** In lower case. */
  readonly hosts: ReadonlySet<string> | undefined
  readonly signInUrl: string | undefined
  readonly onError: ((error: unknown) => unknown) | undefined
}

const known = [
  'manager',
  'authenticate',
  'authorizer',
  'directory',
  'basePath',
  'hosts',
  'signInUrl',
  'onError',
]

export function parseConsoleOptions<Native>(options: ConsoleOptions<Native>): ConsoleConfig {
  assertOptions('createConsole', options, known)
  const { manager, authenticate, authorizer, directory, basePath = '/console', hosts, signInUrl } = options
  if (typeof manager?.as !== 'function') throw invalidOption('manager', 'made by createKeyManager()', manager)
  if (typeof authenticate !== 'function') throw invalidOption('authenticate', 'a function', authenticate)
  if (authorizer !== undefined && typeof authorizer?.explain !== 'function') {
    throw invalidOption('authorizer', 'made by createAuthorizer()', authorizer)
  }
  assertDirectory(directory)
  optionalFunction('onError', options.onError)
  return Object.freeze({
    manager,
    authenticate: authenticate as ConsoleConfig['authenticate'],
    authorizer,
    directory,
    basePath: parseBasePath(basePath),
    hosts: parseHosts(hosts),
    signInUrl: parseSignInUrl(signInUrl),
    onError: options.onError,
  })
}

function parseBasePath(basePath: unknown): string {
  const segments =
    typeof basePath === 'string' && /^(?:\/[\w.~-]+)*\/?$/.test(basePath) ? basePath.split('/') : []
  if (segments.length === 0 || basePath === '' || segments.some((segment) => /^\.+$/.test(segment))) {
    throw invalidOption('basePath', 'a path such as /console, of letters, digits and - . _ ~', basePath)
  }
  return (basePath as string).replace(/\/$/, '')
}

function parseHosts(hosts: unknown): ReadonlySet<string> | undefined {
  if (hosts === undefined) return undefined
  if (!Array.isArray(hosts) || hosts.length === 0) throw invalidOption('hosts', 'a list of hosts', hosts)
  const isHost = (host: unknown) =>
    typeof host === 'string' && /^(?:[\w.-]+|\[[\da-f:.]+\])(?::\d+)?$/i.test(host)
  hosts.forEach((host, index) => {
    if (!isHost(host)) throw invalidOption(`hosts[${index}]`, 'a host, with its port if it has one', host)
  })
  return new Set(hosts.map((host: string) => host.toLowerCase()))
}

function parseSignInUrl(signInUrl: unknown): string | undefined {
  if (signInUrl === undefined) return undefined
  if (typeof signInUrl !== 'string' || !/^(?:\/(?!\/)|https?:\/\/)\S*$/.test(signInUrl)) {
    throw invalidOption('signInUrl', 'a path that begins with / or a URL', signInUrl)
  }
  return signInUrl
}
